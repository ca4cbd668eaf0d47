internal import Earshot
internal import EarshotFormats

/// A webhook as an operator describes it: which scheme, with which secrets.
enum WebhookSettings {
    /// The schemes by name.
    static let schemes = [
        "hmac", "standard", "meta", "x", "token", "basic", "mailgun", "sendgrid", "postmark", "ses",
    ]

    /// The keys of `webhook`.
    static let keys: [Setting] = [
        Setting(
            "scheme", .choice(schemes), fallback: "hmac",
            about: "How deliveries are proven: hmac as described here, Standard Webhooks, as Meta or X sign, a token "
                + "or a password, or mail as Mailgun, SendGrid, Postmark or SES post it."),
        Setting(
            "secrets", .list(.secret),
            requiredWhen: ("scheme", ["hmac", "standard", "meta", "x", "token", "basic", "mailgun", "postmark"]),
            about: "The secrets, each tried, so that one can be exchanged for another; for basic and postmark each is "
                + "user:password."),
        Setting(
            "public_keys", .list(.text), requiredWhen: ("scheme", ["sendgrid"]),
            about: "The public keys of SendGrid's security policy, as it shows them."),
        Setting(
            "topics", .list(.text), requiredWhen: ("scheme", ["ses"]),
            about: "The ARNs of the SNS topics whose messages are taken."),
        Setting(
            "header", .text, requiredWhen: ("scheme", ["hmac", "token"]),
            about: "The header with the signature or the token; for postmark, that of a token instead of a password."),
        Setting(
            "algorithm", .choice(Webhook.Algorithm.allCases.map(\.rawValue)), fallback: "sha256",
            about: "The digest under the HMAC."),
        Setting("encoding", .choice(["hex", "base64"]), fallback: "hex", about: "How the signature is written."),
        Setting("prefix", .text, about: "What stands before the signature in its header, such as sha256= or v1=."),
        Setting(
            "signed", .text, fallback: "{body}",
            about: "What is signed, such as {timestamp}.{body}; {id} stands for what id_header holds."),
        Setting("timestamp_header", .text, about: "The header with the moment of signing, in seconds since 1970."),
        Setting("timestamp_prefix", .text, about: "What stands before that moment in its header, such as t=."),
        Setting("id_header", .text, about: "The header with an id by which a delivery that comes again is known."),
        Setting(
            "tolerance", .positiveDuration, fallback: "5m",
            about: "How far the moment of signing may be from now; ses looks at it only where this is set."),
        Setting(
            "replay_window", .positiveDuration,
            about: "For how long a delivery that comes again is known; else twice the tolerance, or ten minutes."),
        Setting("verify_token", .secret, about: "The word of the question with hub.challenge, where one is asked."),
    ]

    /// The webhook that checked keys describe, and what is wrong with it.
    static func webhook(_ keys: JSONObject, at pointer: String) -> (Webhook?, [Problem]) {
        var problems: [Problem] = []
        let secrets = texts(keys["secrets"])
        let scheme = keys["scheme"]?.text ?? "hmac"
        guard var webhook = webhook(scheme, keys, secrets) else { return (nil, problems) }
        problems += self.problems(of: webhook, scheme, secrets, at: pointer)
        if let tolerance = keys["tolerance"]?.text.flatMap({ Quantity.duration($0) }) {
            if webhook.tolerance == nil, scheme != "ses" {
                let need = scheme == "hmac" ? "needs \"timestamp_header\"" : "is not for \"scheme\": \"\(scheme)\""
                problems.append(Problem(pointer + "/tolerance", "\"tolerance\" \(need)"))
            }
            webhook.tolerance = tolerance
        }
        webhook.replayWindow = keys["replay_window"]?.text.flatMap { Quantity.duration($0) }
        if let token = keys["verify_token"]?.text, !token.isEmpty { webhook.challenge = .hub(verifyToken: token) }
        problems += strangers(keys, of: scheme, at: pointer)
        return (webhook, problems)
    }

