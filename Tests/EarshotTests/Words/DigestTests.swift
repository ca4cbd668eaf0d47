import Earshot
import Testing

@Suite struct DigestTests {
    /// Made with an independent implementation that gives the reference vector of SipHash-2-4-128.
    @Test(
        arguments: [
            ([], "e77ebcb22788a5befd62db6add303001"), ([0x61], "083c37de637c4fa8492fd75d37ae8a67"),
            (Array("Acme Air lost my luggage".utf8), "ea19e383e4d2c01c85493bd17a130fc7"),
            (Array(0..<64), "1253def24b4aa5364ec8a759ba6a66c2"),
        ] as [([UInt8], String)])
    func `a digest is that of SipHash-1-3-128`(bytes: [UInt8], expected: String) {
        #expect(Digest(of: bytes).hexadecimal == expected)
    }

    /// As libxxhash's own `xxhsum -H2` prints them.
    @Test(
        arguments: [
            ("", "99aa06d3014798d86001c324468d497f"), ("abc", "06b05ab6733a618578af5f94892f3950"),
            ("Nobody inspects the spammish repetition", "a32c6f55b80b5f449f1a957522431b91"),
        ])
    func `a document's fingerprint is its XXH3-128`(text: String, expected: String) {
        #expect(Digest(ofDocument: Array(text.utf8)).hexadecimal == expected)
    }

    @Test func `every length up to a hundred has a digest of its own`() {
        let digests = (0..<100).map { Digest(of: [UInt8](repeating: 0, count: $0)) }
        #expect(Set(digests).count == 100)
    }
}
