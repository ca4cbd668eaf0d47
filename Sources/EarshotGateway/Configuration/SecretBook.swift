internal import Earshot
internal import Foundation
internal import Synchronization

/// What must never be shown, whoever says it: every secret of a configuration, and what token endpoints gave since.
///
/// The last net, under everything that does not say a secret in the first place: what a source answers may repeat what
/// it was shown, as it is or written for addresses, for JSON or in base64.
package final class SecretBook: Sendable {
    private struct Words {
        var lasting: [[UInt8]] = []
        /// What came since, the newest last.
        var learned: [[[UInt8]]] = []
    }

    /// Those of the configuration.
    package let fixed: [Secret]
    private let words: Mutex<Words>

    /// The least length of a secret that is hidden: a shorter one is in every other word.
    private static let shortest = 4
    /// The least part of one that is.
    private static let shortestPart = 6
    /// How many secrets are remembered beside those of the configuration.
    private static let learnedLimit = 256

    /// A book of secrets that are known from the beginning.
    package init(_ secrets: [Secret] = []) {
        fixed = secrets
        let forms = Set(secrets.flatMap { SecretBook.forms(of: $0.reveal()) })
        // The longest first: a secret may be the beginning of another.
        words = Mutex(Words(lasting: forms.sorted { ($0.count, $0.lexicographic) > ($1.count, $1.lexicographic) }))
    }

    /// Hides one more: a token that was fetched.
    package func learn(_ secret: Secret) {
        let forms = SecretBook.forms(of: secret.reveal())
        words.withLock { words in
            guard !forms.isEmpty, !words.learned.contains(forms) else { return }
            words.learned = words.learned.suffix(SecretBook.learnedLimit - 1) + [forms]
        }
    }

    /// A text with three stars in the place of every secret.
    package func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var isChanged = false
        words.withLock { words in
            for word in words.lasting { isChanged = SecretBook.hide(word, in: &bytes) || isChanged }
            for forms in words.learned {
                for word in forms { isChanged = SecretBook.hide(word, in: &bytes) || isChanged }
            }
        }
        isChanged = hideEnd(of: &bytes) || isChanged
        return isChanged ? String(decoding: bytes, as: UTF8.self) : text
    }

    /// Hides the beginning of a secret at the end of a text, which somebody has cut there.
    private func hideEnd(of bytes: inout [UInt8]) -> Bool {
        let count = words.withLock { words -> Int in
            let all = words.learned.reduce(words.lasting) { $0 + $1 }
            return all.map { SecretBook.overlap(of: bytes, with: $0) }.max() ?? 0
        }
        guard count > 0 else { return false }
        bytes.replaceSubrange((bytes.count - count)..., with: "***".utf8)
        return true
    }

    /// How many bytes at the end of a text are the beginning of a word; fewer than six are in other words too.
    private static func overlap(of bytes: [UInt8], with word: [UInt8]) -> Int {
        let most = min(bytes.count, word.count - 1)
        guard most >= shortestPart else { return 0 }
        return (shortestPart...most).last { bytes.suffix($0).elementsEqual(word.prefix($0)) } ?? 0
    }

    private static func hide(_ word: [UInt8], in bytes: inout [UInt8]) -> Bool {
        var start = 0
        var isChanged = false
        while let place = find(word, in: bytes, from: start) {
            bytes.replaceSubrange(place..<(place + word.count), with: "***".utf8)
            start = place + 3
            isChanged = true
        }
        return isChanged
    }

    private static func find(_ word: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withBytes { bytes in
            var next = bytes.firstIndex(of: word[0], from: start)
            while let place = next, place + word.count <= bytes.count {
                let isThere = word.withBytes { bytes[place..<(place + word.count)] == $0 }
                if isThere { return place }
                next = bytes.firstIndex(of: word[0], from: place + 1)
            }
            return nil
        }
    }

    /// How a secret may be written, the longest first.
    private static func forms(of secret: String) -> [[UInt8]] {
        guard secret.utf8.count >= shortest else { return [] }
        let texts = [secret] + percentEncoded(secret) + inJSON(secret) + inHTML(secret) + hexadecimal(secret)
        var forms = Set(texts.map { Array($0.utf8) })
        for form in base64(of: secret) where form.count >= 8 {
            forms.insert(form)
            // RFC 4648, 5.
            forms.insert(
                form.map {
                    $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
                })
        }
        return forms.sorted { ($0.count, $0.lexicographic) > ($1.count, $1.lexicographic) }
    }

    /// As in addresses and forms, with digits in either case and a space as `%20` or `+`.
    private static func percentEncoded(_ secret: String) -> [String] {
        let upper = PercentText.encoded(secret)
        var lower = ""
        var digits = 0
        for sign in upper {
            lower += digits > 0 ? sign.lowercased() : String(sign)
            digits = sign == "%" ? 2 : max(digits - 1, 0)
        }
        return [upper, lower, upper.replacing("%20", with: "+"), lower.replacing("%20", with: "+")]
    }

    /// As within a string of JSON: slashes and what is beyond ASCII are escaped or not.
    private static func inJSON(_ secret: String) -> [String] {
        let plain = secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        func escaped(_ isUpper: Bool) -> String {
            var text = ""
            for scalar in plain.unicodeScalars {
                guard !scalar.isASCII else {
                    text.unicodeScalars.append(scalar)
                    continue
                }
                for unit in String(scalar).utf16 {
                    let digits = String(Int(unit) + 0x10000, radix: 16, uppercase: isUpper).dropFirst()
                    text += "\\u" + digits
                }
            }
            return text
        }
        return [plain, escaped(false), escaped(true)].flatMap { [$0, $0.replacing("/", with: "\\/")] }
    }

    /// As in HTML, with the names of quotes or their numbers.
    private static func inHTML(_ secret: String) -> [String] {
        let text = secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        return [("&quot;", "'"), ("&quot;", "&#39;"), ("&quot;", "&#x27;"), ("&#34;", "&#39;")].map {
            text.replacing("\"", with: $0.0).replacing("'", with: $0.1)
        }
    }

    private static func hexadecimal(_ secret: String) -> [String] {
        let digits = secret.utf8.map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
        return [digits, digits.uppercased()]
    }

    /// What of the base64 of a text with the secret in it is the secret's alone, for each of the three places at which
    /// it may begin: `user:password` and SASL hold it so.
    private static func base64(of secret: String) -> [[UInt8]] {
        (0..<3).map { offset in
            let text = Array(Data([UInt8](repeating: 0, count: offset) + Array(secret.utf8)).base64EncodedString().utf8)
            let bits = (offset + secret.utf8.count) * 8
            // Six bits a sign; those that share a sign with what stands around it are left out.
            let first = (offset * 8 + 5) / 6
            return Array(text[min(first, bits / 6)..<(bits / 6)])
        }
    }
}

extension SecretBook: CustomStringConvertible, CustomReflectable {
    /// Three stars.
    package var description: String { "***" }
    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension [UInt8] {
    /// The bytes as something that has an order.
    fileprivate var lexicographic: String { String(decoding: self, as: UTF8.self) }
}
