internal import Earshot
internal import EarshotFormats
internal import Foundation

/// A request to a token endpoint: with a refresh token (RFC 6749, 6), or for the application itself (4.4).
struct TokenRequest {
    private let source: Authorization.TokenSource
    private let refresh: Secret?

    /// A renewal of a token, or a first one where there is none.
    init(_ source: Authorization.TokenSource, _ refresh: Secret?) {
        self.source = source
        self.refresh = refresh
    }

    /// What the endpoint gives.
    func send(over http: any HTTPFetching) async throws(FetchFailure) -> TokenGrant {
        let response = try await http.fetch(request)
        let value = (try? JSONValue(parsing: response.body)) ?? .null
        if let word = value["error"]?.text, response.status != 429, response.status < 500 {
            throw TokenRequest.failure(word, value["error_description"]?.text)
        }
        if let failure = response.failure("the token endpoint answers with status \(response.status)") { throw failure }
        guard let access = value["access_token"]?.text, !access.isEmpty else {
            throw .unreachable("the token endpoint's answer has no access_token")
        }
        let next = value["refresh_token"]?.text.flatMap { $0.isEmpty ? nil : Secret($0) }
        return TokenGrant(access: Secret(access), refresh: next ?? refresh, over: over(value, at: http.now))
    }

    private var request: FetchRequest {
        var form: [(name: String, value: String)]
        if let refresh {
            form = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())]
        } else {
            form = [("grant_type", "client_credentials")]
        }
        if let scope = source.scope { form.append(("scope", scope)) }
        var request = FetchRequest(source.url)
        request.headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
        if source.namesClientInBody {
            form.append(("client_id", source.client.reveal()))
            if let secret = source.clientSecret { form.append(("client_secret", secret.reveal())) }
        } else {
            // RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
            let id = PercentText.encoded(source.client.reveal())
            let secret = PercentText.encoded(source.clientSecret?.reveal() ?? "")
            let pair = Data("\(id):\(secret)".utf8).base64EncodedString()
            request.headers.append(("Authorization", "Basic \(pair)"))
        }
        request.method = "POST"
        request.body = Array(PercentText.form(form + source.parameters).utf8)
        request.timeout = .seconds(20)
        request.sizeLimit = 1 << 20
        request.allowsPrivateNetworks = true
        return request
    }

    /// When a token is over: a minute, or a tenth of its life, before it is.
    private func over(_ value: JSONValue, at now: Timestamp) -> Timestamp? {
        let said = value["expires_in"]
        guard let life = said?.double ?? said?.text.flatMap({ Double($0) }), life > 0, life < 1_000_000_000 else {
            return nil
        }
        return now + .milliseconds(Int64((life - min(60, life / 10)) * 1000))
    }

    /// What an error of the endpoint means; its words are short, and hold no token.
    private static func failure(_ word: String, _ description: String?) -> FetchFailure {
        let words = [word, description ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        let line = String(String.UnicodeScalarView(words.unicodeScalars.filter { $0.value >= 0x20 }))
            .wholeWords(within: 200)
        let reason = "the token endpoint says \(line)"
        switch word {
        case "temporarily_unavailable", "server_error": return .unreachable(reason)
        case "invalid_request", "unsupported_grant_type", "invalid_scope": return .refused(reason)
        default: return .unauthorized(reason)
        }
    }
}
