internal import Earshot

/// Some messages, unread, and the number up to which they reach.
struct MailPage: Sendable {
    /// The messages.
    var documents: [Document] = []
    /// Messages that could not be had.
    var unreadable: [IntakeTally.Finding] = []
    /// Everything up to this number was taken.
    var reached: UInt32 = 0

    /// Notes that a message could not be had.
    mutating func leaveOut(_ name: String, _ reason: String) {
        unreadable.append(.init(document: name, defect: Defect(reason: reason)))
    }
}

/// Reads an open folder from a number on: sizes first, then as many messages a round trip as make a page.
struct IMAPReader {
    private struct Entry {
        var uid: UInt32
        var size: Int
    }

    private let client: IMAPClient
    private let folder: String
    private let address: String
    private let end: UInt32
    private var scanned: UInt32
    private var entries: ArraySlice<Entry> = []

    /// How many bytes of messages, and how many messages, make a page.
    private static let pageSize = 16 << 20
    static let pageCount = 256
    /// How many numbers are asked for their sizes at once, where they are not far apart.
    private static let span: UInt32 = 2048

    /// A reader of the folder that `client` has opened, for what comes after `uid`.
    init(_ client: IMAPClient, _ opened: IMAPClient.Opened, folder: String, at url: String, after uid: UInt32) throws {
        self.client = client
        self.folder = ModifiedUTF7.decode(folder)
        address = url
        scanned = uid
        end = try opened.next.map { $0 - min($0, 1) } ?? IMAPReader.highest(client)
    }

    /// The highest number of a folder, of a server that does not say what the next will be.
    private static func highest(_ client: IMAPClient) throws -> UInt32 {
        var highest: UInt32 = 0
        try client.demand("UID FETCH * (UID)") { parts in
            if let fetched = IMAPFetched(parts) { highest = max(highest, fetched.uid) }
        }
        return highest
    }

    /// The next page of at most `count` messages; nil where there is nothing more.
    mutating func page(of count: Int) throws -> MailPage? {
        if entries.isEmpty { try scan() }
        guard !entries.isEmpty else { return nil }
        var page = MailPage()
        var wanted: [Entry] = []
        var size = 0
        while let entry = entries.first, wanted.count + page.unreadable.count < count {
            if entry.size > IMAPClient.messageLimit {
                page.leaveOut(name(entry.uid), IMAPReader.tooLarge)
            } else if wanted.isEmpty || size + entry.size <= IMAPReader.pageSize {
                wanted.append(entry)
                size += entry.size
            } else {
                break
            }
            page.reached = entry.uid
            entries.removeFirst()
        }
        try fetch(wanted, into: &page)
        return page
    }

    private static let tooLarge = "larger than \(IMAPClient.messageLimit >> 20) MiB"

    /// Finds the next messages and their sizes, in steps that grow where there are none.
    private mutating func scan() throws {
        var span = IMAPReader.span
        var found: [UInt32: Int] = [:]
        while found.isEmpty, scanned < end {
            let first = scanned + 1
            let last = end - scanned > span ? scanned + span : end
            try client.demand("UID FETCH \(first):\(last) (UID RFC822.SIZE)") { parts in
                guard let fetched = IMAPFetched(parts), fetched.uid >= first, fetched.uid <= last else { return }
                found[fetched.uid] = fetched.size ?? 0
            }
            scanned = last
            span = span > UInt32.max / 4 ? UInt32.max : span * 4
        }
        entries = found.map { Entry(uid: $0.key, size: $0.value) }.sorted { $0.uid < $1.uid }[...]
    }

