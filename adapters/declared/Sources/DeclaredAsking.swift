internal import Earshot
internal import EarshotFormats

/// How a source is asked. Texts may name settings in braces; a parameter or header whose setting is not set is left
/// out.
struct DeclaredAsking: Sendable {
    /// How the credentials are shown.
    enum Credentials: Sendable {
        case bearer(String)
        case header(name: String, value: String)
        case query(name: String, value: String)
        case basic(user: String, password: String)
    }

    /// What a source says is left of its budget, and until when.
    struct Budget: Sendable {
        /// What the header that tells of the end holds.
        enum Reset: String, CaseIterable, Sendable { case seconds, epoch, time }

        var remaining: String
        var reset: String
        var resetIs: Reset
        /// With so few requests left, the source is left alone until the end.
        var least: Double
    }

    var credentials: Credentials?
    var headers: [(name: String, value: String)] = []
    var budget: Budget?
    /// How many pages are asked for in a row.
    var mostPages = 10
    /// What may be listened to, by the word that `listen` says; the first is the usual.
    var requests: [DeclaredRequest] = []
}

/// One thing that a source can be asked for.
struct DeclaredRequest: Sendable {
    /// How the next page is found.
    enum Paging: Sendable {
        /// The answer says a token, which goes into a parameter.
        case cursor(parameter: String, next: DeclaredExpression)
        /// A parameter counts items.
        case offset(parameter: String, items: DeclaredExpression)
        /// A parameter counts pages.
        case page(parameter: String, first: Int, items: DeclaredExpression)
        /// The answer says an address.
        case address(next: DeclaredExpression)
        /// The header `Link` says an address (RFC 8288).
        case header
    }

    /// How the source is asked for what is new alone.
    struct Since: Sendable {
        /// The newest that the first page holds.
        var newest: DeclaredExpression
        /// The parameter that takes it, and how; nil where the source cannot be asked so.
        var parameter: (name: String, value: String)?
        /// How much is taken off a newest that is a number, so that what is late is asked for again.
        var overlap: Int64 = 0
        /// The ids of a page: where the newest of the time before is among them, no further page is asked for.
        var ids: DeclaredExpression?
        /// The moment of a page's last item, where `newest` is a moment, too: no further page is asked for from one on
        /// that is older than the newest of the time before by the overlap.
        var oldest: DeclaredExpression?
    }

    var name: String
    var url: String
    var query: [(name: String, value: String)] = []
    var paging: Paging?
    var since: Since?
}

extension DeclarationReader {
    /// How the source is asked.
    mutating func asking(_ value: JSONValue) -> DeclaredAsking? {
        let known = ["auth", "headers", "budget", "most_pages", "requests"]
        guard let members = object(value, known: known, required: ["requests"], at: "/ask") else { return nil }
        var asking = DeclaredAsking()
        asking.credentials = members["auth"].flatMap { credentials($0) }
        asking.headers = templates(members["headers"], at: "/ask/headers")
        asking.budget = members["budget"].flatMap { budget($0) }
        asking.mostPages = number(members["most_pages"], within: 1...1000, at: "/ask/most_pages") ?? 10
        for (name, value, pointer) in named(members["requests"], at: "/ask/requests") {
            if let request = request(name, value, at: pointer) { asking.requests.append(request) }
        }
        if members["requests"]?.members?.isEmpty == true { note("/ask/requests", "expected a request or more") }
        listen(asking.requests.map(\.name))
        return asking
    }

    /// The setting `listen`, unless the declaration has its own or there is nothing to choose.
    private mutating func listen(_ words: [String]) {
        guard let usual = words.first, words.count > 1 else { return }
        declare(
            Setting("listen", .choice(words), fallback: "\"\(usual)\"", about: "What is listened to."))
    }

    private mutating func credentials(_ value: JSONValue) -> DeclaredAsking.Credentials? {
        let known = ["bearer", "header", "query", "value", "basic", "password"]
        guard let members = object(value, known: known, at: "/ask/auth") else { return nil }
        let ways = ["bearer", "header", "query", "basic"].filter { members[$0] != nil }
        guard ways.count == 1, let way = ways.first, let word = template(members[way], at: "/ask/auth/" + way) else {
            note("/ask/auth", "expected one of bearer, header, query, basic")
            return nil
        }
        switch way {
        case "bearer": return .bearer(word)
        case "basic":
            return .basic(user: word, password: template(members["password"], at: "/ask/auth/password") ?? "")
        default:
            guard let value = template(members["value"], at: "/ask/auth/value") else {
                note("/ask/auth", "\"value\" is missing")
                return nil
            }
            return way == "header" ? .header(name: word, value: value) : .query(name: word, value: value)
        }
    }

