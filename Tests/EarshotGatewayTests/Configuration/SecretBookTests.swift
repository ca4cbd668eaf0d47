import EarshotGateway
import Foundation
import Testing

@Suite struct SecretBookTests {
    private let secret = "s3cr/t+=\"&é word"

    @Test func `a secret is hidden as it is, for addresses, for JSON and in base64 wherever it begins`() {
        let book = SecretBook([Secret(secret)])
        let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let json = String(decoding: (try? JSONEncoder().encode([secret])) ?? Data(), as: UTF8.self)
        for text in [
            secret, encoded, "https://x.example/?key=\(encoded)&x", json.replacing("\\/", with: "/"),
            "\(secret)\(secret)",
        ] {
            let shown = book.masked("<\(text)>")
            #expect(shown.contains("***"), "\(text)")
            #expect(!shown.contains("s3cr"), "\(shown)")
        }
        for user in ["", "u", "us", "use", "user", "user:"] {
            let shown = book.masked(Data("\(user)\(secret)".utf8).base64EncodedString())
            #expect(shown.contains("***") && shown.utf8.count < 20, "\(user): \(shown)")
        }
    }

    @Test(arguments: [
        "p%40ss%20word%2f%2b%c3%a9%22%27%3c%26", "p%40ss+word%2F%2B%C3%A9%22%27%3C%26",
        "p@ss word/+é&quot;&#39;&lt;&amp;", "p@ss word/+é&#34;&#39;&lt;&amp;", #"p@ss word\/+\u00e9\"'<&"#,
        #"p@ss word/+\u00E9\"'<&"#, "7040737320776f72642f2bc3a922273c26", "cEBzcyB3b3JkLyvDqSInPC",
    ])
    func `a secret is hidden in whatever way it is written`(form: String) {
        let book = SecretBook([Secret("p@ss word/+é\"'<&")])
        #expect(book.masked("<\(form)>") == "<***>")
    }

    @Test func `of two secrets that begin alike both are hidden whole`() {
        let book = SecretBook([Secret("token"), Secret("token-and-more")])
        #expect(book.masked("token-and-more token") == "*** ***")
    }

    @Test func `what is learned is hidden from then on, and the newest are remembered`() {
        let book = SecretBook()
        #expect(book.masked("renewed-0") == "renewed-0")
        for number in 0..<1000 { book.learn(Secret("renewed-\(number)!")) }
        #expect(book.masked("renewed-999! renewed-900!") == "*** ***")
        book.learn(Secret("abc"))
        #expect(book.masked("abc") == "abc")
    }

    @Test func `a secret that is cut off at the end is hidden, where it is more than a word`() {
        let book = SecretBook([Secret("s3cret-token-of-the-test")])
        for length in 6..<24 { #expect(book.masked("so: " + "s3cret-token-of-the-test".prefix(length)) == "so: ***") }
        #expect(book.masked("so: s3cre") == "so: s3cre")
        #expect(book.masked("s3cret in the midst") == "s3cret in the midst")
    }

    @Test func `a book shows nothing of what it hides`() {
        let book = SecretBook([Secret(secret)])
        var dumped = ""
        dump(book, to: &dumped)
        #expect(!"\(book) \(String(reflecting: book)) \(dumped)".contains("s3cr"))
    }

    @Test func `a text without a secret is the same text`() {
        let book = SecretBook([Secret(secret)])
        for text in ["", "x", "s3cr", String(repeating: "é", count: 1000)] { #expect(book.masked(text) == text) }
    }
}
