import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Glibc
import Testing

@testable import EarshotGateway

/// What mail servers hear, on real connections.
@Suite(.timeLimit(.minutes(15))) struct LMTPListenerTests {
    private let journal = GatedJournal(MemoryJournal())
    private let board = StatusBoard()

    private func listener(
        at address: String = "127.0.0.1:0", admission: LMTPAdmission = LMTPAdmission(), sizeLimit: Int = .max,
        started: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> LMTPListener {
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        return LMTPListener(
            context: try ListenerContext.test(kind.make(), journal, board),
            door: MailDoor(address: address, sizeLimit: sizeLimit),
            admission: admission, started: started)
    }

    /// Runs a listener while `body` talks to its port.
    private func run(
        admission: LMTPAdmission = LMTPAdmission(), sizeLimit: Int = .max,
        _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let listener = try listener(admission: admission, sizeLimit: sizeLimit) { port.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            group.addTask { for await number in ports { return try await body(number) } }
            try await group.next()
            group.cancelAll()
        }
    }

    private static let greeting = "220 earshot LMTP\r\n"

    /// A message to two recipients, from the first word to the dot, said in one go.
    private static func delivery(_ id: Int, _ body: String = "Where is it?") -> String {
        "LHLO mx\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<care@acme.example>\r\nRCPT TO:<sales@acme.example>\r\nDATA\r\n"
            + "From: a@example.org\r\nMessage-ID: <\(id)@example.org>\r\n\r\n\(body)\r\n.\r\n"
    }

    /// Says something once it was greeted; gives the last lines of what comes up to an end.
    private func say(_ text: String, on socket: PlainSocket, until end: String) async -> [Substring] {
        socket.send(text)
        return await socket.until(end).split(separator: "\r\n").suffix(2)
    }

    @Test func `what the journal refuses stays with the sender, who may try again on the same connection`() async throws
    {
        let (journal, board) = (journal, board)
        try await run { port in
            let socket = try PlainSocket(port: port)
            #expect(await socket.until("\r\n") == Self.greeting)
            journal.refuse(.full("no space"))
            let end = "try again\r\n"
            socket.send(Self.delivery(1))
            #expect(
                await socket.until(end).hasSuffix("354 go on, end with a dot\r\n451 4.3.0 cannot be stored now, " + end)
            )
            #expect(await socket.until(end) == "451 4.3.0 cannot be stored now, " + end)
            #expect(board.all.values.map(\.trouble) == ["what came cannot be stored: the journal is full: no space"])
            journal.refuse(nil)
            let safe = "250 2.0.0 safe\r\n"
            #expect(
                await say(Self.delivery(1), on: socket, until: safe + safe) == ["250 2.0.0 safe", "250 2.0.0 safe"])
        }
        #expect(try await journal.status().head == 1)
    }

    @Test func `nobody hears yes while the journal has not got it`() async throws {
        let journal = journal
        try await run { port in
            journal.hold()
            let socket = try PlainSocket(port: port)
            let parts = Self.delivery(1).split(separator: "DATA\r\n").map(String.init)
            socket.send(parts[0] + "DATA\r\n")
            #expect(await socket.until("354 go on, end with a dot\r\n").hasPrefix(Self.greeting))
            socket.send(parts[1])
            await journal.holds(1)
            #expect(socket.isSilent)
            journal.letGo()
            #expect(await socket.until("safe\r\n") == "250 2.0.0 safe\r\n")
        }
    }

    @Test func `more clients than there is room for are asked to come again`() async throws {
        try await run(admission: LMTPAdmission(connections: 2)) { port in
            let clients = [try PlainSocket(port: port), try PlainSocket(port: port)]
            for client in clients { #expect(await client.until("\r\n") == Self.greeting) }
            #expect(await (try PlainSocket(port: port)).rest() == "421 4.3.2 too many connections\r\n")
            clients[0].send("QUIT\r\n")
            #expect(await clients[0].rest() == "221 2.0.0 bye\r\n")
            // Its place is free once the listener has noticed.
            var reply = ""
            while reply != Self.greeting { reply = await (try PlainSocket(port: port)).until("\r\n") }
        }
    }

    @Test func `more bytes than there is room for are asked to come again, and their room is given back`() async throws
    {
        let body = String(repeating: "x", count: 70) + "\r\n"
        try await run(admission: LMTPAdmission(bytes: 50_000)) { port in
            let socket = try PlainSocket(port: port)
            _ = await socket.until("\r\n")
            for (lines, reply) in [(2000, "452 4.3.1 too much at once, try again"), (300, "250 2.0.0 safe")] {
                let delivery = Self.delivery(lines, String(repeating: body, count: lines))
                let end = "\(reply)\r\n\(reply)\r\n"
                #expect(await say(delivery, on: socket, until: end) == [Substring(reply), Substring(reply)])
            }
        }
        #expect(try await journal.status().head == 1)
    }

    @Test func `a message above the limit is refused before it is sent, and after`() async throws {
        try await run(sizeLimit: 2000) { port in
            let socket = try PlainSocket(port: port)
            _ = await socket.until("\r\n")
            socket.send("LHLO mx\r\nMAIL FROM:<> SIZE=2001\r\n")
            #expect(await socket.until("552 5.3.4 larger than 2000 bytes\r\n").contains("250 SIZE 2000\r\n"))
            let reply = "552 5.3.4 larger than 2000 bytes"
            let delivery = Self.delivery(1, String(repeating: "x", count: 3000))
            #expect(
                await say(delivery, on: socket, until: "\(reply)\r\n\(reply)\r\n") == [
                    Substring(reply), Substring(reply),
                ])
        }
    }

    @Test func `a check tells a free address from one that is taken, and by whom`() async throws {
        #expect(try await listener().check(patience: .seconds(3600)) == "messages can be taken at 127.0.0.1:0")
        try await run { port in
            let says = try await listener(at: "127.0.0.1:\(port)").check(patience: .seconds(3600))
            #expect(says == "a gateway takes messages at 127.0.0.1:\(port) already")
        }
        let other = try LineServer(greeting: "220 mail.example ESMTP\r\n") { _, _ in .say("") }
        let failure = await #expect(throws: FetchFailure.self) {
            try await listener(at: "127.0.0.1:\(other.port)").check(patience: .seconds(3600))
        }
        #expect(
            failure == .refused("something else listens at 127.0.0.1:\(other.port): \"220 mail.example ESMTP\""))
    }

    @Test func `a check of a socket leaves it as it was`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("es-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/lmtp"
        #expect(
            try await listener(at: "unix:\(path)").check(patience: .seconds(3600))
                == "messages can be taken at unix:\(path)")
        #expect(!FileManager.default.fileExists(atPath: path))

        let (starts, start) = AsyncStream<Int>.makeStream()
        let running = try listener(at: "unix:\(path)") { start.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await running.run() }
            for await _ in starts { break }
            let says = try await listener(at: "unix:\(path)").check(patience: .seconds(3600))
            #expect(says == "a gateway takes messages at unix:\(path) already")
            // As a gateway that is killed leaves it.
            try #require(unsafe link(path, path + ".left") == 0)
            group.cancelAll()
        }
        #expect(
            try await listener(at: "unix:\(path).left").check(patience: .seconds(3600))
                == "messages can be taken at unix:\(path).left")
        #expect(FileManager.default.fileExists(atPath: path + ".left"))

        try Data().write(to: URL(fileURLWithPath: path + ".txt"))
        for (address, reason) in [
            ("\(path).txt/no", "Not a directory"), ("/nowhere/lmtp", "No such file or directory"),
            (folder.path + "/" + String(repeating: "x", count: 120), "too long for a socket"),
        ] {
            let failure = await #expect(throws: FetchFailure.self) {
                try await listener(at: "unix:\(address)").check(patience: .seconds(3600))
            }
            #expect(failure?.summary.contains(reason) == true, "\(failure?.summary ?? "") at \(address)")
        }
        let failure = await #expect(throws: FetchFailure.self) {
            try await listener(at: "unix:\(path).txt").check(patience: .seconds(3600))
        }
        #expect(failure?.summary.contains("a file that is no socket lies there") == true)
        #expect(FileManager.default.fileExists(atPath: path + ".txt"))
    }
}
