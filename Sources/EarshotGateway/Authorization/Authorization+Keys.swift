internal import Earshot
internal import EarshotFormats
internal import Foundation

extension Authorization {
    /// The keys of a channel's `auth`.
    static let keys: [Setting] = [
        Setting(
            "kind", .choice(Kind.allCases.map(\.rawValue)), isRequired: true, about: "How the channel shows who asks."),
        Setting("token", .secret, requiredWhen: ("kind", ["oauth1"]), about: "The token: a bearer's, or OAuth 1.0a's."),
        Setting(
            "tokens", .list(.secret),
            about: "Several bearer tokens, of which the one with most left is shown each time."),
        Setting("user", .text, requiredWhen: ("kind", ["basic"]), about: "The name."),
        Setting("password", .secret, requiredWhen: ("kind", ["basic"]), about: "The password."),
        Setting(
            "name", .text, requiredWhen: ("kind", ["api_key"]), about: "The header or parameter that holds an API key."),
        Setting("in", .choice(["header", "query"]), fallback: "\"header\"", about: "Where an API key stands."),
        Setting("key", .secret, about: "The API key."),
        Setting("keys", .list(.secret), about: "Several API keys, of which the one with most left is shown each time."),
        Setting("consumer_key", .secret, requiredWhen: ("kind", ["oauth1"]), about: "The application's key."),
        Setting("consumer_secret", .secret, requiredWhen: ("kind", ["oauth1"]), about: "The application's secret."),
        Setting("token_secret", .secret, requiredWhen: ("kind", ["oauth1"]), about: "The account's secret."),
        Setting(
            "token_url", .url, requiredWhen: ("kind", ["oauth2"]),
            about: "The token endpoint, where tokens are fetched."),
        Setting("client_id", .text, requiredWhen: ("kind", ["oauth2"]), about: "The application's id."),
        Setting("client_secret", .secret, about: "The application's secret."),
        Setting(
            "client_in", .choice(["header", "body"]), fallback: "\"header\"",
            about: "Where the token endpoint is shown id and secret."),
        Setting(
            "refresh_token", .secret,
            about:
                "The first refresh token; what follows it is kept in data_dir. Without one the application asks for itself."
        ),
        Setting("scope", .text, about: "What is asked for."),
        Setting("parameters", .map(.text), about: "What else the token endpoint wants to be told, such as audience."),
    ]

    /// The word for each way.
    enum Kind: String, CaseIterable {
        case bearer, basic, apiKey = "api_key", oauth1, oauth2

        /// The keys that mean something with it.
        var keys: Set<String> {
            switch self {
            case .bearer: ["token", "tokens"]
            case .basic: ["user", "password"]
            case .apiKey: ["name", "in", "key", "keys"]
            case .oauth1: ["consumer_key", "consumer_secret", "token", "token_secret"]
            case .oauth2:
                ["token_url", "client_id", "client_secret", "client_in", "refresh_token", "scope", "parameters"]
            }
        }
    }

    /// The way that checked members say; nil where they say none, and `note` was told what is wrong.
    init?(_ members: JSONObject, note: (_ pointer: String, _ problem: String) -> Void) {
        guard let kind = members["kind"]?.text.flatMap({ Kind(rawValue: $0) }) else { return nil }
        for key in members.keys where key != "kind" && !kind.keys.contains(key) {
            let known = kind.keys.sorted().joined(separator: ", ")
            note(
                "/\(JSONPointer.escape(key))", "means nothing with \"kind\": \"\(kind.rawValue)\", which knows \(known)"
            )
        }
        func secret(_ key: String) -> Secret? { members[key]?.text.map { Secret($0) } }
        func one(_ key: String, of list: String) -> [Secret] {
            let several = (members[list]?.elements ?? []).compactMap(\.text).map { Secret($0) }
            let all = (secret(key).map { [$0] } ?? []) + several
            if all.isEmpty { note("", "\"\(key)\" is missing, or a list of \"\(list)\"") }
            if members[key] != nil && members[list] != nil {
                note("/\(list)", "stands beside \"\(key)\"; one of the two")
            }
            return all
        }
        switch kind {
        case .bearer:
            self = .shown(
                one("token", of: "tokens").map {
                    .header(name: "Authorization", value: Secret("Bearer \($0.reveal())"))
                })
        case .basic:
            let pair = Data("\(members["user"]?.text ?? ""):\(members["password"]?.text ?? "")".utf8)
            self = .shown([.header(name: "Authorization", value: Secret("Basic \(pair.base64EncodedString())"))])
        case .apiKey:
            let name = members["name"]?.text ?? ""
            if !Authorization.isToken(name) { note("/name", "expected a name of letters, digits and hyphens") }
            let isQuery = members["in"]?.text == "query"
            self = .shown(
                one("key", of: "keys").map {
                    isQuery ? .query(name: name, value: $0) : .header(name: name, value: $0)
                })
        case .oauth1:
            guard let consumer = secret("consumer_key"), let consumerSecret = secret("consumer_secret"),
                let token = secret("token"), let tokenSecret = secret("token_secret")
            else { return nil }
            self = .signed(
                SigningKeys(
                    consumer: consumer, consumerSecret: consumerSecret, token: token, tokenSecret: tokenSecret))
        case .oauth2:
            guard let url = members["token_url"]?.text, let client = secret("client_id") else { return nil }
            self = .renewed(
                TokenSource(
                    url: url, client: client, clientSecret: secret("client_secret"),
                    refreshToken: secret("refresh_token"), scope: members["scope"]?.text,
                    namesClientInBody: members["client_in"]?.text == "body" || members["client_secret"] == nil,
                    parameters: (members["parameters"]?.members ?? JSONObject()).compactMap { name, value in
                        value.text.map { (name, $0) }
                    }))
        }
    }

    /// Whether a text can name a header field (RFC 9110, 5.6.2) and a parameter alike.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x5F
            }
    }
}
