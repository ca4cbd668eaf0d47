import Earshot
import EarshotAdapters
import EarshotTesting
import NIOCore
import Testing

@testable import EarshotGateway

@Suite struct LMTPTests {
    /// Everything that a conversation says, and its messages, whatever pieces the words come in.
    private func hold(
        _ words: String, limit: Int = 1000, pieces: Int = .max
    ) -> (replies: [String], messages: [LMTPMessage]) {
        var conversation = LMTPConversation(limit: limit) { NamePattern.matches("*@acme.example", $0) }
        var replies: [String] = []
        var messages: [LMTPMessage] = []
        var rest = Array(words.utf8)[...]
        while !rest.isEmpty {
            conversation.feed(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            while let event = conversation.next() {
                switch event {
                case .reply(let text), .hangUp(let text): replies += text.split(separator: "\r\n").map(String.init)
                case .message(let message): messages.append(message)
                }
            }
        }
        return (replies, messages)
    }

    private let start = "LHLO mx\r\nMAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<care@acme.example>\r\n"

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `commands in one go and in pieces mean the same`(_ pieces: Int) {
        let body = "Subject: x\r\n\r\n..a dot\r\n.\nno end\r\n\n.\r\nnor this\r\n.\r\n"
        let (replies, messages) = hold(start + "DATA\r\n" + body + "QUIT\r\n", pieces: pieces)
        #expect(messages.count == 1)
        #expect(messages.first?.sender == "a@example.org")
        #expect(messages.first?.recipients == ["care@acme.example"])
        let expected = "Subject: x\r\n\r\n.a dot\r\n\nno end\r\n\n.\r\nnor this\r\n"
        #expect(messages.first.map { String(decoding: $0.bytes, as: UTF8.self) } == expected)
        #expect(replies.map { $0.prefix(3) } == ["250", "250", "250", "250", "250", "250", "250", "250", "354", "221"])
    }

    @Test(arguments: [
        ("MAIL FROM:<a@b>\r\n", "503"), ("EHLO x\r\n", "500"), ("LHLO x\r\nRCPT TO:<a@acme.example>\r\n", "503"),
        ("LHLO x\r\nMAIL FROM:a@b\r\n", "501"), ("LHLO x\r\nMAIL FROM:<> SIZE=99999\r\n", "552"),
        ("LHLO x\r\nMAIL FROM:<> FOO=1\r\n", "555"), ("LHLO x\r\nMAIL FROM:<>\r\nDATA\r\n", "503"),
        ("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@elsewhere.example>\r\n", "550"),
        ("LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\n", "501"), ("LHLO x\r\nWHAT\r\n", "500"),
    ])
    func `what is said wrongly is refused`(_ words: String, _ code: String) {
        #expect(hold(words).replies.last?.prefix(3) ?? "" == code)
    }

    @Test func `a message that is too large is refused to each recipient, and the next is taken`() {
        let large = String(repeating: "x", count: 5000)
        let words = start + "RCPT TO:<b@acme.example>\r\nDATA\r\n\(large)\r\n\(large)\r\n.\r\n"
        let next = "MAIL FROM:<>\r\nRCPT TO:<b@acme.example>\r\nDATA\r\nhi\r\n.\r\n"
        let (replies, messages) = hold(words + next)
        #expect(replies.count { $0.hasPrefix("552") } == 2)
        #expect(messages.map(\.bytes) == [Array("hi\r\n".utf8)])
    }

    @Test(arguments: [1, 4095, 4096, 4097, 100_000])
    func `a line of any length is taken as it is, in whatever pieces`(_ pieces: Int) {
        let line = String(repeating: "x", count: 50_000) + "\r" + String(repeating: "y", count: 5_000)
        let (_, messages) = hold(start + "DATA\r\n\(line)\r\n.\(line)\r\n.\r\n", limit: 1 << 20, pieces: pieces)
        #expect(messages.map { String(decoding: $0.bytes, as: UTF8.self) } == ["\(line)\r\n\(line)\r\n"])
    }

    @Test func `message after message may come in one go`() {
        let mail = "MAIL FROM:<>\r\nRCPT TO:<care@acme.example>\r\nDATA\r\nhi\r\n.\r\n"
        let (replies, messages) = hold("LHLO mx\r\n" + String(repeating: mail, count: 50) + "QUIT\r\n")
        #expect(messages.count == 50)
        #expect(replies.count { $0.hasPrefix("354") } == 50)
    }

    @Test func `a line without an end is hung up on`() {
        let (replies, _) = hold(String(repeating: "x", count: 5000))
        #expect(replies == ["500 5.5.2 line too long"])
    }

    @Test func `patterns and networks mean what they say`() throws {
        #expect(NamePattern.matches("*@acme.example", "Care@ACME.example"))
        #expect(!NamePattern.matches("*@acme.example", "care@acme.example.org"))
        #expect(NamePattern.matches("a*b*c", "axxbyyc") && !NamePattern.matches("a*b*c", "acb"))
        let list = NetworkList(["10.1.0.0/16", "fd00::/8", "nonsense", "10.0.0.0/99"])
        for (address, isIn) in [
            ("127.0.0.1", true), ("::1", true), ("10.1.2.3", true), ("10.2.2.3", false), ("fd12::1", true),
            ("::ffff:10.1.2.3", true), ("8.8.8.8", false),
        ] {
            #expect(list.takes(try SocketAddress(ipAddress: address, port: 25)) == isIn, "\(address)")
        }
    }
}
