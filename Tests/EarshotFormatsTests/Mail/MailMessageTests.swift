import EarshotFormats
import Testing

struct MailMessageTests {
    private func message(_ text: String) throws -> MailMessage {
        let bytes = Array(text.utf8)
        return try #require(MailMessage(bytes, in: 0..<bytes.count))
    }

    @Test func `a header ends before a line that is no field`() throws {
        let message = try message(
            "From: a@example.org\n>From b Mon Jan 12 08:00:00 2026\nSubject: x\nno field\nTo: b\n")
        #expect(message.text("subject") == "x")
        #expect(message.text("to") == "")
        #expect(message.text(of: message.root).text == "no field\nTo: b\n")
    }

    @Test func `a parameter is found however it is written`() throws {
        func name(_ value: String) throws -> String? {
            try message("From: a@example.org\nContent-Type: \(value)\n\n").root.name
        }
        #expect(try name("image/png; name=a.png") == "a.png")
        #expect(try name("image/png; name=\"a b.png\"") == "a b.png")
        #expect(try name("image/png; name=\"a b.png") == "a b.png")
        #expect(try name("image/png; charset=; name = a.png ;") == "a.png")
        #expect(try name("image/png name=a.png") == "a.png")
        #expect(try name("image/png; name*=utf-8''%c3%a4.png; name=a.png") == "ä.png")
        #expect(try name("image/png; name*1=b.png; name*0=a") == "ab.png")
        #expect(try name("image/png; name*0*=iso-8859-1''%e4; name*1=.png") == "ä.png")
        #expect(try name("image/png; name=\"=?utf-8?B?w6Q=?=.png\"") == "ä.png")
        #expect(try name("image/png; name=../../etc/passwd") == "passwd")
    }

    @Test func `a boundary without an end and one within another are found`() throws {
        let message = try message(
            """
            From: a@example.org
            Content-Type: multipart/mixed; boundary=ab

            --ab
            Content-Type: multipart/alternative; boundary=abc

            --abc

            one
            --abcd
            --ab
            Content-Type: text/html

            <p>two
            """)
        #expect(message.root.children.map(\.type) == ["multipart/alternative", "text/html"])
        let inner = try #require(message.root.children.first?.children.first)
        #expect(message.text(of: inner).text == "one\n--abcd")
    }

    @Test func `a boundary that is not named is guessed`() throws {
        let message = try message(
            "From: a@example.org\nContent-Type: multipart/mixed\n\n--x\nContent-Type: text/plain\n\none\n--x--\n")
        #expect(message.root.children.count == 1)
    }

    @Test func `a multipart without boundaries is text`() throws {
        let message = try message("From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\nhello\n")
        #expect(message.root.type == "text/plain")
    }

    @Test(arguments: [
        ("base64", "w6Q=", "ä"), ("base64", "w6Q", "ä"), ("base64", "w6Q=w7Y=", "äö"), ("base64", "w6\n Q=", "ä"),
        ("base64", "w6Q=\n____ footer", "ä"), ("base64", "w6Q=\nw7Y=\n", "äö"), ("base64", "", ""),
        ("quoted-printable", "=C3=A4 =3d", "ä ="), ("quoted-printable", "a= \nb", "ab"),
        ("quoted-printable", "a=XYb=", "a=XYb"), ("quoted-printable", "a=\r\nb", "ab"),
        ("QUOTED-PRINTABLE ", "=41", "A"),
        ("8bit", "a=41", "a=41"), ("nonsense", "a=41", "a=41"),
    ])
    func `a transfer encoding is undone, damage included`(_ encoding: String, _ body: String, _ text: String) throws {
        let message = try message("From: a@example.org\nContent-Transfer-Encoding: \(encoding)\n\n\(body)")
        #expect(message.text(of: message.root).text == text)
    }

    @Test func `message ids lose brackets and white space`() throws {
        let message = try message("From: a@example.org\nReferences: <a@b> junk <c\n @d><e@f <g@h>\n\n")
        #expect(message.messageIDs("references") == ["a@b", "c@d", "g@h"])
    }

    @Test func `a charset that is not known does not lose the text`() throws {
        let bytes = Array("From: a@example.org\nContent-Type: text/plain; charset=klingon\n\nk".utf8) + [0xE4, 0x73]
        let message = try #require(MailMessage(bytes, in: 0..<bytes.count))
        #expect(message.text(of: message.root).text == "käs")
    }

    @Test func `a lost byte does not turn Chinese into Western letters`() throws {
        let head = Array("From: a@example.org\nContent-Type: text/plain; charset=big5\n\n".utf8)
        let letters: [UInt8] = [0xA6, 0xE6, 0xA7, 0xF5, 0xBF, 0xF2, 0xA5, 0xA2, 0xA4, 0x46]
        let bytes = head + letters + [0xFF] + letters
        let message = try #require(MailMessage(bytes, in: 0..<bytes.count))
        #expect(message.text(of: message.root).text == "行李遺失了\u{FFFD}行李遺失了")
    }

    @Test func `files in a text are taken out of it`() throws {
        let message = try message("From: a@example.org\n\none\nbegin 644 a b.txt\n#0V%T\n`\nend\ntwo\nbegin 3 days\n")
        let (text, files) = message.text(of: message.root)
        #expect(text == "one\ntwo\nbegin 3 days\n")
        #expect(files.map(\.name) == ["a b.txt"])
        #expect(files.first?.content == Array("Cat".utf8))
    }
}
