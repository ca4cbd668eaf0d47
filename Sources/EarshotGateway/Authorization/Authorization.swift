internal import Earshot

/// How a channel shows who asks, as the operator configured it.
package enum Authorization: Sendable, Equatable {
    /// Texts of which each request shows one: a bearer token, a name with its password, an API key.
    case shown([Presentation])
    /// Every request is signed (OAuth 1.0a).
    case signed(SigningKeys)
    /// A token that is fetched, and fetched anew when it is over (OAuth 2.0).
    case renewed(TokenSource)

    /// What a request shows.
    package enum Presentation: Sendable, Equatable {
        /// A header field.
        case header(name: String, value: Secret)
        /// A parameter of the address.
        case query(name: String, value: Secret)
    }

    /// The keys of OAuth 1.0a: the application's and the account's.
    package struct SigningKeys: Sendable, Equatable {
        /// The application's key.
        package var consumer: Secret
        /// The application's secret.
        package var consumerSecret: Secret
        /// The account's token.
        package var token: Secret
        /// The account's secret.
        package var tokenSecret: Secret
    }

    /// Where tokens are fetched, and with what.
    package struct TokenSource: Sendable, Equatable {
        /// The token endpoint.
        package var url: String
        /// The application's id.
        package var client: Secret
        /// The application's secret, if it has one.
        package var clientSecret: Secret?
        /// The first refresh token; nil where the application asks for itself alone.
        package var refreshToken: Secret?
        /// What is asked for.
        package var scope: String?
        /// Whether id and secret stand in the body, and not in a header.
        package var namesClientInBody = false
        /// What else the endpoint wants to be told.
        package var parameters: [(name: String, value: String)] = []

        package static func == (one: TokenSource, other: TokenSource) -> Bool {
            one.url == other.url && one.client == other.client && one.clientSecret == other.clientSecret
                && one.refreshToken == other.refreshToken && one.scope == other.scope
                && one.namesClientInBody == other.namesClientInBody
                && one.parameters.elementsEqual(other.parameters) { $0 == $1 }
        }
    }
}

extension Authorization.Presentation {
    /// The request, showing this.
    func shown(by request: FetchRequest) -> FetchRequest {
        var request = request
        switch self {
        case .header(_, let value), .query(_, let value):
            request.credentials = Digest(of: Array(value.reveal().utf8))
        }
        return added(to: request)
    }

    /// The request with this in it.
    func added(to request: FetchRequest) -> FetchRequest {
        var request = request
        switch self {
        case .header(let name, let value):
            request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            request.headers.append((name: name, value: value.reveal()))
        case .query(let name, let value):
            let pair = "\(PercentText.encoded(name))=\(PercentText.encoded(value.reveal()))"
            let fragment = request.url.firstIndex(of: "#") ?? request.url.endIndex
            let address = request.url[..<fragment]
            request.url = "\(address)\(address.contains("?") ? "&" : "?")\(pair)"
        }
        return request
    }

    /// The reply, in whose addresses nothing is left of what was shown.
    func hidden(in response: FetchResponse) -> FetchResponse {
        guard case .query(let name, _) = self else { return response }
        var response = response
        response.url = Authorization.Presentation.without(name, response.url)
        response.permanentURL = response.permanentURL.map { Authorization.Presentation.without(name, $0) }
        return response
    }

    private static func without(_ name: String, _ url: String) -> String {
        guard let mark = url.firstIndex(of: "?") else { return url }
        let head = PercentText.encoded(name) + "="
        let pairs = url[url.index(after: mark)...].split(separator: "&").filter { !$0.hasPrefix(head) }
        return url[..<mark] + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }
}

/// Texts as they stand in addresses, forms and signatures.
enum PercentText {
    /// Everything but the unreserved characters as `%XX` (RFC 3986, 2.3; RFC 5849, 3.6).
    static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            default: encoded += [0x25, digit(byte >> 4), digit(byte & 15)]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The names and values of a query or a form; `+` is a space.
    static func pairs(_ form: some StringProtocol) -> [(name: String, value: String)] {
        form.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    /// Names and values as a form.
    static func form(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        var decoded: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, let high = rest.first.flatMap({ value($0) }),
                let low = rest.dropFirst().first.flatMap({ value($0) })
            {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46, 0x61...0x66: (digit | 0x20) - 0x57
        default: nil
        }
    }
}
