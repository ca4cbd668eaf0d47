import EarshotFormats
import Testing

struct MailboxTests {
    private func texts(_ box: String, name: String = "") -> [String] {
        Mailbox.messages(in: Array(box.utf8), name: name).map { String(decoding: $0.bytes[$0.range], as: UTF8.self) }
    }

    @Test func `a sentence that begins with From separates nothing`() {
        let box =
            "From a Mon Jan 12 08:00:00 2026\nSubject: 1\n\nFrom now on\n\nFrom b Mon Jan 12 08:00:00 2026\nSubject: 2\n\n"
        #expect(texts(box).count == 2)
    }

    @Test(arguments: [
        "From 10:30 to 11:00 we meet.\nBye", "From the desk of Ann\nhttps://acme.example/",
        "From now on\nNote: no more",
    ])
    func `a paragraph that begins with From separates nothing`(_ paragraph: String) {
        let first = "From a Mon Jan 12 08:00:00 2026\nSubject: 1\n\nhi\n\n\(paragraph)\n\n"
        #expect(texts(first + "From b\nSubject: 2\n\nbye\n").count == 2)
    }

    @Test func `a byte order mark may stand before the first envelope`() {
        let box =
            "\u{FEFF}From a Mon Jan 12 08:00:00 2026\nSubject: 1\n\nhi\n\nFrom b Mon Jan 12 08:00:00 2026\nSubject: 2\n\n"
        #expect(texts(box).count == 2)
    }

    @Test func `a field From with space before its colon is no envelope`() {
        #expect(texts("From  : a@x.example\nSubject: 1\n\nhi\n") == ["From  : a@x.example\nSubject: 1\n\nhi\n"])
    }

    @Test func `a counted body may hold separators`() {
        let body = "x\n\nFrom b Mon Jan 12 08:00:00 2026\nSubject: no\n\n"
        let box =
            "From a Mon Jan 12 08:00:00 2026\nContent-Length: \(body.utf8.count)\n\n\(body)\n"
            + "From c Mon Jan 12 08:00:00 2026\nSubject: 2\n\n"
        #expect(texts(box).count == 2)
    }

    @Test func `quoted From lines lose one mark, and only in a mailbox`() {
        let body = "Subject: 1\n\n>From x\n>>From y\n> From z\n"
        #expect(texts("From a Mon Jan 12 08:00:00 2026\n" + body) == ["Subject: 1\n\nFrom x\n>From y\n> From z\n"])
        #expect(texts(body) == [body])
    }

    @Test func `line ends of old Macs are read`() {
        #expect(texts("From: a@example.org\r\rhi\r") == ["From: a@example.org\n\nhi\n"])
    }

    @Test(arguments: [
        ("1.M1.acme:2,FS", ["flagged", "seen"]), ("1.M1.acme!2,", []), ("a,b.eml", []),
        ("1.M1.acme;2,RSTDP", ["answered", "seen", "deleted", "draft", "forwarded"]),
    ])
    func `flags are read from a Maildir name`(_ name: String, _ flags: [String]) {
        #expect(Mailbox.messages(in: Array("From: a\n\n".utf8), name: name).first?.flags == flags)
    }
}
