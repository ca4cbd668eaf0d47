import Earshot
import Testing

@testable import EarshotGateway

@Suite struct OAuth1SignatureTests {
    @Test func `the text of RFC 5849, 3.4.1 is signed as the RFC says`() {
        var request = FetchRequest("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b")
        request.method = "POST"
        request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array("c2&a3=2+q".utf8)
        let text = OAuth1Signature.base(
            of: request,
            [
                ("oauth_consumer_key", "9djdj82h48djs9d2"), ("oauth_token", "kkk9d7dh3k39sjv7"),
                ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131201"), ("oauth_nonce", "7d8f3e4a"),
            ])
        #expect(
            text == "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D"
                + "%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a"
                + "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        )
    }

    @Test func `the example of RFC 5849, 1_2 has the RFC's signature`() {
        let text = OAuth1Signature.base(
            of: FetchRequest("http://photos.example.net/photos?file=vacation.jpg&size=original"),
            [
                ("oauth_consumer_key", "dpf43f3p2l4k3l03"), ("oauth_token", "nnch734d00sl2jdk"),
                ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", "137131202"), ("oauth_nonce", "chapoH"),
            ])
        #expect(
            OAuth1Signature.signature(of: text, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00")
                == "MdpQcU8iPSUjWoN/UDMsK2sui9I=")
    }

    @Test func `the example that Twitter publishes has Twitter's signature`() throws {
        var request = FetchRequest("https://api.twitter.com/1.1/statuses/update.json?include_entities=true")
        request.method = "POST"
        request.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        request.body = Array("status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21".utf8)
        let keys = Authorization.SigningKeys(
            consumer: Secret("xvz1evFS4wEEPTGEFPHBog"),
            consumerSecret: Secret("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"),
            token: Secret("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            tokenSecret: Secret("LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"))
        let signed = OAuth1Signature.sign(
            request, with: keys, at: Timestamp(seconds: 1_318_622_958),
            nonce: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg")
        let field = try #require(signed["Authorization"])
        #expect(field.hasPrefix("OAuth oauth_consumer_key=\"xvz1evFS4wEEPTGEFPHBog\", oauth_nonce="))
        #expect(field.contains("oauth_signature=\"hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D\""))
    }
}