    private mutating func budget(_ value: JSONValue) -> DeclaredAsking.Budget? {
        let keys = ["remaining", "reset", "reset_is"]
        guard let members = object(value, known: keys + ["least"], required: keys, at: "/ask/budget"),
            let remaining = text(members["remaining"], at: "/ask/budget/remaining"),
            let reset = text(members["reset"], at: "/ask/budget/reset"),
            let form = choice(
                members["reset_is"], among: DeclaredAsking.Budget.Reset.allCases.map(\.rawValue),
                at: "/ask/budget/reset_is"),
            let resetIs = DeclaredAsking.Budget.Reset(rawValue: form)
        else { return nil }
        let least = number(members["least"], within: 0...1_000_000, at: "/ask/budget/least") ?? 1
        return DeclaredAsking.Budget(remaining: remaining, reset: reset, resetIs: resetIs, least: Double(least))
    }

    private mutating func request(_ name: String, _ value: JSONValue, at pointer: String) -> DeclaredRequest? {
        guard let members = object(value, known: ["url", "query", "paging", "since"], required: ["url"], at: pointer),
            let url = template(members["url"], at: pointer + "/url")
        else { return nil }
        if !["https://", "http://", "{"].contains(where: { url.hasPrefix($0) }) {
            note(pointer + "/url", "expected an http or https address, or one that begins with a setting")
        }
        var request = DeclaredRequest(name: name, url: url)
        request.query = templates(members["query"], at: pointer + "/query")
        request.paging = members["paging"].flatMap { paging($0, at: pointer + "/paging") }
        request.since = members["since"].flatMap { since($0, at: pointer + "/since") }
        return request
    }

    private mutating func paging(_ value: JSONValue, at pointer: String) -> DeclaredRequest.Paging? {
        let known = ["by", "parameter", "next", "items", "first"]
        guard let members = object(value, known: known, required: ["by"], at: pointer) else { return nil }
        let ways = ["cursor", "offset", "page", "address", "header"]
        guard let way = choice(members["by"], among: ways, at: pointer + "/by") else { return nil }
        if way == "header" { return .header }
        let parameter = text(members["parameter"], at: pointer + "/parameter")
        let key = ["cursor", "address"].contains(way) ? "next" : "items"
        let expression = expression(members[key], key, at: pointer + "/" + key)
        if members[key] == nil { note(pointer, "\"\(key)\" is missing") }
        if way != "address", members["parameter"] == nil { note(pointer, "\"parameter\" is missing") }
        guard let expression else { return nil }
        switch (way, parameter) {
        case ("address", _): return .address(next: expression)
        case ("cursor", let parameter?): return .cursor(parameter: parameter, next: expression)
        case ("offset", let parameter?): return .offset(parameter: parameter, items: expression)
        case ("page", let parameter?):
            let first = number(members["first"], within: 0...1, at: pointer + "/first") ?? 1
            return .page(parameter: parameter, first: first, items: expression)
        default: return nil
        }
    }

    private mutating func since(_ value: JSONValue, at pointer: String) -> DeclaredRequest.Since? {
        let known = ["newest", "parameter", "value", "overlap", "ids", "oldest"]
        guard let members = object(value, known: known, required: ["newest"], at: pointer),
            let newest = expression(members["newest"], "newest", at: pointer + "/newest")
        else { return nil }
        var since = DeclaredRequest.Since(newest: newest)
        if let parameter = text(members["parameter"], at: pointer + "/parameter") {
            let value =
                members["value"] == nil ? "{since}" : template(members["value"], at: pointer + "/value", isSince: true)
            since.parameter = (parameter, value ?? "")
        } else if members["value"] != nil {
            note(pointer, "\"parameter\" is missing")
        }
        since.overlap = Int64(number(members["overlap"], within: 0...1_000_000_000_000, at: pointer + "/overlap") ?? 0)
        since.ids = expression(members["ids"], "ids", at: pointer + "/ids")
        since.oldest = expression(members["oldest"], "oldest", at: pointer + "/oldest")
        return since
    }

    private mutating func templates(_ value: JSONValue?, at pointer: String) -> [(name: String, value: String)] {
        named(value, at: pointer).compactMap { name, value, pointer in
            template(value, at: pointer).map { (name, $0) }
        }
    }

    /// A text whose names in braces are all settings, but for the `since` of what leads on.
    private mutating func template(_ value: JSONValue?, at pointer: String, isSince: Bool = false) -> String? {
        guard let text = text(value, at: pointer) else { return nil }
        for name in Template(text).names where !(isSince && name == "since") && !isSetting(name) {
            let place = name == "since" ? "; it stands in the \"value\" of \"since\" alone" : ""
            note(pointer, "{\(name)}: there is no such setting\(place)")
        }
        return text
    }
}
