internal import Earshot
internal import EarshotFormats

/// Talks IMAP (RFC 3501, 9051) over an open line. It only looks: folders are opened read-only and messages fetched by
/// `PEEK`, so nothing is marked as read.
final class IMAPClient {
    private let wire: MailWire
    private var counter = 0
    private var farewell = ""
    /// What the server says it can do, in capitals.
    private(set) var capabilities: Set<String> = []
    /// Whether a message has come into the open folder since it was opened.
    private(set) var hasNews = false

    /// The largest message that is taken, in bytes.
    static let messageLimit = MailLimits.message
    /// The most that the answers to one command may hold, messages aside.
    private static let answerLimit = 64 << 20
    /// The largest text that is passed over; with a larger one the connection is given up.
    private static let skipLimit = 1 << 30

    init(_ wire: MailWire) { self.wire = wire }

    /// Sends a command and gives how it ended; `body` is given the data that comes meanwhile.
    ///
    /// Where the server asks for more, `more` says it.
    func command(
        _ text: String, allowing bytes: Int = IMAPClient.answerLimit, more: [String] = [],
        _ body: ([IMAPAnswer.Part]) -> Void = { _ in }
    ) throws -> IMAPStatus {
        guard !text.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
            throw FetchFailure.refused("a name or word with a line break in it")
        }
        let tag = nextTag()
        var more = more[...]
        wire.allow(bytes)
        try wire.send("\(tag) \(text)")
        while true {
            switch try answer() {
            case .done(let found, let status) where found == tag: return status
            case .goOn: try wire.send(more.popFirst() ?? "")
            case .data(let parts): body(parts)
            case .done, .notice: continue
            }
        }
    }

    /// Sends a command that must succeed.
    func demand(
        _ text: String, allowing bytes: Int = IMAPClient.answerLimit, _ body: ([IMAPAnswer.Part]) -> Void = { _ in }
    ) throws {
        let status = try command(text, allowing: bytes, body)
        guard status.isOK else { throw FetchFailure.unreachable("the server answers \(status.clause)") }
    }

    private func nextTag() -> String {
        counter += 1
        return "E\(counter)"
    }

    /// The next answer, whole.
    private func answer() throws -> IMAPAnswer {
        do {
            return try readAnswer()
        } catch let failure as FetchFailure {
            // A server that says why it goes is quoted.
            guard !farewell.isEmpty, case .unreachable = failure else { throw failure }
            throw FetchFailure.unreachable("the server says goodbye: \(farewell)")
        }
    }

    private func readAnswer() throws -> IMAPAnswer {
        var line = try wire.line()
        let (tag, rest) = String(decoding: line.prefix(2000), as: UTF8.self).cut(at: " ")
        if tag == "+" { return .goOn(text: rest) }
        let status = IMAPStatus(rest)
        if tag != "*" {
            guard let status else { throw IMAPClient.nonsense }
            return .done(tag: tag, status)
        }
        if let status {
            note(status)
            return .notice(status)
        }
        var parts: [IMAPAnswer.Part] = []
        var scanner = IMAPScanner(line, from: 2)
        var taken = 0
        while let size = scanner.scan(into: &parts) {
            if size <= IMAPClient.messageLimit, taken + size <= IMAPClient.messageLimit {
                taken += size
                parts.append(.text(try wire.bytes(size)))
            } else {
                guard size <= IMAPClient.skipLimit else {
                    throw FetchFailure.unreachable("the server announces a text of \(size) bytes")
                }
                wire.allow(size + IMAPClient.answerLimit)
                try wire.skip(size)
                parts.append(.tooLong(size))
            }
            line = try wire.line()
            scanner = IMAPScanner(line)
        }
        // A text that was shorter or longer than announced leaves its traces here.
        guard IMAPClient.isBalanced(parts) else { throw IMAPClient.nonsense }
        if parts.count == 2, parts[1] == .atom("EXISTS") {
            hasNews = true
            opening.messages = parts[0].word.flatMap { UInt32($0) } ?? 0
        }
        return .data(parts)
    }

    private static let nonsense = FetchFailure.unreachable("the server says what is no IMAP")

    private static func isBalanced(_ parts: [IMAPAnswer.Part]) -> Bool {
        var depth = 0
        for part in parts {
            if part == .open { depth += 1 }
            if part == .close { depth -= 1 }
            if depth < 0 { return false }
        }
        return depth == 0
    }

    private func note(_ status: IMAPStatus) {
        if status.word == "BYE" { farewell = status.clause }
        switch status.code {
        case "UIDVALIDITY": opening.validity = UInt32(status.value) ?? 0
        case "UIDNEXT": opening.next = UInt32(status.value)
        default: break
        }
    }

    /// What the server said while a folder was being opened.
    private var opening = Opened()

    /// How a folder was when it was opened.
    struct Opened {
        /// The number that stands for the folder's numbering; 0 where there is none.
        var validity: UInt32 = 0
        /// Above every message's number, where the server says so.
        var next: UInt32?
        /// How many messages it has.
        var messages: UInt32 = 0
    }
}

