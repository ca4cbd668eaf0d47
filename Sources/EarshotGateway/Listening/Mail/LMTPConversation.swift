internal import Earshot
internal import EarshotFormats

/// What is said on one connection of LMTP (RFC 2033): bytes in, replies and messages out, and nothing that waits.
struct LMTPConversation {
    /// What is to be done next.
    enum Event: Equatable {
        /// Something is to be said.
        case reply(String)
        /// A message has come whole; it is answered for each recipient before anything else is read.
        case message(LMTPMessage)
        /// Something is to be said, and the connection closed.
        case hangUp(String)
    }

    private enum State { case greeting, idle, mail, data, over }

    private let limit: Int
    private let takes: @Sendable (String) -> Bool
    private var state = State.greeting
    private var input: [UInt8] = []
    private var position = 0
    /// Up to where there is no line's end that was not seen.
    private var scanned = 0
    private var message = LMTPMessage()
    private var isMidLine = false
    private var trouble: String?

    /// The longest command, in bytes, and the most recipients of a message.
    private static let commandLimit = 4096
    private static let recipientLimit = 1000

    /// A conversation that takes messages up to a size for those recipients of whom `takes` says yes.
    init(limit: Int = MailLimits.message, takes: @escaping @Sendable (String) -> Bool) {
        self.limit = limit
        self.takes = takes
    }

    /// How many bytes it holds.
    var held: Int { input.count + message.bytes.count }

    /// Adds what has come.
    mutating func feed(_ bytes: some Sequence<UInt8>) {
        input.removeFirst(position)
        scanned = max(scanned - position, 0)
        position = 0
        input.append(contentsOf: bytes)
    }

    /// Takes the message that is coming no further, for a reason that the sender is told.
    mutating func giveUp(_ reason: String) {
        trouble = trouble ?? reason
        message.bytes.removeAll()
    }

    /// What is to be done; nil until more has come.
    mutating func next() -> Event? {
        if state == .over { return nil }
        if state == .data { return nextOfData() }
        guard let feed = input[max(position, scanned)...].firstIndex(of: 0x0A) else {
            scanned = input.count
            return input.count - position > LMTPConversation.commandLimit ? end("500 5.5.2 line too long") : nil
        }
        var line = input[position..<feed]
        position = feed + 1
        if line.last == 0x0D { line.removeLast() }
        guard line.count <= LMTPConversation.commandLimit else { return end("500 5.5.2 line too long") }
        return answer(String(decoding: line, as: UTF8.self))
    }
}

/// A message on its way, and its envelope.
struct LMTPMessage: Equatable {
    /// Who sent it; empty for reports of servers.
    var sender = ""
    /// For whom it is.
    var recipients: [String] = []
    /// The message.
    var bytes: [UInt8] = []

    /// The message with the fields that whoever delivers it last puts before it (RFC 5321, section 4.4).
    var delivered: [UInt8] {
        let fields = ["Return-Path: <\(sender)>"] + recipients.map { "Delivered-To: \($0)" }
        return Array(fields.map { $0 + "\r\n" }.joined().utf8) + bytes
    }

    /// A reply for each recipient, as lines.
    func answered(_ reply: String) -> String { recipients.map { _ in reply + "\r\n" }.joined() }
}

