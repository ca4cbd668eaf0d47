import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotAdapters

private func read(_ text: String) throws -> Reading {
    try EmailAdapter(settings: EmailAdapter.Settings()).read(Document(Array(text.utf8), observedAt: Fixture.observedAt))
}

private func read(_ bytes: [UInt8], as charset: String, _ more: String = "") throws -> (text: String, title: String) {
    let word = bytes.map { "=" + String(Int($0) + 256, radix: 16).dropFirst().uppercased() }.joined()
    let head = "From: a@acme.example\nSubject: =?\(charset)?Q?\(word)?=\nContent-Type: text/plain; charset=\(charset)\n"
    let mail = Array((head + more + "\n").utf8) + bytes
    let reading = try EmailAdapter(settings: EmailAdapter.Settings()).read(
        Document(mail, observedAt: Fixture.observedAt))
    let row = try #require(reading.rows.first)
    return (reading.string(row.text), reading.string(row.title))
}

/// What is read of mail that was not written as the standards say.
struct EmailRepairTests {
    @Test(
        arguments: [
            ("windows-1255", "שלום", [0xF9, 0xEC, 0xE5, 0xED]), ("iso-8859-2", "Cześć, šešir", nil),
            ("windows-1250", "Đaković", nil), ("iso-8859-15", "Hyvää päivää", nil),
            ("x-cp1250", "Łódź", [0xA3, 0xF3, 0x64, 0x9F]),
            ("iso-8859-2", "Łódź – šešir", [0xA3, 0xF3, 0x64, 0x9F, 0x20, 0x96, 0x20, 0x9A, 0x65, 0x9A, 0x69, 0x72]),
            ("iso88591", "“ä”", [0x93, 0xE4, 0x94]), ("l1", "“ä”", [0x93, 0xE4, 0x94]),
            ("windows1250", "jaźń", [0x6A, 0x61, 0x9F, 0xF1]), ("iso88592", "jaźń", [0x6A, 0x61, 0xBC, 0xF1]),
            ("utf-8", "marked", [0xEF, 0xBB, 0xBF, 0x6D, 0x61, 0x72, 0x6B, 0x65, 0x64]),
        ] as [(String, String, [UInt8]?)])
    func `letters are read whatever their charset is called`(charset: String, text: String, bytes: [UInt8]?) throws {
        let found = try read(bytes ?? Array(text.utf8), as: charset)
        #expect(found.text == text)
        #expect(found.title == text)
    }

    @Test(arguments: ["\n", "\r\n"]) func `plain text beside HTML keeps its lines`(end: String) throws {
        let mail = [
            "From: a@acme.example", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/html",
            "",
            "<b>Hi</b>", "--b", "", "one", "two", "--b--", "",
        ]
        let reading = try read(mail.joined(separator: end))
        let row = try #require(reading.rows.first)
        #expect(reading.string(row.html) == "<b>Hi</b>\n<p>one<br>two</p>")
    }

    @Test(arguments: ["7bit", "quoted-printable", "base64"])
    func `a file is the same in a mailbox of CRLF and in one of LF`(encoding: String) throws {
        let content = encoding == "base64" ? "YQ0KYg0K" : "a\nb\n"
        let mail = """
            From: a@acme.example
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/csv; name=list.csv
            Content-Transfer-Encoding: \(encoding)
            Content-Disposition: attachment

            \(content)
            --b--

            """
        let readings = try [mail, mail.replacing("\n", with: "\r\n")].map { try read($0) }
        let sums = readings.map { reading in reading.media.map { reading.string($0.sha256) } }
        #expect(sums[0] == sums[1] && sums[0].count == 1)
        // What was encoded came with the ends that it was given.
        #expect(readings[1].media.map(\.bytes) == [encoding == "base64" ? 6 : 4])
    }

    @Test(arguments: [
        ("Hello support,\n\nmy bag did not arrive.", "Hello support,\n\nmy bag did not arrive."),
        ("Missä laukkuni on\n", "Missä laukkuni on"), ("SGVs\nbG8=", "Hello"), ("SGVs bG8=\n", "Hello"),
        ("\nSGVsbG8\n-- \nThe footer of a list", "Hello"), ("S*GVsbG8=", "Hello"),
    ])
    func `what is said to be base64 and is not is text`(body: String, text: String) throws {
        let reading = try read(
            "From: a@acme.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n\(body)"
        )
        #expect(reading.rows.map { reading.string($0.text) } == [text])
    }

