import Synchronization

/// A mailbox of an IMAP server that does wrong what it is told to do wrong.
final class FakeIMAP: Sendable {
    /// What goes wrong.
    enum Fault: Sendable {
        case nothing
        /// The first fetch of a message ends in the midst of it.
        case hangsUpInMessage(UInt32)
        /// Literals are announced as so much larger, or smaller, than they are.
        case wrongLiteral(Int)
        /// Literals are announced with this number.
        case hugeLiteral(String)
        /// Sizes are said to be this.
        case lyingSizes(Int)
        /// The answer to a fetch is a line without an end.
        case endlessLine
        /// The answer to a fetch is data that nobody asked for, without end.
        case endlessData
        /// The answer to a fetch is not IMAP.
        case garbage([UInt8])
        /// The server is silent once it is asked for messages.
        case silent
        /// The password is wrong.
        case refusesLogin(String)
        /// A message cannot be had, whatever it is asked with.
        case refusesMessage(UInt32)
        /// It says goodbye when a folder is opened.
        case saysGoodbye
    }

    /// The folder.
    struct Folder: Sendable {
        var validity: UInt32 = 1
        var messages: [UInt32: String] = [:]
        var fault = Fault.nothing
        var commands: [String] = []
        var connections: Set<Int> = []
    }

    private let folder: Mutex<Folder>

    /// A folder of messages.
    init(_ messages: [UInt32: String], fault: Fault = .nothing) {
        folder = Mutex(Folder(messages: messages, fault: fault))
    }

    /// Every command that came, without its tag.
    var commands: [String] { folder.withLock { $0.commands } }

    /// From how many connections commands came.
    var connections: Int { folder.withLock { $0.connections.count } }

    /// Changes what is in the folder.
    func change(_ body: (inout Folder) -> Void) { folder.withLock { body(&$0) } }

    /// The server.
    func server() throws -> LineServer {
        try LineServer(greeting: "* OK ready\r\n") { self.answer($0, $1) }
    }

    private func answer(_ line: String, _ connection: Int) -> LineServer.Answer {
        let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return .say("* BAD what\r\n") }
        let (tag, command) = (parts[0], parts[1])
        return folder.withLock { folder in
            folder.commands.append(command)
            folder.connections.insert(connection)
            if command == "CAPABILITY" {
                return .say("* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n\(tag) OK done\r\n")
            }
            if command.hasPrefix("AUTHENTICATE"), case .refusesLogin(let text) = folder.fault {
                return .say("\(tag) NO \(text)\r\n")
            }
            if command.hasPrefix("LIST") {
                return .say("* LIST (\\HasNoChildren) \"/\" INBOX\r\n\(tag) OK done\r\n")
            }
            if command.hasPrefix("EXAMINE") {
                if case .saysGoodbye = folder.fault { return .hangUp(Array("* BYE shutting down\r\n".utf8)) }
                let next = (folder.messages.keys.max() ?? 0) + 1
                return .say(
                    "* \(folder.messages.count) EXISTS\r\n* OK [UIDVALIDITY \(folder.validity)] valid\r\n"
                        + "* OK [UIDNEXT \(next)] next\r\n\(tag) OK [READ-ONLY] done\r\n")
            }
            if command.hasPrefix("UID FETCH") { return folder.fetch(command, tag) }
            return .say("\(tag) OK done\r\n")
        }
    }
}

extension FakeIMAP.Folder {
    fileprivate mutating func fetch(_ command: String, _ tag: String) -> LineServer.Answer {
        let words = command.split(separator: " ").map(String.init)
        let wanted = messages.keys.sorted().filter { uid in
            words[2].split(separator: ",").contains { range in
                let bounds = range.split(separator: ":").compactMap { UInt32($0) }
                return (bounds.first ?? 0)...(bounds.last ?? 0) ~= uid
            }
        }
        var answer: [UInt8] = []
        let isForSizes = command.contains("RFC822.SIZE")
        for (index, uid) in wanted.enumerated() {
            let message = Array((messages[uid] ?? "").utf8)
            if isForSizes {
                var size = message.count
                if case .lyingSizes(let lie) = fault { size = lie }
                answer += Array("* \(index + 1) FETCH (UID \(uid) RFC822.SIZE \(size))\r\n".utf8)
                continue
            }
            var size = "\(message.count)"
            switch fault {
            case .hangsUpInMessage(uid):
                fault = .nothing
                answer += Array("* \(index + 1) FETCH (UID \(uid) BODY[] {\(size)}\r\n".utf8)
                return .hangUp(answer + message.prefix(message.count / 2))
            case .wrongLiteral(let error): size = "\(message.count + error)"
            case .hugeLiteral(let number): size = number
            case .endlessLine: return .flood([UInt8](repeating: 0x61, count: 4096))
            case .endlessData: return .flood(Array("* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n".utf8))
            case .garbage(let bytes): return .hangUp(bytes)
            case .silent: return .say([])
            case .refusesMessage(uid): return .say("\(tag) NO [SERVERBUG] it is broken\r\n")
            default: break
            }
            answer += Array("* \(index + 1) FETCH (FLAGS (\\Seen \\Flagged) UID \(uid) BODY[] {\(size)}\r\n".utf8)
            answer += message + Array(")\r\n".utf8)
        }
        return .say(answer + Array("\(tag) OK done\r\n".utf8))
    }
}
