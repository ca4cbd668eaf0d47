package import Earshot
internal import EarshotFormats

extension TwitterAdapter: StreamingAdapter {
    /// A rule of the stream, as it is at X or ought to be.
    struct Rule: Equatable {
        /// X's number of it; nil where it is not at X yet.
        var id: String?
        /// What it matches.
        var value: String
        /// What X calls it in what it matched.
        var tag: String
    }

    /// Whether the settings ask for the filtered stream.
    package var isStreaming: Bool { settings.listen == .stream }

    /// X says something every twenty seconds; half as long again is for the way.
    private static let stall = Duration.seconds(30)

    /// The rules that ought to be at X, by name.
    var wantedRules: [Rule] {
        settings.rules.sorted { $0.key < $1.key }
            .map { Rule(id: nil, value: $0.value, tag: "\(settings.ruleTag):\($0.key)") }
    }

    /// Makes our rules at X equal to the settings, and tells what is to be opened.
    package func connect(over http: any HTTPFetching) async throws -> StreamPlan {
        let have = try await rules(over: http)
        let wanted = wantedRules
        let isSame: (Rule, Rule) -> Bool = { $0.value == $1.value && $0.tag == $1.tag }
        let ids = have.filter { rule in !wanted.contains { isSame($0, rule) } }.compactMap(\.id)
        let new = wanted.filter { rule in !have.contains { isSame($0, rule) } }
        if !ids.isEmpty {
            try await change(["delete": ["ids": .array(ids.map { .string($0) })]], over: http)
        }
        if !new.isEmpty {
            let added = new.map { JSONValue.object(["value": .string($0.value), "tag": .string($0.tag)]) }
            try await change(["add": .array(added)], over: http)
        }
        var query = TwitterAdapter.postFields
        if let minutes = settings.backfillMinutes { query.append(("backfill_minutes", String(minutes))) }
        let pairs = query.map { "\($0)=\(TwitterAdapter.escaped($1))" }.joined(separator: "&")
        var plan = StreamPlan(request("/2/tweets/search/stream?\(pairs)"), stall: TwitterAdapter.stall)
        plan.fillsGap = settings.backfillMinutes == nil
        return plan
    }

    /// Our rules at X; those of others are none of our business.
    private func rules(over http: any HTTPFetching) async throws -> [Rule] {
        let response = try await http.fetch(request("/2/tweets/search/stream/rules"))
        if let failure = TwitterFailure.of(response) { throw failure }
        let prefix = settings.ruleTag + ":"
        var rules: [Rule] = []
        try JSON.read(response.body) { (root, _) throws(MalformedDocument) in
            root["data"].each { rule in
                let tag = rule["tag"].string.string
                guard tag.hasPrefix(prefix) else { return }
                let number = rule["id"].isString ? rule["id"].string.string : String(rule["id"].int64)
                rules.append(Rule(id: number, value: rule["value"].string.string, tag: tag))
            }
        }
        return rules
    }

    /// Adds or removes rules; X refuses some and takes others in one reply.
    private func change(_ change: JSONValue, over http: any HTTPFetching) async throws {
        var request = request("/2/tweets/search/stream/rules")
        request.method = "POST"
        request.headers.append(("Content-Type", "application/json"))
        request.body = change.bytes
        let response = try await http.fetch(request)
        if let failure = TwitterFailure.of(response) { throw failure }
        var refusal: String?
        try JSON.read(response.body) { (root, _) throws(MalformedDocument) in
            let error = root["errors"][0]
            guard error.isObject else { return }
            let rule = error["value"].string.string
            refusal = TwitterReader.explain(error) + (rule.isEmpty ? "" : ": \(rule)")
        }
        if let refusal { throw FetchFailure.refused("a rule of the stream: \(refusal)") }
    }

    /// Why a reply is no stream.
    package func failure(of reply: FetchResponse) -> FetchFailure? {
        // A limit that does not say when it ends is waited for longer each time.
        if reply.status == 429, reply.askedWait == nil, case .limited(let words, _)? = TwitterFailure.of(reply),
            !words.contains("usage-capped"), !words.contains("UsageCapExceeded")
        {
            return .limited(words, after: nil)
        }
        return TwitterFailure.of(reply)
    }

    /// Why a line ends the stream: X says so before it hangs up, mostly.
    package func ending(in line: [UInt8]) -> FetchFailure? {
        var failure: FetchFailure?
        _ = try? JSON.read(line) { (root, _) throws(MalformedDocument) in
            guard !root["data"].exists else { return }
            let error = root["errors"][0].isObject ? root["errors"][0] : root
            if error["connection_issue"].exists {
                failure = .limited(TwitterReader.explain(error), after: nil)
            } else if error["disconnect_type"].exists || error["title"].string == "operational-disconnect" {
                failure = .unreachable(TwitterReader.explain(error))
            }
        }
        return failure
    }

    /// A run of pages begins anew: its token may be old, and it knows nothing of what came since.
    package func resuming(from cursor: Cursor) -> Cursor {
        var position = TwitterCursor()
        position.since = TwitterCursor(cursor).since
        return position.cursor
    }

    /// The greatest id that came; the place in a run of pages stays.
    package func advanced(_ cursor: Cursor?, by lines: [[UInt8]]) -> Cursor? {
        var position = TwitterCursor(cursor)
        for line in lines {
            _ = try? JSON.read(line) { (root, _) throws(MalformedDocument) in
                let id = root["data"]["id"]
                guard id.isString, Int64(decimal: id.string) != nil else { return }
                position.since = TwitterCursor.greater(position.since, id.string.string)
            }
        }
        return position.cursor
    }
}
