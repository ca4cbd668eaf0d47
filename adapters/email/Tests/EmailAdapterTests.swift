import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotAdapters

struct EmailAdapterTests {
    private let adapter: EmailAdapter

    init() throws {
        adapter = try EmailAdapter(settings: EmailAdapter.Settings())
    }

    /// The one reading of a text as a mail document.
    private func read(_ text: String, name: String = "") throws -> Reading {
        var document = Document(Array(text.utf8), observedAt: Fixture.observedAt)
        document.name = name
        return try adapter.read(document)
    }

    @Test(arguments: Fixture.all())
    func `a fixture is read as recorded`(_ fixture: Fixture) throws {
        let read = fixture.read(with: adapter)
        if Fixture.isRecording { return try fixture.record(read) }
        #expect(read.lines == fixture.expectedLines)
        #expect(read.defects == fixture.expectedDefects)
    }

    @Test(arguments: Fixture.all())
    func `a fixture keeps the contract of adapters`(_ fixture: Fixture) {
        #expect(AdapterContract.violations(of: adapter, reading: fixture.document) == [])
    }

    /// The settings that a JSON text says.
    private func settings(_ text: String) throws -> EmailAdapter.Settings {
        try JSONDecoder().decode(EmailAdapter.Settings.self, from: Data(text.utf8))
    }

    @Test func `settings may be empty, and then mail comes from files`() throws {
        #expect(try EmailAdapter(settings: settings("{}")).mail == nil)
        #expect(throws: (any Error).self) { try settings(#"{"listen":"telepathy"}"#) }
    }

    @Test func `a mailbox is named by its server, a user and a password or a token`() throws {
        let text = #"{"listen":"imap","url":"imaps://mail.example.com","user":"care","password":"secret"}"#
        guard case .imap(let account, let folders, true)? = try EmailAdapter(settings: settings(text)).mail else {
            Issue.record("no mailbox")
            return
        }
        #expect(account.url == "imaps://mail.example.com" && account.user == "care" && account.isEncrypted)
        #expect(folders == ["INBOX"])
    }