    @Test(arguments: [
        ("My bag did not arrive in Oslo.\nAnn", "My bag did not arrive in Oslo.\nAnn"),
        ("Please see the HTML part.", nil),
    ])
    func `a short plain part is told, unless it but points to the HTML`(plain: String, told: String?) throws {
        let html =
            "<p>My bag did not arrive in <b>Oslo</b>. Ann</p>"
            + String(repeating: "<p>A signature, Inc.</p>", count: 20)
        let reading = try read(
            "From: a@acme.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n\(plain)\n"
                + "--b\nContent-Type: text/html\n\n\(html)\n--b--\n")
        let text = reading.string(try #require(reading.rows.first).text)
        #expect(told.map { text == $0 } ?? text.hasSuffix("Inc."), "\(text)")
    }

    @Test func `parts are found where the boundary is another than the header's`() throws {
        let reading = try read(
            "From: a@acme.example\nContent-Type: multipart/mixed; boundary=A\n\n"
                + "--B\nContent-Type: text/plain\n\nhello\n--B--\n")
        #expect(reading.rows.map { reading.string($0.text) } == ["hello"])
    }

    @Test func `what Thunderbird notes of a message is told`() throws {
        let reading = try read("From: a@acme.example\nX-Mozilla-Status: 1009\n\nhi")
        let ext = reading.string(try #require(reading.rows.first).ext)
        #expect(ext.contains(#""flags":["seen","deleted","forwarded"]"#))
    }

    @Test(arguments: [("REPLY", true), ("REQUEST", false)])
    func `who answers an invitation, and how, is told`(method: String, isAnswer: Bool) throws {
        let reading = try read(
            "From: a@acme.example\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:\(method)\nBEGIN:VEVENT\nUID:1\n"
                + "ATTENDEE;PARTSTAT=DECLINED;CN=Ann:mailto:ann@acme.example\nCOMMENT:Not there\nEND:VEVENT\nEND:VCALENDAR\n"
        )
        let ext = reading.string(try #require(reading.rows.first).ext)
        #expect(
            ext.contains(#""attendee":"mailto:ann@acme.example","attendee_partstat":"DECLINED""#) == isAnswer)
        #expect(ext.contains(#""comment":"Not there""#))
    }

    @Test func `a calendar's quoted parameters, folds and escapes are undone`() throws {
        let reading = try read(
            "From: a@acme.example\nContent-Type: text/calendar\n\nBEGIN:VEVENT\n"
                + "DTSTART;TZID=\"(UTC+01:00) Sarajevo; Zagreb\":20260518T133000\n"
                + "ORGANIZER;CN=\"Doe: John\":mailto:john@acme.example\nSUMMARY:Two\n\t lines\\; one\\\\two\\N end\nEND:VEVENT\n"
        )
        let ext = reading.string(try #require(reading.rows.first).ext)
        #expect(ext.contains(#""dtstart":"20260518T133000","dtstart_tzid":"(UTC+01:00) Sarajevo; Zagreb""#))
        #expect(ext.contains(#""organizer":"mailto:john@acme.example""#))
        #expect(ext.contains(#""summary":"Two lines; one\\two\n end""#))
    }

    @Test(arguments: [("failed", true), ("delivered", false), ("delayed", false), ("relayed", false), ("", true)])
    func `a report of a delivery is a bounce where that failed`(action: String, isBounce: Bool) throws {
        let report = action.isEmpty ? "Final-Recipient: rfc822; b@acme.example" : "Action: \(action)"
        let reading = try read(
            "From: MAILER-DAEMON@acme.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nIt says.\n"
                + "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; acme.example\n\n\(report)\n\n--b--\n"
        )
        #expect(reading.tags.map { reading.string($0) }.contains("bounce") == isBounce)
    }

    @Test(arguments: ["abc (made by X)", "\"a  b\"", "\" abc\"", "\"=?utf-8?q?abc?=\""])
    func `a boundary is compared as it stands`(boundary: String) throws {
        let bare = boundary.hasPrefix("\"") ? String(boundary.dropFirst().dropLast()) : "abc"
        let reading = try read(
            "From: a@acme.example\nContent-Type: multipart/mixed; boundary=\(boundary)\n\n--\(bare)\n\nhello\n--\(bare)--\n"
        )
        #expect(reading.rows.map { reading.string($0.text) } == ["hello"])
    }

    @Test func `lines of uuencode that lost spaces at their end are whole`() throws {
        let lines = ["M" + String(repeating: "86%A", count: 15), "M" + String(repeating: "86%A", count: 14), "#86%A"]
        let reading = try read(
            "From: a@acme.example\n\nhi\n\nbegin 644 a.bin\n\(lines.joined(separator: "\n"))\n`\nend\n\nbye\n")
        #expect(reading.media.map { $0.bytes } == [93])
        #expect(reading.rows.map { reading.string($0.text) } == ["hi\n\n\nbye"])
    }

    @Test func `the footer of a list is no base64`() throws {
        for text in ["hello world!", "hello world", "hello worl"] {
            let body = Data(text.utf8).base64EncodedString()
            for footer in [
                "_______________________________________________\nlist mailing list", "You are on this list",
            ] {
                let reading = try read(
                    "From: a@acme.example\nContent-Transfer-Encoding: base64\n\n\(body)\n\(footer)\n")
                #expect(reading.rows.map { reading.string($0.text) } == [text])
            }
        }
    }

    @Test func `a comment alone is nobody`() throws {
        let reading = try read(
            "From: a@acme.example\nTo: A Group:b@acme.example;(the end)\nCc: (empty list)(of nobody)\n\nhi")
        #expect(reading.recipients.count == 2)
    }

    @Test func `a reply from Croatia is one of its conversation`() throws {
        let ids = try ["Re: Kofer", "Odg: Kofer", "RE: Odg: Kofer"].map { subject in
            let reading = try read("From: a@acme.example\nMessage-ID: <\(subject.count)@a>\nSubject: \(subject)\n\nhi")
            return reading.rows.map { reading.string($0.threadID) }
        }
        #expect(Set(ids).count == 1)
    }

    @Test func `parameters of enriched text are not shown`() throws {
        let reading = try read(
            "From: a@acme.example\nContent-Type: text/enriched\n\n<color><param>red</param>Hi</color> there")
        #expect(reading.rows.map { reading.string($0.text) } == ["Hi there"])
    }
}
