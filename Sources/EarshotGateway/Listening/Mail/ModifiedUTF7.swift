internal import Earshot

/// The names of folders as IMAP writes them (RFC 3501, section 5.1.3): ASCII, the rest as UTF-16 in base64 after `&`.
enum ModifiedUTF7 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    /// The name on the wire.
    static func encode(_ name: String) -> String {
        var encoded = ""
        var pending: [UInt16] = []
        for scalar in name.unicodeScalars {
            guard scalar.value >= 0x20 && scalar.value < 0x7F else {
                pending.append(contentsOf: Array(String(scalar).utf16))
                continue
            }
            encoded += base64(pending)
            pending.removeAll()
            encoded += scalar == "&" ? "&-" : String(scalar)
        }
        return encoded + base64(pending)
    }

    /// The name that people know; what is wrongly encoded stays as it is.
    static func decode(_ name: String) -> String {
        var decoded = ""
        var rest = Substring(name)
        while let mark = rest.firstIndex(of: "&") {
            decoded += rest[..<mark]
            let after = rest[rest.index(after: mark)...]
            guard let close = after.firstIndex(of: "-"), let text = text(after[..<close]) else { return name }
            decoded += text
            rest = after[after.index(after: close)...]
        }
        return decoded + rest
    }

    private static func base64(_ units: [UInt16]) -> String {
        guard !units.isEmpty else { return "" }
        var written: [UInt8] = [UInt8(ascii: "&")]
        var bits: UInt32 = 0
        var count = 0
        for unit in units {
            bits = bits << 16 | UInt32(unit)
            count += 16
            while count >= 6 {
                count -= 6
                written.append(digits[Int(bits >> UInt32(count) & 63)])
            }
            bits &= 1 << UInt32(count) - 1
        }
        if count > 0 { written.append(digits[Int(bits << UInt32(6 - count) & 63)]) }
        return String(decoding: written + [UInt8(ascii: "-")], as: UTF8.self)
    }

    private static func text(_ encoded: Substring) -> String? {
        if encoded.isEmpty { return "&" }
        var units: [UInt16] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in encoded.utf8 {
            guard let value = digits.firstIndex(of: byte) else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0x3F_FFFF
            count += 6
            guard count >= 16 else { continue }
            count -= 16
            units.append(UInt16(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return String(validating: units, as: UTF16.self)
    }
}
