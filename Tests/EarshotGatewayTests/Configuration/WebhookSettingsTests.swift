import Earshot
import Testing

@testable import EarshotGateway

@Suite struct WebhookSettingsTests {
    /// A channel with a webhook, and where it is received.
    private static func whole(_ webhook: String, listen: String = "webhook", adapter: String = "paper") -> String {
        """
        {"channels": {"c": {"adapter": "\(adapter)", "settings": {"listen": "\(listen)", "webhook": \(webhook)}}},
         "sinks": {"shelf": {"sink": "shelf", "settings": {"path": "out"}}}, "receive": {}}
        """
    }

    @Test(arguments: [
        #""header": "X-Sig", "secrets": ["other"]"#, #""header": "X-Own", "secrets": ["${TOKEN}"]"#,
        #""header": "X-Sig", "secrets": ["${TOKEN}"], "algorithm": "sha1""#,
    ])
    func `another way to prove a delivery is a change that a reload sees`(webhook: String) throws {
        func configuration(_ webhook: String) throws -> Configuration {
            try Configuration.check(
                [.init(name: "earshot.json", bytes: Array(Self.whole("{\(webhook)}").utf8))], in: "/etc/earshot",
                .test, .test)
        }
        let one = try configuration(#""header": "X-Sig", "secrets": ["${TOKEN}"]"#)
        #expect(try configuration(webhook).changes(since: one) == ["channel c changed: settings"])
    }

    @Test(arguments: [
        (#"{"header": "X-Sig", "secrets": ["${TOKEN}"]}"#, []),
        (
            #"{"header": "S", "secrets": ["${TOKEN}"], "algorithm": "sha512", "encoding": "base64", "prefix": "v1=", "#
                + #""signed": "{id}.{timestamp}.{body}", "timestamp_header": "T", "id_header": "I", "tolerance": "1m", "#
                + #""replay_window": "1h", "verify_token": "${TOKEN}"}"#, []
        ),
        (#"{"scheme": "ses", "topics": ["arn:aws:sns:eu-west-1:1:mail"], "tolerance": "1d"}"#, []),
        (#"{"scheme": "postmark", "header": "X-Token", "secrets": ["${TOKEN}"]}"#, []),
        (
            "{}",
            [
                #"/webhook: "header" is missing, which "scheme": "hmac" needs: the header with the signature or the token; for postmark, that of a token instead of a password"#,
                #"/webhook: "secrets" is missing, which "scheme": "hmac" needs: the secrets, each tried, so that one can be exchanged for another; for basic and postmark each is user:password"#,
            ]
        ),
        (
            #"{"header": "X", "secrets": []}"#,
            [
                "/webhook/secrets: expected one at least: the secrets, each tried, so that one can be exchanged for another; for basic and postmark "
                    + "each is user:password"
            ]
        ),
        (
            #"{"header": "X", "secrets": ["${TOKEN}"], "signed": "{timestamp}.{bdy}"}"#,
            ["/webhook/signed: only {timestamp}, {id} and {body} stand for something"]
        ),
        (
            #"{"header": "X", "secrets": ["${TOKEN}"], "signed": "{timestamp}.{id}", "tolerance": "5m"}"#,
            [
                #"/webhook/signed: "{body}" must be part of what is signed"#,
                #"/webhook/signed: "{id}" needs "id_header""#,
                #"/webhook/signed: "{timestamp}" needs "timestamp_header""#,
                #"/webhook/tolerance: "tolerance" needs "timestamp_header""#,
            ]
        ),
        (
            #"{"scheme": "standard", "secrets": ["${TOKEN}"], "prefix": "v1,"}"#,
            [
                #"/webhook/prefix: "prefix" is for "scheme": "hmac" alone"#,
                "/webhook/secrets/0: expected whsec_ and base64, as Standard Webhooks write a secret",
            ]
        ),
        (#"{"scheme": "basic", "secrets": ["${TOKEN}"]}"#, ["/webhook/secrets/0: expected user:password"]),
        (
            #"{"scheme": "sendgrid", "public_keys": ["AAAA"]}"#,
            ["/webhook/public_keys/0: expected a public key of P-256, as SendGrid shows it"]
        ),
        (
            #"{"scheme": "ses", "topics": ["mail"]}"#,
            [#"/webhook/topics/0: expected an ARN such as "arn:aws:sns:eu-west-1:123456789012:mail""#]
        ),
        (
            #"{"scheme": "standart", "secrets": ["whsec_AAAA"]}"#,
            [
                #"/webhook/scheme: expected one of hmac, standard, meta, x, token, basic, mailgun, sendgrid, postmark, ses, found "standart"; did you mean "standard"?"#,
                "warning: /webhook/secrets/0: a secret is written out; better take it from ${NAME} or ${file:PATH}",
            ]
        ),
    ])
    func `a webhook that cannot work is named with what is missing`(webhook: String, problems: [String]) {
        let found = Configuration.problems(WebhookSettingsTests.whole(webhook)).map {
            $0.replacing("/channels/c/settings", with: "")
        }
        #expect(found.filter { $0.contains("/webhook") } == problems)
        if problems.isEmpty { #expect(found == []) }
    }

    @Test func `a webhook is for those who listen to it, and those need one`() {
        let right = #"{"header": "X", "secrets": ["${TOKEN}"]}"#
        #expect(
            Configuration.problems(WebhookSettingsTests.whole(right, listen: "search", adapter: "telex"))
                .contains(#"/channels/c/settings/webhook: "webhook" is for "listen": "webhook" alone"#))
        // The operator's webhook stands in for the adapter's, whose secret is then not needed.
        #expect(Configuration.problems(WebhookSettingsTests.whole(right, adapter: "telex")) == [])
        let bare = WebhookSettingsTests.whole(right).replacing(", \"webhook\": \(right)", with: "")
        #expect(
            Configuration.problems(bare).contains(
                #"/channels/c/settings: "webhook" is missing: an object that says how a delivery is proven, such as "#
                    + #"{"header": "X-Signature", "secrets": ["${SECRET}"]}"#))
    }
}
