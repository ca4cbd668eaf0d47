internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Talks POP3 (RFC 1939, 2449) over an open line.
final class POP3Client {
    private let wire: MailWire

    /// The largest message that is taken, in bytes.
    static let messageLimit = MailLimits.message
    /// The most that a list or an answer may hold.
    private static let answerLimit = 64 << 20
    /// How many messages a list may have.
    private static let listLimit = 1_000_000

    init(_ wire: MailWire) { self.wire = wire }

    /// One answer: whether the server agrees, and what it says.
    struct Reply {
        var isOK: Bool
        var isQuestion: Bool
        var text: String

        /// The code in brackets at the beginning of the text.
        var code: String {
            guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else { return "" }
            return text[text.index(after: text.startIndex)..<end].uppercased()
        }
    }

    /// Says a line and takes the first line of what comes back.
    private func ask(_ line: String, allowing bytes: Int = POP3Client.answerLimit) throws -> Reply {
        guard !line.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) else {
            throw FetchFailure.refused("a name or password with a line break in it")
        }
        wire.allow(bytes)
        try wire.send(line)
        return try reply()
    }

    private func reply() throws -> Reply {
        let line = String(decoding: try wire.line().prefix(1000), as: UTF8.self)
        let (word, text) = line.cut(at: " ")
        guard word == "+OK" || word == "-ERR" || word == "+" else {
            throw FetchFailure.unreachable("the server says what is no POP3")
        }
        return Reply(isOK: word == "+OK", isQuestion: word == "+", text: text)
    }

    /// Proves who asks.
    func login(_ account: MailAccount) throws {
        var reply: Reply
        switch account.proof {
        case .password(let password):
            reply = try ask("USER \(account.user)")
            if reply.isOK { reply = try ask("PASS \(password)") }
        case .token(let token):
            reply = try ask("AUTH XOAUTH2")
            guard reply.isQuestion else {
                throw FetchFailure.refused("the server takes no token (XOAUTH2), only a \"password\"")
            }
            let encoded = Data(MailProof.xoauth2(account.user, token).utf8).base64EncodedString()
            reply = try ask(encoded)
            // A question instead of an answer holds an error; it is told once it has been asked for.
            if reply.isQuestion { reply = try ask("") }
        }
        guard reply.isOK else { throw FetchFailure.login(String(reply.text.prefix(300)), code: reply.code) }
    }

    /// The messages there are: each one's number, lasting name and size, in order.
    func messages() throws -> [(number: Int, name: String, size: Int)] {
        let names = try list("UIDL")
        let sizes = try list("LIST")
        return names.sorted { $0.key < $1.key }.map { number, name in
            (number, name, sizes[number].flatMap { Int($0) } ?? 0)
        }
    }

    private func list(_ command: String) throws -> [Int: String] {
        let reply = try ask(command)
        guard reply.isOK else {
            throw FetchFailure.refused("the server has no \(command), without which messages cannot be told apart")
        }
        var entries: [Int: String] = [:]
        while true {
            let line = try wire.line()
            if line == [UInt8(ascii: ".")] { return entries }
            let (number, word) = String(decoding: line.prefix(200), as: UTF8.self).cut(at: " ")
            guard let number = Int(number), number > 0, !word.isEmpty, entries.count < POP3Client.listLimit else {
                continue
            }
            entries[number] = word
        }
    }

    /// A message; nil where the server does not give it, and what it says then.
    func message(_ number: Int, size: Int) throws -> Result<[UInt8], MalformedDocument> {
        let reply = try ask("RETR \(number)", allowing: POP3Client.messageLimit + (1 << 20))
        guard reply.isOK else { return .failure(MalformedDocument("the server does not give it: \(reply.text)")) }
        var message: [UInt8] = []
        message.reserveCapacity(min(max(size, 0), POP3Client.messageLimit))
        while true {
            let line = try wire.line()
            if line.first == UInt8(ascii: ".") {
                if line.count == 1 { return .success(message) }
                message += line.dropFirst()
            } else {
                message += line
            }
            message += [0x0D, 0x0A]
        }
    }

    /// Marks messages to be removed; they are when the server has been told goodbye.
    func delete(_ numbers: [Int]) throws {
        for number in numbers { _ = try ask("DELE \(number)") }
    }

    /// Says goodbye, upon which the server removes what is marked.
    func quit() throws {
        let reply = try ask("QUIT")
        guard reply.isOK else { throw FetchFailure.unreachable("the server did not remove all: \(reply.text)") }
    }
}
