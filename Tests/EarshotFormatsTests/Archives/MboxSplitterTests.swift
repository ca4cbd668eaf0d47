import Earshot
import EarshotFormats
import Foundation
import Testing

struct MboxSplitterTests {
    private let from = "From ann@acme.example Sat Jan  3 01:05:34 2026\n"

    @Test func `messages are cut at their From lines, which they keep`() throws {
        let steps = try told("\(from)Subject: a\n\none\n\n\(from)Subject: b\n\ntwo\n", .mbox)
        #expect(steps == ["file message 1: \(from)Subject: a\n\none\n", "file message 2: \(from)Subject: b\n\ntwo\n"])
    }

    @Test func `quoted From lines stay as they are`() throws {
        let steps = try told("\(from)Subject: a\n\n>From here\n>>From there\n\n\(from)Subject: b\n\ntwo\n", .mbox)
        #expect(steps.count == 2)
        #expect(steps[0].hasSuffix("\n>From here\n>>From there\n"))
    }

    @Test func `a sentence that begins with From is no separator`() throws {
        #expect(try told("\(from)Subject: a\n\nHello\n\nFrom now on, all is well.\nYours\n", .mbox).count == 1)
        #expect(try told("\(from)Subject: a\n\nHello\nFrom 10:30 on we fly.\nYours\n", .mbox).count == 1)
    }

    @Test func `a separator needs no empty line before it if it has a time and a header after it`() throws {
        #expect(try told("\(from)Subject: a\n\none\n\(from)Subject: b\n\ntwo\n", .mbox).count == 2)
    }

    @Test func `a true Content-Length protects unquoted From lines`() throws {
        let body = "one\n\n\(from)Subject: within\n\nx\n"
        let counted = "\(from)Subject: a\nContent-Length: \(body.utf8.count)\n\n\(body)"
        #expect(try told("\(counted)\n\(from)Subject: b\n\ntwo\n", .mbox).count == 2)
        #expect(try told(counted, .mbox) == ["file message 1: \(counted)"])
    }

    @Test(arguments: ["0", "7", "99999999999", "-4", "x"])
    func `a false Content-Length is not believed`(length: String) throws {
        let steps = try told("\(from)Content-Length: \(length)\n\none two\nthree\n\n\(from)Subject: b\n\ntwo\n", .mbox)
        #expect(steps.count == 2)
        #expect(steps[0].hasSuffix("three\n"))
    }

    @Test func `CRLF files are cut too`() throws {
        let line = "From ann@acme.example Sat Jan  3 01:05:34 2026\r\n"
        let steps = try told("\(line)Subject: a\r\n\r\none\r\n\r\n\(line)Subject: b\r\n\r\ntwo\r\n", .mbox)
        #expect(steps.map { $0.hasSuffix("one\r\n") || $0.hasSuffix("two\r\n") } == [true, true])
    }

    @Test func `a file without From lines is one message, NUL bytes and all`() throws {
        let text = "Subject: a\n\nFrom\u{0}here\n\n\(from)x\n"
        #expect(try told(text, .mbox) == ["file: \(text)"])
    }

    @Test func `an emlx file is handed over with what notes its flags`() throws {
        let message = "Subject: a\n\none\n"
        let file = "\(message.utf8.count)      \n\(message)<?xml version=\"1.0\"?>"
        #expect(try told(file, named: "1.emlx", .mbox) == ["1.emlx: \(file)"])
    }

    @Test func `a message that is too large is a defect and the next is read`() throws {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1023) + [0x0A]
        var bytes = Array("\(from)Subject: a\n\n".utf8)
        for _ in 0...(DocumentReader.messageLimit / 1024) { bytes += line }
        bytes += Array("\n\(from)Subject: b\n\ntwo\n".utf8)
        #expect(
            try told(bytes, .mbox) == [
                "file message 1! larger than 64 MiB", "file message 2: \(from)Subject: b\n\ntwo\n",
            ])
    }

    @Test func `a Maildir gives each message once, whatever its flags`() throws {
        let scratch = try Scratch()
        try scratch.write("cur/1.host:2,S", "Subject: a\n\n\(from)Subject: not cut\n\n")
        try scratch.write("new/2.host", "Subject: b\n\n")
        try scratch.write("tmp/3.host", "Subject: c\n\n")
        try scratch.write(".Sent/cur/4.host:2,", "Subject: d\n\n")
        try scratch.write(".Sent/new/.keep", "")
        let steps = try DocumentReader(scratch.url.path, cut: .test(.mbox)).told()
        #expect(steps.map { $0.prefix { $0 != " " } } == [".Sent/cur/4.host:2,:", "cur/1.host:2,S:", "new/2.host:"])
    }
}
