internal import Crypto
internal import Earshot
internal import Foundation

/// Signs requests by OAuth 1.0a with HMAC-SHA1 (RFC 5849).
enum OAuth1Signature {
    /// A parameter with its value, decoded.
    typealias Parameter = (name: String, value: String)

    /// The request with its `Authorization` field.
    static func sign(
        _ request: FetchRequest, with keys: Authorization.SigningKeys, at moment: Timestamp, nonce: String
    ) -> FetchRequest {
        var parameters: [Parameter] = [
            ("oauth_consumer_key", keys.consumer.reveal()), ("oauth_nonce", nonce),
            ("oauth_signature_method", "HMAC-SHA1"), ("oauth_timestamp", String(moment.seconds)),
            ("oauth_token", keys.token.reveal()), ("oauth_version", "1.0"),
        ]
        let text = base(of: request, parameters)
        parameters.append(
            ("oauth_signature", signature(of: text, keys.consumerSecret.reveal(), keys.tokenSecret.reveal())))
        var request = request
        request.credentials = Digest(of: Array(keys.token.reveal().utf8))
        request.headers.removeAll { $0.name.lowercased() == "authorization" }
        let fields = parameters.map { "\($0.name)=\"\(PercentText.encoded($0.value))\"" }.joined(separator: ", ")
        request.headers.append((name: "Authorization", value: "OAuth \(fields)"))
        return request
    }

    /// The text that is signed (RFC 5849, 3.4.1): method, address, and all parameters in order.
    static func base(of request: FetchRequest, _ protocolParameters: [Parameter]) -> String {
        let address = request.url.prefix { $0 != "#" }
        let mark = address.firstIndex(of: "?") ?? address.endIndex
        var parameters = protocolParameters + PercentText.pairs(address[mark...].dropFirst())
        let type = request.headers.first { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
        if type.hasPrefix("application/x-www-form-urlencoded") {
            parameters += PercentText.pairs(String(decoding: request.body, as: UTF8.self))
        }
        let encoded = parameters.map { (PercentText.encoded($0.name), PercentText.encoded($0.value)) }
        let normal = encoded.sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }
        return [request.method.uppercased(), plain(address[..<mark]), normal.joined(separator: "&")]
            .map { PercentText.encoded($0) }.joined(separator: "&")
    }

    /// The signature of a text (RFC 5849, 3.4.2), in base64.
    static func signature(of text: String, _ consumerSecret: String, _ tokenSecret: String) -> String {
        let key = "\(PercentText.encoded(consumerSecret))&\(PercentText.encoded(tokenSecret))"
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(text.utf8), using: SymmetricKey(data: Data(key.utf8)))
        return Data(code).base64EncodedString()
    }

    /// An address without query, its scheme and host in lower case, its port only where it is unusual.
    private static func plain(_ address: Substring) -> String {
        let parts = address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return String(address) }
        let scheme = parts[0].lowercased()
        var host = parts[2].lowercased()
        for (usual, port) in [("http:", ":80"), ("https:", ":443")] where scheme == usual && host.hasSuffix(port) {
            host.removeLast(port.count)
        }
        return "\(scheme)//\(host)/\(parts.count > 3 ? parts[3] : "")"
    }
}