    /// Fetches messages in one round trip. What is no longer there does not come, and is not missed.
    private func fetch(_ wanted: [Entry], into page: inout MailPage) throws {
        guard let first = wanted.first, let last = wanted.last else { return }
        var expected = Set(wanted.map(\.uid))
        var found: [(uid: UInt32, document: Document)] = []
        var missed: [(UInt32, String)] = []
        // A size is what the server said; what it sends may be somewhat more, as each message has its own limit.
        let allowed = wanted.reduce(1 << 20) { $0 + max($1.size, 1 << 16) * 2 }
        let status = try client.command(
            "UID FETCH \(IMAPReader.set(wanted.map(\.uid))) (UID FLAGS BODY.PEEK[])", allowing: allowed
        ) { parts in
            guard let fetched = IMAPFetched(parts), expected.contains(fetched.uid), let body = fetched.body else {
                return
            }
            expected.remove(fetched.uid)
            switch body {
            case .text(let bytes): found.append((fetched.uid, document(bytes, fetched)))
            case .tooLong: missed.append((fetched.uid, IMAPReader.tooLarge))
            default: missed.append((fetched.uid, "the server has no text of it"))
            }
        }
        guard status.isOK || status.code == "EXPUNGEISSUED" else {
            throw FetchFailure.unreachable(
                "the server does not give messages \(first.uid) to \(last.uid) of \(folder): \(status.clause)")
        }
        page.documents = found.sorted { $0.uid < $1.uid }.map(\.document)
        for (uid, reason) in missed.sorted(by: { $0.0 < $1.0 }) { page.leaveOut(name(uid), reason) }
    }

    private func name(_ uid: UInt32) -> String { "\(folder)/\(uid)" }

    /// A message as a document, with its flags at the end of its name as in a Maildir.
    private func document(_ bytes: [UInt8], _ fetched: IMAPFetched) -> Document {
        var document = Document(bytes, observedAt: Timestamp(seconds: 0))
        document.name = fetched.flags.isEmpty ? name(fetched.uid) : "\(name(fetched.uid)):2,\(fetched.flags)"
        document.url = "\(address)/\(folder.percentEncoded)/;UID=\(fetched.uid)"
        document.via = .poll
        return document
    }

    /// Numbers in order as IMAP writes a set of them.
    static func set(_ numbers: [UInt32]) -> String {
        var ranges: [(first: UInt32, last: UInt32)] = []
        for number in numbers {
            if let last = ranges.last, last.last < UInt32.max, last.last + 1 == number {
                ranges[ranges.count - 1].last = number
            } else {
                ranges.append((number, number))
            }
        }
        return ranges.map { $0.first == $0.last ? "\($0.first)" : "\($0.first):\($0.last)" }.joined(separator: ",")
    }
}

/// What a server tells of one message.
struct IMAPFetched {
    /// The message's number.
    var uid: UInt32 = 0
    /// Its size, where it was asked for.
    var size: Int?
    /// Its flags, in the letters of a Maildir.
    var flags = ""
    /// The message.
    var body: IMAPAnswer.Part?

    private static let letters: [(word: String, letter: String)] = [
        ("\\draft", "D"), ("\\flagged", "F"), ("$forwarded", "P"), ("\\answered", "R"), ("\\seen", "S"),
        ("\\deleted", "T"),
    ]

    /// Reads `n FETCH (…)`; nil where it is something else or has no number.
    init?(_ parts: [IMAPAnswer.Part]) {
        guard parts.count > 3, parts[1].word?.uppercased() == "FETCH", parts[2] == .open else { return nil }
        var index = 3
        while index + 1 < parts.count, let key = parts[index].word?.uppercased() {
            let value = parts[index + 1]
            switch key {
            case "UID": uid = value.word.flatMap { UInt32($0) } ?? 0
            case "RFC822.SIZE": size = value.word.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil }
            case "BODY[]": body = value
            case "FLAGS": readFlags(parts[(index + 1)...])
            default: break
            }
            index += IMAPFetched.length(of: parts[(index + 1)...]) + 1
        }
        if uid == 0 { return nil }
    }

    private mutating func readFlags(_ parts: ArraySlice<IMAPAnswer.Part>) {
        let words = Set(parts.prefix { $0 != .close }.compactMap { $0.word?.lowercased() })
        flags = IMAPFetched.letters.filter { words.contains($0.word) }.map(\.letter).joined()
    }

    /// How many parts a value has: one, or all up to the end of the list that it is.
    private static func length(of parts: ArraySlice<IMAPAnswer.Part>) -> Int {
        var depth = 0
        for (count, part) in parts.enumerated() {
            if part == .open { depth += 1 }
            if part == .close { depth -= 1 }
            if depth <= 0 { return count + 1 }
        }
        return parts.count
    }
}

extension String {
    /// The text with what has a meaning in addresses, or is not ASCII, in percent signs; `/` stays.
    var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += "%" + (digits.count < 2 ? "0" : "") + digits
            }
        }
        return encoded
    }
}
