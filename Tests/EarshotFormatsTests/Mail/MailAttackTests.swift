import Earshot
import EarshotFormats
import Testing

/// Messages that have felled mail servers and libraries: each limit, a message that passes it, and what is left.
@Suite struct MailAttackTests {
    private func message(_ text: String) throws -> MailMessage {
        let bytes = Array(text.utf8)
        return try #require(MailMessage(bytes, in: 0..<bytes.count))
    }

    private func parts(of part: MailPart) -> Int { part.children.reduce(1) { $0 + parts(of: $1) } }

    private func depth(of part: MailPart) -> Int { 1 + (part.children.map { depth(of: $0) }.max() ?? 0) }

    @Test(arguments: ["To", "From", "Cc", "Bcc", "Sender", "Reply-To", "Resent-To", "Errors-To", "Mail-Followup-To"])
    func `groups within groups in any field of addresses do not nest`(field: String) throws {
        for levels in [17, 3000, 60_000] {
            let message = try message("Subject: x\n\(field): \(String(repeating: "g:", count: levels))\n\nbody\n")
            #expect(message.text("subject") == "x")
            #expect((message.addresses("to")?.count ?? 0) <= 500)
            #expect(message.text(of: message.root).text == "body\n")
        }
    }

    @Test func `a hundred thousand addresses are not interpreted`() throws {
        let message = try message("Subject: x\nTo: \(String(repeating: "a@b.example,", count: 100_000))\n\n")
        #expect((message.addresses("to") ?? []).isEmpty)
        #expect(message.text("subject") == "x")
    }

    @Test func `fields without end are cut at their number and size`() throws {
        let many = (0..<50_000).map { "X-\($0): y\n" }.joined()
        let message = try message("Subject: x\n\(many)From: a@example.org\n\nbody\n")
        #expect(message.fields { _ in true }.count <= 1000)
        #expect(!message.defects.isEmpty)
        let long = try self.message(
            "From: a@example.org\nSubject: \(String(repeating: "x ", count: 100_000))\n\nbody\n")
        #expect(long.text("subject").utf8.count <= 256 * 1024)
        #expect(long.text(of: long.root).text == "body\n")
    }

    @Test func `parameters and their continuations are cut at their number`() throws {
        let continued = (0..<10_000).map { "name*\($0)=x;" }.joined()
        let message = try message("From: a@example.org\nContent-Type: image/png; \(continued)\n\n")
        #expect((message.root.name?.count ?? 0) <= 64)
        let many = (0..<10_000).map { "p\($0)=x;" }.joined()
        #expect(
            try self.message("From: a@example.org\nContent-Type: text/plain; \(many)\n\nx").root.type == "text/plain")
        let numbered = "name*99999999999999999999=x; name*-1=y; name*18446744073709551616*=z"
        _ = try self.message("From: a@example.org\nContent-Type: image/png; \(numbered)\n\n").root.name
    }

    @Test func `encoded words beyond their number stay as they are`() throws {
        let words = String(repeating: "=?utf-8?b?w6Q=?= ", count: 3500)
        let text = try message("From: a@example.org\nSubject: \(words)\n\n").text("subject")
        #expect(text.contains("=?utf-8"))
        #expect(text.utf8.count <= words.utf8.count)
    }

    @Test func `a boundary within a boundary is taken apart to a depth, and no deeper`() throws {
        var text = "From: a@example.org\nContent-Type: multipart/mixed; boundary=b0\n\n"
        for level in 0..<1000 { text += "--b\(level)\nContent-Type: multipart/mixed; boundary=b\(level + 1)\n\n" }
        let message = try message(text + "--b1000\n\nx\n")
        #expect(depth(of: message.root) <= 34)
        // The same boundary at every level.
        let same = String(repeating: "--b\nContent-Type: multipart/mixed; boundary=b\n\n", count: 5000)
        let other = try self.message("From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n" + same)
        #expect(depth(of: other.root) <= 34 && parts(of: other.root) <= 502)
    }

    @Test func `a message within a message a thousand times is taken apart to a depth`() throws {
        let inner = String(repeating: "Content-Type: message/rfc822\n\nFrom: a@example.org\n", count: 1000)
        let message = try message("From: a@example.org\n\(inner)\nx\n")
        #expect(depth(of: message.root) <= 34)
    }

    @Test func `a hundred thousand parts are cut while they are found`() throws {
        let many = String(repeating: "--b\n\nx\n", count: 100_000)
        let message = try message("From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n\(many)")
        #expect(parts(of: message.root) <= 501)
        #expect(!message.defects.isEmpty)
    }

    @Test func `a boundary of any kind ends without a trap`() throws {
        for boundary in [
            "", "\"\"", "-", "--", String(repeating: "b", count: 70_000), "\"a b \"", "é", "\u{0}", "=?utf-8?q?b?=",
        ] {
            let text =
                "From: a@example.org\nContent-Type: multipart/mixed; boundary=\(boundary)\n\n--\(boundary)\n\nx\n--"
            #expect(parts(of: try message(text).root) <= 3)
        }
    }

    @Test func `what is decoded is never more than the message`() throws {
        for encoding in ["base64", "quoted-printable", "x-uuencode", "7bit"] {
            let body = String(repeating: "=41=\nQUJD====", count: 20_000)
            let message = try message("From: a@example.org\nContent-Transfer-Encoding: \(encoding)\n\n\(body)")
            #expect(message.content(of: message.root).count <= body.utf8.count)
        }
        let begun = String(repeating: "begin 644 a\n#0V%T\n`\nend\n", count: 5000)
        let files = try message("From: a@example.org\n\n\(begun)")
        #expect(files.text(of: files.root).files.count <= 100)
    }

    @Test func `a file's name is a name and no path`() throws {
        for name in [
            "../../etc/passwd", "/etc/passwd", "..\\..\\x", "C:\\x", "a\u{0}/b", "..", ".", "x/..", "\"../x\"",
        ] {
            let text = "From: a@example.org\nContent-Disposition: attachment; filename=\(name)\n\nx"
            let told = try message(text).root.name ?? ""
            #expect(!told.contains("/") && !told.contains("\\") && told != ".." && !told.contains("\u{0}"), "\(told)")
        }
    }

    @Test func `ids, dates and subjects cannot carry a further field`() throws {
        let message = try message(
            "From: a@example.org\nSubject: =?utf-8?q?x=0D=0ABcc=3A_evil=40evil.example?=\nMessage-ID: <a\r b@c>\n\nx")
        #expect(!message.text("subject").contains("\n") && !message.text("subject").contains("\r"))
    }
}
