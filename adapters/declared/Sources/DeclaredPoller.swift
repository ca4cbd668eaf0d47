internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Asks a source as its declaration says, one page a call, and reads the answers.
struct DeclaredPoller: PollingAdapter {
    typealias Settings = DeclaredAdapter.Settings

    static let name = DeclaredAdapter.name
    static let version = DeclaredAdapter.version
    static let about = DeclaredAdapter.about
    static let settings = DeclaredAdapter.settings

    private let reader: DeclaredAdapter
    private let asking: DeclaredAsking
    private let values: JSONObject

    /// A poller with the settings of a channel.
    init(_ reader: DeclaredAdapter, _ asking: DeclaredAsking, _ values: JSONObject) {
        self.reader = reader
        self.asking = asking
        self.values = values
    }

    init(settings: Settings) throws {
        guard let asking = settings.declaration.asking else { throw FetchFailure.refused("nothing is declared to ask") }
        self.init(DeclaredAdapter(settings: settings), asking, settings.values)
    }

    var kind: AdapterKind { reader.kind }

    func read(_ document: Document) throws(MalformedDocument) -> Reading { try reader.read(document) }

    func poll(after kept: Cursor?, over http: any HTTPFetching) async throws -> Page {
        let word = values["listen"]?.text
        guard let wanted = asking.requests.first(where: { word == nil || $0.name == word }) else {
            throw FetchFailure.refused("there is no request \"\(word ?? "")\"")
        }
        let position = PollPosition(kept)
        let request = try request(wanted, at: position)
        let response = try await http.fetch(request)
        let wait = wait(after: response, at: http.now)
        if response.status == 204 {
            let (next, hasMore) = position.advanced(by: .null, of: response, in: wanted, atMost: asking.mostPages)
            return Page([], next: next.kept, hasMore: hasMore, wait: wait)
        }
        if let failure = failure(of: response, wait: wait) {
            // A place in a list is not good for ever; the list itself may be well, at the next interval.
            guard case .refused = failure, let restarted = position.restarted else { throw failure }
            return Page([], next: restarted.kept)
        }
        guard let body = try? JSON.read(response.body, { root, _ in JSONValue(root) }) else {
            throw FetchFailure.unreachable("the answer is no JSON")
        }
        // What is an error now may be a page the next time; a place in the list may be the error.
        if let reason = reader.refusal(in: body, of: response) {
            if reader.isUnauthorized(body, of: response) { throw FetchFailure.unauthorized(reason) }
            guard let restarted = position.restarted else { throw FetchFailure.unreachable(reason) }
            return Page([], next: restarted.kept, wait: wait)
        }
        var document = Document(response.body, observedAt: Timestamp(seconds: 0))
        document.contentType = response["content-type"]
        document.url = hidden(request.url)
        document.via = .poll
        let (next, hasMore) = position.advanced(by: body, of: response, in: wanted, atMost: asking.mostPages)
        return Page([document], next: next.kept, hasMore: hasMore, wait: wait)
    }

    /// The largest answer that is looked into for a refusal of the credentials, in bytes.
    private static let longestRefusal = 16 * 1024

    // The request.

    private func request(_ wanted: DeclaredRequest, at position: PollPosition) throws(FetchFailure) -> FetchRequest {
        guard let base = address(of: wanted, at: position) else {
            throw .refused("a setting that the address of \"\(wanted.name)\" needs is not set")
        }
        var request = FetchRequest(base)
        if let address = position.address {
            guard URLOrigin(address) == URLOrigin(base) else { throw .refused("the next page is at another host") }
            request.url = address
        }
        request.headers = [("Accept", "application/json")]
        for header in asking.headers {
            if let value = Template(header.value).filled({ name, _ in text(of: name) }) {
                request.headers.append((header.name, value.oneLine))
            }
        }
        authorize(&request)
        if reader.tellsUnauthorized {
            request.refusesCredentials = { [reader] response in
                guard response.body.count <= DeclaredPoller.longestRefusal,
                    let body = try? JSON.read(response.body, { root, _ in JSONValue(root) })
                else { return false }
                return reader.isUnauthorized(body, of: response)
            }
        }
        // An address that begins with a setting is the operator's own.
        request.allowsPrivateNetworks = wanted.url.hasPrefix("{")
        return request
    }

