import Crypto
import CryptoExtras
import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Testing

@testable import EarshotGateway

/// Mail that providers post, through real sockets into the journal.
@Suite(.timeLimit(.minutes(15))) struct ProviderTests {
    private let message =
        "From: Ann <ann@example.org>\r\nTo: care@acme.example\r\nMessage-ID: <1@example.org>\r\n"
        + "Subject: Lost\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nMy suitcase is g\u{F6}ne.\r\n"

    private func bench(_ scheme: Webhook.Scheme, _ content: Webhook.Content, secrets: [String] = ["key"]) throws
        -> ReceiverBench
    {
        var bench = ReceiverBench()
        bench.webhook = Webhook(scheme, secrets: secrets)
        bench.webhook.content = content
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == "email" })
        bench.adapter = try kind.make()
        return bench
    }

    /// The mention that a journal holds, as it is written.
    private func line(_ journal: any Journal) async throws -> String {
        _ = try await journal.register(sink: "test", fromBeginning: true)
        let delivery = try await journal.next(for: "test", limits: BatchLimits(), where: nil)
        return String(decoding: delivery?.batch.lines ?? [], as: UTF8.self)
    }

    private func multipart(_ fields: [(String, String)]) -> [UInt8] {
        let parts = fields.map { "--b0\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
        return Array((parts.joined() + "--b0--\r\n").utf8)
    }

    private func mailgun(_ moment: String, _ token: String, key: String = "key") -> [(String, String)] {
        let code = HMACs.code(.sha256, of: Array((moment + token).utf8), key: Data(key.utf8))
        return [("timestamp", moment), ("token", token), ("signature", HMACs.encoded(code, .hexadecimal))]
    }

    private let form = [(name: "Content-Type", value: "multipart/form-data; boundary=\"b0\"")]

    @Test func `Mailgun: the message in body-mime, once`() async throws {
        let bench = try bench(.mailgun, .mailgun)
        try await bench.run { port, client in
            let url = "http://127.0.0.1:\(port)/hooks/page"
            let moment = "\(bench.hand.now.seconds)"
            let fields = mailgun(moment, "abc") + [("body-mime", message)]
            let post = ReceiverBench.post(url, multipart(fields), form)
            #expect(try await client.fetch(post).status == 200)
            // The same token with another message: known again, not taken.
            let replay = mailgun(moment, "abc") + [("body-mime", message.replacing("1@", with: "2@"))]
            #expect(try await client.fetch(ReceiverBench.post(url, multipart(replay), form)).status == 200)
            let head = try await bench.journal.status().head
            #expect(head == 1)
            let wrong = mailgun(moment, "abd", key: "kex") + [("body-mime", message)]
            #expect(try await client.fetch(ReceiverBench.post(url, multipart(wrong), form)).status == 403)
            let bare = mailgun(moment, "abe") + [("body-plain", "My suitcase is gone.")]
            let refused = try await client.fetch(ReceiverBench.post(url, multipart(bare), form))
            #expect(refused.status == 422)
        }
        let line = try await line(bench.journal)
        #expect(line.contains(#""native_id":"1@example.org""#))
        #expect(line.contains("My suitcase is g\u{F6}ne."))
        #expect(line.contains(#""via":"push","verified":true"#))
        #expect(bench.board.all["page"]?.tally.malformed == 1)
    }

    @Test func `Mailgun: a form in the address's way of writing`() async throws {
        let bench = try bench(.mailgun, .mailgun)
        try await bench.run { port, client in
            let fields = mailgun("\(bench.hand.now.seconds)", "abc") + [("body-mime", message)]
            var unreserved = CharacterSet.alphanumerics
            unreserved.insert(charactersIn: "-._~")
            let body = fields.map { "\($0)=" + ($1.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "") }
            let reply = try await client.fetch(
                ReceiverBench.post(
                    "http://127.0.0.1:\(port)/hooks/page", Array(body.joined(separator: "&").utf8),
                    [("Content-Type", "application/x-www-form-urlencoded")]))
            #expect(reply.status == 200)
        }
        #expect(try await line(bench.journal).contains("My suitcase is g\u{F6}ne."))
    }

    @Test func `a form is taken apart at its boundary alone`() {
        let body = multipart([("a", "1\r\n--b01\r\n2"), ("name=\"b", ""), ("c", "x--b0"), ("a", "3")])
        let form = FormBody(PushedRequest(headers: self.form, body: body))
        #expect(form?["a"] == Array("1\r\n--b01\r\n2".utf8))
        #expect(form?.text("c") == "x--b0")
        #expect(form?.text("a") == nil)
        for type in ["multipart/form-data", "text/plain", ""] {
            #expect(FormBody(PushedRequest(headers: [("Content-Type", type)], body: body)) == nil)
        }
        for length in 0..<body.count {
            _ = FormBody(PushedRequest(headers: self.form, body: Array(body.prefix(length))))
        }
        let pairs = PushedRequest(
            headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("a=%41%4&b&=&c=%zz+1%".utf8))
        #expect(FormBody(pairs)?.text("a") == "A%4")
        #expect(FormBody(pairs)?.text("c") == "%zz 1%")
    }

    @Test func `SendGrid: the message in email`() async throws {
        let key = P256.Signing.PrivateKey()
        let bench = try bench(
            .sendgrid(publicKeys: [key.publicKey.pemRepresentation]), .sendgrid, secrets: [])
        try await bench.run { port, client in
            let body = multipart([("from", "ann@example.org"), ("email", message)])
            let moment = "\(bench.hand.now.seconds)"
            let signature = try key.signature(for: Data(moment.utf8) + body).derRepresentation.base64EncodedString()
            let headers = form + [(SendGrid.signatureHeader, signature), (SendGrid.timestampHeader, moment)]
            let reply = try await client.fetch(
                ReceiverBench.post("http://127.0.0.1:\(port)/hooks/page", body, headers))
            #expect(reply.status == 200)
        }
        #expect(try await line(bench.journal).contains(#""native_id":"1@example.org""#))
    }

    @Test func `Postmark: the message in RawEmail, behind a password`() async throws {
        let bench = try bench(.basic, .postmark, secrets: ["acme:word"])
        let body: [UInt8] = try Array(JSONEncoder().encode(["From": "ann@example.org", "RawEmail": message]))
        try await bench.run { port, client in
            let url = "http://127.0.0.1:\(port)/hooks/page"
            let refused = try await client.fetch(ReceiverBench.post(url, body))
            #expect(refused.status == 401)
            #expect(refused["WWW-Authenticate"] != nil)
            let right = "Basic " + Data("acme:word".utf8).base64EncodedString()
            #expect(try await client.fetch(ReceiverBench.post(url, body, [("Authorization", right)])).status == 200)
        }
        #expect(try await line(bench.journal).contains("My suitcase is g\u{F6}ne."))
    }

    // SES

    private static let topic = "arn:aws:sns:eu-west-1:123456789012:mail"
    private static let certificateURL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ab.pem"
    private static let subscribeURL =
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t&TopicArn=\(topic)"

    /// A message of SNS, signed.
    private func notification(
        _ type: String, _ text: String, _ key: _RSA.Signing.PrivateKey, version: String = "2",
        changed: [String: String] = [:]
    ) throws -> [UInt8] {
        var fields = [
            "Type": type, "MessageId": "m-\(type)", "TopicArn": ProviderTests.topic, "Message": text,
            "Timestamp": "2026-01-01T00:00:00.000Z",
        ]
        if type == "SubscriptionConfirmation" {
            fields["Token"] = "t"
            fields["SubscribeURL"] = ProviderTests.subscribeURL
        }
        let signed = Data(fields.sorted { $0.key < $1.key }.map { "\($0.key)\n\($0.value)\n" }.joined().utf8)
        let signature =
            version == "1"
            ? try key.signature(for: Insecure.SHA1.hash(data: signed), padding: .insecurePKCS1v1_5)
            : try key.signature(for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5)
        fields["Signature"] = signature.rawRepresentation.base64EncodedString()
        fields["SignatureVersion"] = version
        fields["SigningCertURL"] = ProviderTests.certificateURL
        return try Array(JSONEncoder().encode(fields.merging(changed) { $1 }))
    }

    private func mail() throws -> String {
        let content: [String: Any] = [
            "notificationType": "Received", "content": Data(message.utf8).base64EncodedString(),
            "receipt": ["action": ["type": "SNS", "encoding": "BASE64"]],
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: content), as: UTF8.self)
    }

    @Test(arguments: ["1", "2"])
    func `SES: the message in what SNS signs, by Amazon's certificate`(version: String) async throws {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        var bench = try bench(.sns(topics: [ProviderTests.topic]), .ses, secrets: [])
        let http = ScriptedHTTP([
            ProviderTests.certificateURL: Certificates.pem(of: key.publicKey), ProviderTests.subscribeURL: "<ok/>",
            "https://sns.evil.example/a.pem": Certificates.pem(of: key.publicKey),
        ])
        bench.http = http
        try await bench.run { port, client in
            func send(_ body: [UInt8]) async throws -> Int {
                try await client.fetch(ReceiverBench.post("http://127.0.0.1:\(port)/hooks/page", body)).status
            }
            #expect(try await send(notification("SubscriptionConfirmation", "Confirm?", key, version: version)) == 200)
            #expect(http.requests == [ProviderTests.certificateURL, ProviderTests.subscribeURL])
            let mail = try mail()
            let good = try notification("Notification", mail, key, version: version, changed: [:])
            for (name, value) in [
                ("Message", "{}"), ("TopicArn", "arn:aws:sns:eu-west-1:999999999999:mail"), ("SignatureVersion", "3"),
                ("SigningCertURL", "https://sns.evil.example/a.pem"),
                ("SigningCertURL", "http://sns.eu-west-1.amazonaws.com/a.pem"), ("Signature", "AAAA"),
            ] {
                let bad = try notification("Notification", mail, key, version: version, changed: [name: value])
                #expect(try await send(bad) == 403, "\(name): \(value)")
            }
            #expect(!http.requests.contains("https://sns.evil.example/a.pem"))
            #expect(try await send(good) == 200)
        }
        #expect(try await line(bench.journal).contains(#""native_id":"1@example.org""#))
    }

    @Test func `only addresses of SNS itself are asked`() {
        for address in [
            "https://sns.eu-west-1.amazonaws.com/a.pem", "https://sns.cn-north-1.amazonaws.com.cn/a.pem",
        ] { #expect(SNSMessage.isOfSNS(address), "\(address)") }
        for address in [
            "http://sns.eu-west-1.amazonaws.com/a.pem", "https://sns.eu-west-1.amazonaws.com.evil.example/a.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/a.pem", "https://sns.eu.west.amazonaws.com/a.pem",
            "https://sns..amazonaws.com/a.pem", "https://evil.example/https://sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.eu-west-1.amazonaws.com:8080/a.pem", "https://sns.eu-west-1.amazonaws.com",
            "https://sns.eu-west-1.amazonaws.com\\@evil.example/", "https://s3.eu-west-1.amazonaws.com/a.pem",
        ] { #expect(!SNSMessage.isOfSNS(address), "\(address)") }
    }
}

/// Certificates as far as anybody looks at them: signed by nobody.
enum Certificates {
    static func pem(of key: _RSA.Signing.PublicKey, until year: String = "27") -> String {
        func der(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
            let content = parts.flatMap { $0 }
            let length: [UInt8] =
                content.count < 128
                ? [UInt8(content.count)] : [0x82, UInt8(content.count >> 8), UInt8(content.count & 255)]
            return [tag] + length + content
        }
        let algorithm = der(0x30, der(0x06, [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B]), der(0x05))
        let validity = der(0x30, der(0x17, Array("250101000000Z".utf8)), der(0x17, Array("\(year)0101000000Z".utf8)))
        let body = der(
            0x30, der(0xA0, der(0x02, [2])), der(0x02, [1]), algorithm, der(0x30), validity, der(0x30),
            Array(key.derRepresentation))
        let whole = der(0x30, body, algorithm, der(0x03, [0, 0]))
        return "-----BEGIN CERTIFICATE-----\n"
            + Data(whole).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
            + "\n-----END CERTIFICATE-----\n"
    }
}