    @Test(arguments: [
        (#""url":"https://mail.example.com","password":"p""#, "expected imaps://host or imap://host"),
        (#""url":"imaps://care@mail.example.com","password":"p""#, "the user has a setting of its own"),
        (#""url":"imaps://mail.example.com/INBOX","password":"p""#, "nothing else"),
        (#""url":"imaps://mail.example.com""#, "expected a \"password\" or a \"token\""),
        (#""url":"imaps://mail.example.com","password":"p","token":"t""#, "found both"),
        (
            #""url":"imaps://mail.example.com","password":"p","ca_file":"/none/ca.pem""#,
            "ca_file: there is no file /none/ca.pem that can be read"
        ),
        (#""url":"imaps://mail.example.com","password":"p","folders":["!Junk"]"#, "without !"),
    ])
    func `a mailbox that cannot be is refused with a reason`(_ members: String, _ reason: String) throws {
        let settings = try settings(#"{"listen":"imap","user":"care",\#(members)}"#)
        let failure = #expect(throws: WrongSettings.self) { try EmailAdapter(settings: settings) }
        #expect(failure?.description.contains(reason) == true)
    }

    @Test(arguments: [
        ("Re: Lost", "Re: lost", true), ("Re: Lost", "AW: [care] RE[3]: LOST", true),
        ("Sv: Vs: Lost", "回复：lost", true), ("Re: Lost", "Re: Found", false), ("Lost", "Lost", false),
        ("Fwd: Lost", "Fwd: Lost", false), ("Re:", "Re: ", false), ("Re: Lost", "Lost", false),
    ])
    func `a reply that names no message is told apart by its subject alone`(
        _ one: String, _ other: String, _ isSame: Bool
    ) throws {
        let threads = try [one, other].enumerated().map { index, subject in
            let mail = "From: a@example.org\nSubject: \(subject)\nMessage-ID: <\(index)@example.org>\n\nhi\n"
            let reading = try adapter.read(Document(Array(mail.utf8), observedAt: Fixture.observedAt))
            return reading.string(reading.rows[0].threadID)
        }
        #expect((threads[0] == threads[1]) == isSame)
    }

    @Test func `the schema names the settings`() throws {
        let room = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: room.appendingPathComponent("settings.schema.json"))
        let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: Any])
        #expect(Set(properties.keys) == Set(EmailAdapter.settings.map(\.name)))
    }

    @Test func `keep_raw keeps the message as it came`() throws {
        let raw = try EmailAdapter(settings: settings(#"{"keep_raw":true}"#))
        let text = "From: a@example.org\nSubject: \"x\"\n\nhi\n"
        let reading = try raw.read(Document(Array(text.utf8), observedAt: Fixture.observedAt))
        let kept = try #require(reading.rows.first?.raw)
        let decoded = try JSONDecoder().decode(String.self, from: Data(reading.string(kept).utf8))
        #expect(decoded == text)
    }

    @Test(arguments: [
        ("", "empty"), ("{\"data\":[]}", "no mail"), ("Dear diary: hello\n", "no mail"),
        ("\u{0}\u{1}\u{2}", "no mail"),
    ])
    func `what is no mail is refused with a reason`(_ text: String, _ reason: String) {
        let failure = #expect(throws: MalformedDocument.self) { try read(text) }
        #expect(failure?.reason.contains(reason) == true)
    }

    @Test func `files of Outlook are refused by name`() {
        let document = Document([0xD0, 0xCF, 0x11, 0xE0, 0xA1], observedAt: Fixture.observedAt)
        let failure = #expect(throws: MalformedDocument.self) { try adapter.read(document) }
        #expect(failure?.reason.contains("Outlook") == true)
    }

    @Test func `an empty mailbox has nothing to say`() throws {
        #expect(try read("", name: "inbox.mbox").rows.isEmpty)
    }

    @Test func `a message without an id has the same id however it was kept`() throws {
        let message = "From: a@example.org\nTo: b@example.org\nSubject: x\n\nhello\nworld\n"
        let alone = try read(message)
        let other = try read("X-UID: 7\n" + message.replacing("\n", with: "\r\n"))
        let boxed = try read("From a@example.org Mon Jan 12 08:00:00 2026\n\(message)\n")
        let ids = [alone, other, boxed].map { reading in reading.rows.first.map { reading.string($0.nativeID) } }
        #expect(Set(ids).count == 1 && ids.first != nil)
    }

    @Test func `the newest part is a place in the text`() throws {
        let reading = try read("From: a@example.org\n\nKiitos ä!\n\nOn 1 Jan 2026, B wrote:\n> old\n")
        let row = try #require(reading.rows.first)
        #expect(reading.string(row.ext).contains(#""newest_part":{"start":0,"end":9}"#))
    }

    @Test func `a document of a mailbox gives every message`() throws {
        let one = "From a@example.org Mon Jan 12 08:00:00 2026\nFrom: a@example.org\nSubject: %\n\nbody %\n\n"
        let box = (0..<50).map { one.replacing("%", with: String($0)) }.joined()
        #expect(try read(box).rows.count == 50)
    }

    /// Messages that are made to be slow, large once read, or deep.
    static let hostile: [(name: String, text: String)] = {
        let head = "From: a@example.org\nMessage-ID: <h@example.org>\nMIME-Version: 1.0\n"
        func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        return [
            ("100k fields", head + many("X-H: v\n", 100_000) + "\nhi"),
            ("100k addresses", head + "To: " + many("u@h.example,", 100_000) + "\n\nhi"),
            ("groups in groups", head + "To: " + many("g:", 30_000) + "\n\nhi"),
            ("quotes without end", head + "To: \"" + many("\\\"", 30_000) + "\n\nhi"),
            (
                "parts in parts",
                head + many("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10_000) + "\nhi"
            ),
            (
                "20k parts",
                head + "Content-Type: multipart/mixed; boundary=b\n\n" + many("--b\n\nx\n", 20_000) + "--b--"
            ),
            ("messages in messages", head + many("Content-Type: message/rfc822\n\nFrom: a@b\n", 1000)),
            ("8k parameters", head + "Content-Type: text/plain; " + many("p=x; ", 8000) + "\n\nhi"),
            ("4k words", head + "Subject: " + many("=?utf-8?q?a?= ", 4000) + "\n\nhi"),
            ("words without end", head + "Subject: " + many("=?", 30_000) + "\n\nhi"),
            ("references", head + "References: " + many("<a@b>", 10_000) + "\n\nhi"),
            ("begins", head + "\n" + many("begin 644 x\n", 5000)),
            ("introductions", head + "\n" + many("On 1 x wrote:\n", 5000)),
        ]
    }()

    @Test(arguments: hostile.map(\.name))
    func `a hostile message is read in bounded time and size`(_ name: String) throws {
        let text = try #require(EmailAdapterTests.hostile.first { $0.name == name }?.text)
        let clock = ContinuousClock()
        var reading: Reading?
        let elapsed = try clock.measure { reading = try read(text) }
        #expect(reading?.rows.count == 1)
        #expect((reading?.arena.count ?? 0) < text.utf8.count + 16_384)
        // 200 ms when optimized; a debug build on a busy machine is many times slower.
        #expect(elapsed < .seconds(5))
    }
}