    private func address(of wanted: DeclaredRequest, at position: PollPosition) -> String? {
        let base = Template(wanted.url).filled { name, isFirst in
            guard let value = text(of: name), !value.isEmpty else { return nil }
            return isFirst ? value.withoutSlash : value.encoded
        }
        guard var base else { return nil }
        var pairs: [(String, String)] = []
        for (name, value) in wanted.query {
            if let value = Template(value).filled({ name, _ in text(of: name) }) { pairs.append((name, value)) }
        }
        if let (name, value) = wanted.since?.parameter, let newest = position.since {
            let since = PollPosition.lessened(newest, by: wanted.since?.overlap ?? 0)
            let filled = Template(value).filled { name, _ in name == "since" ? since : text(of: name) }
            if let filled { pairs.append((name, filled)) }
        }
        if let pair = position.parameter(in: wanted) { pairs.append(pair) }
        for (name, value) in pairs {
            base += (base.contains("?") ? "&" : "?") + name.encoded + "=" + value.encoded
        }
        return base
    }

    private func authorize(_ request: inout FetchRequest) {
        func filled(_ text: String) -> String? {
            let value = Template(text).filled { name, _ in self.text(of: name) }
            return value?.isEmpty == false ? value?.oneLine : nil
        }
        switch asking.credentials {
        case nil: break
        case .bearer(let token):
            if let token = filled(token) { request.headers.append(("Authorization", "Bearer \(token)")) }
        case .header(let name, let value):
            if let value = filled(value) { request.headers.append((name, value)) }
        case .query(let name, let value):
            guard let value = filled(value), !request.url.contains(name.encoded + "=") else { return }
            request.url += (request.url.contains("?") ? "&" : "?") + name.encoded + "=" + value.encoded
        case .basic(let user, let password):
            guard let user = filled(user) else { return }
            let pair = Data("\(user):\(filled(password) ?? "")".utf8).base64EncodedString()
            request.headers.append(("Authorization", "Basic \(pair)"))
        }
    }

    /// The address without the credentials that are in it.
    private func hidden(_ url: String) -> String {
        guard case .query(let name, _) = asking.credentials, let start = url.range(of: name.encoded + "=") else {
            return url
        }
        let rest = url[start.upperBound...]
        return url[..<start.upperBound] + "…" + (rest.firstIndex(of: "&").map { rest[$0...] } ?? "")
    }

    private func text(of name: String) -> String? {
        let value =
            values[name]
            ?? reader.kind.settings.first { $0.name == name }?.fallback.flatMap {
                try? JSONValue(parsing: $0)
            }
        guard let value else { return nil }
        return value.asID ?? value.truth.map { $0 ? "true" : "false" }
    }

    // The answer.

    private func failure(of response: FetchResponse, wait: Duration?) -> FetchFailure? {
        var reason = "status \(response.status)"
        if response.status >= 400, let body = try? JSON.read(response.body, { root, _ in JSONValue(root) }) {
            if let said = reader.error(in: body, of: response) { reason += ", \(said)" }
            if reader.isUnauthorized(body, of: response) { return .unauthorized(reason) }
        }
        let failure = response.failure(reason)
        // A budget that was declared is known better than one that headers are taken to mean.
        guard case .limited(let reason, _) = failure, response.retryAfter == nil, let wait else { return failure }
        return .limited(reason, after: wait)
    }

    /// How long the source asks to be left alone: until its budget's end, where little is left of it.
    private func wait(after response: FetchResponse, at now: Timestamp) -> Duration? {
        guard let budget = asking.budget, let remaining = response[budget.remaining].flatMap({ Double($0) }),
            remaining <= budget.least || response.status == 429, let reset = response[budget.reset]
        else { return nil }
        let told = response["date"].flatMap { Times.parse($0) } ?? now
        let end: Int64? =
            switch budget.resetIs {
            case .seconds: Double(reset).flatMap { Int64(exactly: ($0 * 1000).rounded()) }
            case .epoch, .time: Times.parse(reset).map { $0.milliseconds &- told.milliseconds }
            }
        return end.map { .milliseconds(min(max($0, 1000), 3_600_000)) }
    }
}

/// What two addresses share when they are of the same source.
struct URLOrigin: Equatable {
    private let text: String

    /// The scheme, host and port of an address.
    init(_ url: String) {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        text = parts.prefix(3).joined(separator: "/").lowercased()
    }
}

extension String {
    /// The text as a part of a path or query, everything else than unreserved characters percent-encoded.
    var encoded: String {
        addingPercentEncoding(withAllowedCharacters: .init(charactersIn: String.unreserved)) ?? ""
    }

    /// RFC 3986, 2.3.
    private static let unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

    /// The text without line ends, which no header may have.
    fileprivate var oneLine: String { String(unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }) }

    /// The text without a slash at its end.
    fileprivate var withoutSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