    private static func webhook(_ scheme: String, _ keys: JSONObject, _ secrets: [String]) -> Webhook? {
        switch scheme {
        case "hmac": return keys["header"]?.text.map { Webhook(.hmac(signature($0, keys)), secrets: secrets) }
        case "standard": return Webhook(.standard, secrets: secrets)
        case "meta":
            return Webhook(
                header: "X-Hub-Signature-256", prefix: "sha256=", encoding: .hexadecimal, secrets: secrets,
                challenge: .none)
        case "x":
            return Webhook(
                header: "x-twitter-webhooks-signature", prefix: "sha256=", encoding: .base64, secrets: secrets,
                challenge: .crc)
        case "token": return keys["header"]?.text.map { Webhook(.token(header: $0), secrets: secrets) }
        case "basic": return Webhook(.basic, secrets: secrets)
        case "mailgun": return of(.mailgun, Webhook(.mailgun, secrets: secrets))
        case "sendgrid": return of(.sendgrid, Webhook(.sendgrid(publicKeys: texts(keys["public_keys"])), secrets: []))
        case "postmark":
            let proof = keys["header"]?.text.map { Webhook.Scheme.token(header: $0) } ?? .basic
            return of(.postmark, Webhook(proof, secrets: secrets))
        case "ses": return of(.ses, Webhook(.sns(topics: texts(keys["topics"])), secrets: []))
        default: return nil
        }
    }

    private static func of(_ content: Webhook.Content, _ webhook: Webhook) -> Webhook {
        var webhook = webhook
        webhook.content = content
        return webhook
    }

    private static func signature(_ header: String, _ keys: JSONObject) -> Webhook.Signature {
        Webhook.Signature(
            header: header, algorithm: keys["algorithm"]?.text.flatMap { Webhook.Algorithm(rawValue: $0) } ?? .sha256,
            encoding: keys["encoding"]?.text == "base64" ? .base64 : .hexadecimal,
            prefix: keys["prefix"]?.text ?? "", signed: keys["signed"]?.text ?? "{body}",
            timestamp: keys["timestamp_header"]?.text.map { ($0, keys["timestamp_prefix"]?.text ?? "") },
            idHeader: keys["id_header"]?.text)
    }

    /// What cannot work, although every key by itself is right.
    private static func problems(
        of webhook: Webhook, _ scheme: String, _ secrets: [String], at pointer: String
    ) -> [Problem] {
        var problems: [Problem] = []
        func note(_ key: String, _ message: String) { problems.append(Problem("\(pointer)/\(key)", message)) }
        switch webhook.scheme {
        case .hmac(let signature):
            guard signature.message(timestamp: "", id: "", body: []) != nil else {
                note("signed", "only {timestamp}, {id} and {body} stand for something")
                break
            }
            if !signature.signed.contains("{body}") { note("signed", "\"{body}\" must be part of what is signed") }
            if signature.signed.contains("{timestamp}"), signature.timestamp == nil {
                note("signed", "\"{timestamp}\" needs \"timestamp_header\"")
            }
            if signature.signed.contains("{id}"), signature.idHeader == nil {
                note("signed", "\"{id}\" needs \"id_header\"")
            }
        case .standard:
            for (index, secret) in secrets.enumerated() where StandardSecret.key(of: secret) == nil && !secret.isEmpty {
                note("secrets/\(index)", "expected whsec_ and base64, as Standard Webhooks write a secret")
            }
        case .basic:
            for (index, secret) in secrets.enumerated() where !secret.contains(":") && !secret.isEmpty {
                note("secrets/\(index)", "expected user:password")
            }
        case .sendgrid(let keys):
            for (index, key) in keys.enumerated() where SendGrid.key(of: key) == nil {
                note("public_keys/\(index)", "expected a public key of P-256, as SendGrid shows it")
            }
        case .sns(let topics):
            for (index, topic) in topics.enumerated() where !topic.hasPrefix("arn:aws") {
                note("topics/\(index)", "expected an ARN such as \"arn:aws:sns:eu-west-1:123456789012:mail\"")
            }
        case .token, .mailgun: break
        }
        return problems
    }

    /// Keys that the scheme does not look at.
    private static func strangers(_ keys: JSONObject, of scheme: String, at pointer: String) -> [Problem] {
        let own = ["algorithm", "encoding", "prefix", "signed", "timestamp_header", "timestamp_prefix", "id_header"]
        guard scheme != "hmac" else { return [] }
        return own.filter { keys[$0] != nil }.map { key in
            Problem("\(pointer)/\(key)", "\"\(key)\" is for \"scheme\": \"hmac\" alone")
        }
    }

    private static func texts(_ value: JSONValue?) -> [String] { (value?.elements ?? []).compactMap(\.text) }
}