extension LMTPConversation {
    private mutating func answer(_ line: String) -> Event {
        let (word, rest) = line.cut(at: " ")
        switch (word.uppercased(), state) {
        case ("LHLO", _):
            reset()
            state = .idle
            let abilities = ["PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE \(limit)"]
            let lines = ["earshot"] + abilities
            return .reply(
                lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }.joined(separator: "\r\n"))
        case ("HELO", _), ("EHLO", _): return .reply("500 5.5.1 this is LMTP: say LHLO")
        case ("QUIT", _): return end("221 2.0.0 bye")
        case ("NOOP", _): return .reply("250 2.0.0 ok")
        case ("VRFY", _): return .reply("252 2.5.0 try to deliver")
        case ("RSET", _):
            reset()
            return .reply("250 2.0.0 ok")
        case (_, .greeting): return .reply("503 5.5.1 say LHLO first")
        case ("MAIL", .idle): return .reply(mail(rest))
        case ("MAIL", _): return .reply("503 5.5.1 there is a sender already")
        case ("RCPT", .mail): return .reply(recipient(rest))
        case ("DATA", .mail) where message.recipients.isEmpty: return .reply("503 5.5.1 no recipient")
        case ("DATA", .mail):
            state = .data
            return .reply("354 go on, end with a dot")
        case ("RCPT", _), ("DATA", _): return .reply("503 5.5.1 say MAIL first")
        default: return .reply("500 5.5.1 no such command")
        }
    }

    private mutating func mail(_ rest: String) -> String {
        guard let (sender, parameters) = LMTPConversation.path(rest, after: "FROM:") else {
            return "501 5.5.4 expected MAIL FROM:<address>"
        }
        for parameter in parameters {
            let (name, value) = parameter.cut(at: "=")
            switch name.uppercased() {
            case "SIZE":
                guard let size = Int(value), size <= limit else { return "552 5.3.4 larger than \(limit) bytes" }
            case "BODY", "SMTPUTF8": continue
            default: return "555 5.5.4 unknown parameter"
            }
        }
        message.sender = sender
        state = .mail
        return "250 2.1.0 ok"
    }

    private mutating func recipient(_ rest: String) -> String {
        guard let (recipient, _) = LMTPConversation.path(rest, after: "TO:"), !recipient.isEmpty else {
            return "501 5.5.4 expected RCPT TO:<address>"
        }
        guard takes(recipient) else { return "550 5.1.1 no such recipient here" }
        guard message.recipients.count < LMTPConversation.recipientLimit else { return "452 4.5.3 too many recipients" }
        message.recipients.append(recipient)
        return "250 2.1.5 ok"
    }

    /// The address and the parameters of `FROM:<…> …`.
    private static func path(_ text: String, after word: String) -> (String, [String])? {
        guard text.count >= word.count, text.prefix(word.count).uppercased() == word else { return nil }
        let rest = text.dropFirst(word.count).drop { $0 == " " }
        guard rest.first == "<", let end = rest.lastIndex(of: ">") else { return nil }
        let address = rest[rest.index(after: rest.startIndex)..<end]
        guard address.utf8.count <= 320, !address.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        return (String(address), rest[rest.index(after: end)...].split(separator: " ").map(String.init))
    }

    /// Says a last word.
    private mutating func end(_ reply: String) -> Event {
        state = .over
        return .hangUp(reply)
    }

    private mutating func reset() {
        message = LMTPMessage()
        trouble = nil
        isMidLine = false
        if state != .greeting { state = .idle }
    }

    /// Reads lines of a message up to the dot: only CR LF ends a line, so that no message can hide another in it.
    private mutating func nextOfData() -> Event? {
        var from = max(position, scanned)
        while let feed = input[from...].firstIndex(of: 0x0A) {
            from = feed + 1
            guard feed > position, input[feed - 1] == 0x0D else { continue }
            let line = input[position..<from]
            position = from
            if !isMidLine, line.count == 3, line.first == UInt8(ascii: ".") { return endOfData() }
            add(line)
            isMidLine = false
        }
        scanned = input.count
        if input.count - position > LMTPConversation.commandLimit {
            // The line is long, but its CR may be the last byte that came.
            add(input[position..<(input.count - 1)])
            isMidLine = true
            position = input.count - 1
        }
        return nil
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        guard trouble == nil else { return }
        message.bytes += !isMidLine && line.first == UInt8(ascii: ".") ? line.dropFirst() : line
        if message.bytes.count > limit { giveUp("552 5.3.4 larger than \(limit) bytes") }
    }

    private mutating func endOfData() -> Event {
        defer { reset() }
        state = .idle
        guard let trouble else { return .message(message) }
        return .reply(message.recipients.map { _ in trouble }.joined(separator: "\r\n"))
    }
}