extension IMAPClient {
    /// Asks what the server can do.
    func askCapabilities() throws {
        try demand("CAPABILITY") { parts in
            guard parts.first == .atom("CAPABILITY") else { return }
            capabilities = Set(parts.dropFirst().compactMap { $0.word?.uppercased() })
        }
    }

    /// Opens a folder, read-only; throws `.refused` where the server has something against it.
    func examine(_ folder: String) throws -> Opened {
        opening = Opened()
        let status = try command("EXAMINE \(IMAPClient.quoted(folder))")
        guard status.isOK else {
            let reason = "folder \(ModifiedUTF7.decode(folder)): \(status.clause)"
            let isPassing = ["UNAVAILABLE", "SERVERBUG", "INUSE", "LIMIT"].contains(status.code)
            throw isPassing ? FetchFailure.unreachable(reason) : .refused(reason)
        }
        guard opening.validity > 0 else {
            throw FetchFailure.refused("folder \(ModifiedUTF7.decode(folder)) has no lasting numbers (UIDVALIDITY)")
        }
        // That there are messages is what was just said, and no news.
        hasNews = false
        return opening
    }

    /// The folders that a pattern means, as they are written on the wire; those that cannot hold messages left out.
    func folders(matching pattern: String) throws -> [String] {
        var names: [String] = []
        try demand("LIST \"\" \(IMAPClient.quoted(ModifiedUTF7.encode(pattern)))") { parts in
            guard parts.first == .atom("LIST"), let name = parts.last?.string, parts.count > 3,
                let end = parts.firstIndex(of: .close)
            else { return }
            let attributes = parts[..<end].compactMap { $0.word?.lowercased() }
            guard !attributes.contains("\\noselect"), !attributes.contains("\\nonexistent") else { return }
            names.append(name)
        }
        return names
    }

    /// A name as a quoted text of IMAP.
    static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// Waits until the server tells of a new message, at most for `limit` (RFC 2177).
    func idle(atMost limit: Duration) throws {
        guard !hasNews else { return }
        let deadline = ContinuousClock.now + limit
        let tag = nextTag()
        wire.allow(IMAPClient.answerLimit)
        try wire.send("\(tag) IDLE")
        while !hasNews, .now < deadline, try wire.hears(within: deadline - .now) {
            wire.allow(IMAPClient.answerLimit)
            if case .done(_, let status) = try answer() {
                throw FetchFailure.unreachable("the server does not wait: \(status.clause)")
            }
        }
        try wire.send("DONE")
        wire.allow(IMAPClient.answerLimit)
        while true {
            if case .done(let found, _) = try answer(), found == tag { return }
        }
    }

    /// Says goodbye, and does not wait for an answer.
    func logout() { try? wire.send("\(nextTag()) LOGOUT") }
}

extension IMAPAnswer.Part {
    /// The word, where it is one.
    var word: String? {
        guard case .atom(let word) = self else { return nil }
        return word
    }

    /// The text of a word or a text.
    var string: String? {
        switch self {
        case .atom(let word): word
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        default: nil
        }
    }
}
