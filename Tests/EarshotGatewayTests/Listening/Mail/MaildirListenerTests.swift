import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Glibc
import Testing

@testable import EarshotGateway

@Suite(.timeLimit(.minutes(15))) struct MaildirListenerTests {
    /// A Maildir that goes when the test does.
    private final class Maildir: Sendable {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")

        init() throws {
            for name in ["new", "cur", "tmp"] {
                try FileManager.default.createDirectory(
                    at: url.appendingPathComponent(name), withIntermediateDirectories: true)
            }
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        func path(_ name: String) -> String { url.appendingPathComponent(name).path }

        func write(_ number: Int, _ name: String) throws {
            let text =
                "From: a@example.org\r\nMessage-ID: <m\(number)@example.org>\r\nSubject: \(number)\r\n\r\nWhere?\r\n"
            try Data(text.utf8).write(to: url.appendingPathComponent(name))
        }

        func move(_ name: String, to place: String) throws {
            try FileManager.default.moveItem(atPath: path(name), toPath: path(place))
        }
    }

    private let maildir: Maildir
    private let journal = GatedJournal(MemoryJournal())
    private let board = StatusBoard()
    private let hand = HandClock()

    init() throws { maildir = try Maildir() }

    private func listener(memory: Int = SeenNames.limit) throws -> MaildirListener {
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        return MaildirListener(
            context: try ListenerContext.test(kind.make(), journal, board, hand.clock), path: maildir.url.path,
            interval: .seconds(3600), memory: memory)
    }

    private func head() async throws -> Int64 { try await journal.status().head }

    @Test func `messages are taken, and stay where they are`() async throws {
        for number in 0..<300 { try maildir.write(number, "new/\(number).host") }
        try maildir.write(900, "tmp/900.host")
        try FileManager.default.createSymbolicLink(
            atPath: maildir.path("new/link"), withDestinationPath: "/etc/passwd")
        let listener = try listener()
        try await listener.drain(nil)
        #expect(try await head() == 300)
        #expect(board.all["mail"]?.tally.malformed == 1)
        // It was read by somebody else, and another has come.
        try maildir.move("new/7.host", to: "cur/7.host:2,S")
        try maildir.write(301, "cur/301.host:2,")
        try await listener.drain(nil)
        #expect(try await head() == 301)
        #expect(board.all["mail"]?.tally.documents == 302)
        #expect(FileManager.default.fileExists(atPath: maildir.path("new/8.host")))
    }

    @Test func `a message is taken as it comes, however it is delivered`() async throws {
        let (maildir, journal, hand) = (maildir, journal, hand)
        try maildir.write(1, "new/1.host")
        let listener = try listener()
        journal.hold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            let deliveries: [@Sendable () throws -> Void] = [
                {
                    try maildir.write(2, "tmp/2.host")
                    try maildir.move("tmp/2.host", to: "new/2.host")
                },
                {
                    try maildir.write(3, "tmp/3.host")
                    try #require(unsafe link(maildir.path("tmp/3.host"), maildir.path("new/3.host")) == 0)
                    try FileManager.default.removeItem(atPath: maildir.path("tmp/3.host"))
                },
                { try maildir.write(4, "cur/4.host:2,S") },
            ]
            for delivery in deliveries {
                await journal.holds(1)
                journal.letGo()
                journal.hold()
                try delivery()
                // Nobody moves the hour of the interval: it is the kernel that tells.
                await hand.waits(for: MaildirListener.gathering)
                hand.advance(by: MaildirListener.gathering)
            }
            await journal.holds(1)
            journal.letGo()
            group.cancelAll()
        }
        #expect(try await journal.cursor(of: "mail")?.value.text.count == #"{"seen":""}"#.count + 4 * 16)
    }

    @Test func `a Maildir that cannot be watched is looked at all the same`() async throws {
        let (journal, hand) = (journal, hand)
        try FileManager.default.removeItem(at: maildir.url)
        let listener = try listener()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            // What is not there is refused, and tried again five seconds later.
            await hand.waits(for: .seconds(5))
            try FileManager.default.createDirectory(atPath: maildir.path("new"), withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: maildir.path("cur"), withIntermediateDirectories: true)
            try maildir.write(1, "new/1.host")
            journal.hold()
            hand.advance(by: .seconds(5))
            await journal.holds(1)
            journal.letGo()
            group.cancelAll()
        }
    }

    @Test func `more messages than can be remembered are taken to the last, and once`() async throws {
        let memory = 500
        for number in 0..<2000 { try maildir.write(number, "new/\(10_000 + number).host") }
        try await listener(memory: memory).drain(nil)
        #expect(try await head() == 2000)
        #expect(board.all["mail"]?.tally.documents == 2000)
        try maildir.write(2000, "new/12000.host")
        try FileManager.default.removeItem(atPath: maildir.path("new/10005.host"))
        try maildir.move("new/10007.host", to: "cur/10007.host:2,S")
        try await listener(memory: memory).drain(nil)
        #expect(board.all["mail"]?.tally.documents == 2001)
        // One with an old name: nobody can tell which it is, so all is read, and only it is new.
        for name in ["10000.a", "10000.b"] { try maildir.write(name == "10000.a" ? 3000 : 3001, "cur/\(name):2,") }
        try await listener(memory: memory).drain(nil)
        #expect(try await head() == 2003)
        try await listener(memory: memory).drain(nil)
        #expect(try await head() == 2003)
        let size = try await journal.cursor(of: "mail")?.value.text.count ?? 0
        #expect(size < (memory + 300) * 16)
    }

    @Test func `a check counts the messages, and takes none`() async throws {
        try maildir.write(1, "new/1.host")
        try maildir.write(2, "cur/2.host:2,S")
        #expect(try await listener().check() == "2 messages are there")
        #expect(try await head() == 0)
        try FileManager.default.removeItem(atPath: maildir.path("cur"))
        let failure = await #expect(throws: FetchFailure.self) { try await listener().check() }
        #expect(failure == .refused("no Maildir: \(maildir.path("cur")) cannot be read: No such file or directory"))
    }
}
