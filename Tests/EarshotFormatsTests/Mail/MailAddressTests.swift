import EarshotFormats
import Testing

struct MailAddressTests {
    private func read(_ value: String) throws -> [String] {
        let bytes = Array("From: x@example.org\nTo: \(value)\n\n".utf8)
        let message = try #require(MailMessage(bytes, in: 0..<bytes.count))
        return try #require(message.addresses("to")).map { address in
            (address.isGroup ? "group " : "") + "\(address.name)|\(address.address)"
        }
    }

    @Test(arguments: [
        ("Bob <bob@Example.COM>", ["Bob|bob@example.com"]),
        ("Bob@EXAMPLE.com", ["|Bob@example.com"]),
        ("bob@x.example (Bob B)", ["Bob B|bob@x.example"]),
        ("sam at x.example (Sam S)", ["Sam S|sam@x.example"]),
        ("\"a, b\" <c@x.example>, e@x.example", ["a, b|c@x.example", "|e@x.example"]),
        ("Doe, John <john@x.example>", ["Doe, John|john@x.example"]),
        ("root, d@x.example", ["|root", "|d@x.example"]),
        (
            "team: a@x.example, B <b@x.example>;, c@x.example",
            ["group team|", "|a@x.example", "B|b@x.example", "|c@x.example"]
        ),
        ("undisclosed-recipients:;", ["group undisclosed-recipients|"]),
        ("a@x.example; b@x.example", ["|a@x.example", "|b@x.example"]),
        ("a@x.example, , <b@x.example>,", ["|a@x.example", "|b@x.example"]),
        ("Bob bob@x.example", ["Bob|bob@x.example"]),
        ("Bob <bob@x.example", ["Bob|bob@x.example"]),
        ("bob@test  . example", ["|bob@test.example"]),
        ("see bob@x.example. Thanks", ["see Thanks|bob@x.example."]),
        ("\"john doe\"@X.example, a@y.example", ["|\"john doe\"@x.example", "|a@y.example"]),
        ("Al <\"a  b\"@x . example>", ["Al|\"a  b\"@x.example"]),
        ("\"a,b@c\"@x.example (Al)", ["Al|\"a,b@c\"@x.example"]),
        ("\"a.b\"@x.example", ["|a.b@x.example"]),
        ("Al <\"al@x.example\">, Bo <'bo@X.example'>", ["Al|al@x.example", "Bo|bo@x.example"]),
        ("Bob <bob@x.example, Al <al@x.example>", ["Bob|bob@x.example", "Al|al@x.example"]),
        ("<@a.example,@b.example:c@x.example>", ["|c@x.example"]),
        ("Bob [x] <a@x.example>", ["Bob [x]|a@x.example"]),
        ("'Bob' <a@x.example>", ["Bob|a@x.example"]),
        ("\"\\\"Bob\\\" B\" <a@x.example>", ["\"Bob\" B|a@x.example"]),
        ("\"no end <a@x.example>", ["no end|a@x.example"]),
        ("=?utf-8?q?=C3=84ino=2C_x?= <a@x.example>", ["Äino, x|a@x.example"]),
        ("\"=?utf-8?q?=C3=84ino?=\" <a@x.example>", ["Äino|a@x.example"]),
        ("=?utf-8?q?A_=3Ca=40x.example=3E?=", ["A|a@x.example"]),
        ("MAILER-DAEMON (Mail Delivery)", ["Mail Delivery|MAILER-DAEMON"]),
        ("mailto:a@x.example", ["|a@x.example"]),
        ("Bob <mailto:a@x.example>", ["Bob|a@x.example"]),
        ("pete(his account)@silly.test(his host)", ["his host|pete@silly.test"]),
        ("Pete <pete(his account)@silly.test>", ["Pete|pete@silly.test"]),
        ("ä@ö.example", ["|ä@ö.example"]),
        ("<>", []),
        ("", []),
    ])
    func `addresses are read as senders mean them`(_ value: String, _ expected: [String]) throws {
        #expect(try read(value) == expected)
    }

    @Test func `more addresses than the limits are not read`() throws {
        let bytes = Array(("From: x@example.org\nTo: " + String(repeating: "a@b.example,", count: 501) + "\n\n").utf8)
        let message = try #require(MailMessage(bytes, in: 0..<bytes.count))
        #expect(message.addresses("to") == nil)
        #expect(message.addresses("from")?.count == 1)
    }
}
