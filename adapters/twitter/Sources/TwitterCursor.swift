internal import Earshot
internal import EarshotFormats

/// Where a channel got to: the greatest id it has, and, in the middle of a run of pages, the next page's token.
///
/// Pages come newest first, so the greatest id of a run holds only once its last page is safe.
struct TwitterCursor: Equatable {
    /// The greatest id of the last complete run.
    var since: String?
    /// The token of the next page of a run that is not over.
    var token: String?
    /// The greatest id of the run that is not over.
    var newest: String?

    /// Which of the stream's rules is searched for; a run goes through all of them.
    var rule = 0

    /// Before anything.
    init() {}

    /// A first start, which goes back no further than a time before a moment: the least id of a post of that time.
    init(since moment: Timestamp, less time: Duration) {
        let milliseconds = moment.milliseconds &- 1_288_834_974_657
        let (now, overflow) = max(milliseconds, 0).multipliedReportingOverflow(by: 1 << 22)
        let id = overflow ? nil : TwitterID.before(now, by: time)
        since = id.map { String($0) }
    }

    /// The position that a cursor stands for; what cannot be read counts as the beginning.
    init(_ cursor: Cursor?) {
        guard let cursor else { return }
        var since: String?
        var token: String?
        var newest: String?
        var rule = 0
        _ = try? JSON.read(Array(cursor.text.utf8)) { (root, _) throws(MalformedDocument) in
            since = TwitterCursor.text(root["since_id"])
            token = TwitterCursor.text(root["next_token"])
            newest = TwitterCursor.text(root["newest_id"])
            rule = TwitterCursor.text(root["rule"]).flatMap { Int($0) } ?? 0
        }
        (self.since, self.token, self.newest, self.rule) = (since, token, newest, max(rule, 0))
    }

    /// The JSON text of it.
    var cursor: Cursor {
        var fields = JSONFields()
        fields.string("since_id", since ?? "")
        fields.string("next_token", token ?? "")
        fields.string("newest_id", newest ?? "")
        fields.string("rule", rule == 0 ? "" : String(rule))
        return Cursor(fields.withBytes { $0.isEmpty ? "{}" : $0.string })
    }

    /// The position after a page.
    ///
    /// - Parameter stopsAtKnown: for lists that go on beyond what is known already, how far beyond they are followed.
    func after(_ meta: TwitterMeta, stopsAtKnown: Duration? = nil) -> TwitterCursor {
        var next = TwitterCursor()
        let greatest = TwitterCursor.greater(newest, meta.newest)
        // A source that gives the same token again would be asked for ever.
        var isKnown = false
        if let beyond = stopsAtKnown, let since, let oldest = meta.oldest {
            let bound = TwitterCursor.id(beyond, before: since)
            isKnown = TwitterCursor.greater(bound, oldest) == bound
        }
        if let token = meta.next, token != self.token, !isKnown {
            next.since = since
            next.token = token
            next.newest = greatest
        } else {
            next.since = TwitterCursor.greater(since, greatest)
        }
        return next
    }

    /// The position after a page of the search for one of so many rules: what is newest holds once all are through.
    func after(_ meta: TwitterMeta, of rules: Int) -> TwitterCursor {
        var next = after(meta)
        if next.token != nil {
            next.rule = rule
        } else if rule + 1 < rules {
            next.since = since
            next.newest = TwitterCursor.greater(newest, meta.newest)
            next.rule = rule + 1
        }
        return next
    }

    /// Where to go on where X refuses this position as such: its page's token first, then its id; nil where it does
    /// not.
    func afterRefusal(by response: FetchResponse) -> TwitterCursor? {
        guard token != nil || since != nil, TwitterFailure.isOfPosition(response) else { return nil }
        var next = TwitterCursor()
        if token != nil { next.since = since }
        return next
    }

    /// The id that a post would have had so much earlier; ids of before 2010 say no time.
    static func id(_ duration: Duration, before id: String) -> String {
        guard let number = Int64(id), number > 30_000_000_000 else { return id }
        let milliseconds = min(max(duration.components.seconds, 0), 30 * 86_400) * 1000
        return String(max(number - milliseconds << 22, 1))
    }

    /// The greater of two ids as numbers.
    static func greater(_ one: String?, _ other: String?) -> String? {
        guard let one, let other else { return one ?? other }
        let isLess = Array(one.utf8).withBytes { left in
            Array(other.utf8).withBytes { TwitterID.isLess(left, than: $0) }
        }
        return isLess ? other : one
    }

    private static func text(_ node: JSONNode) -> String? {
        let text = node.string.string
        return text.isEmpty ? nil : text
    }
}

/// What a page says of itself.
struct TwitterMeta: Equatable {
    /// The token of the next page, if there is one.
    var next: String?
    /// The greatest id on the page.
    var newest: String?
    /// The least id on the page.
    var oldest: String?

    /// An empty last page.
    init() {}

    /// Reads `meta` and the ids of a page.
    init(_ body: [UInt8]) throws(MalformedDocument) {
        var meta = TwitterMeta()
        try JSON.read(body) { (root, _) throws(MalformedDocument) in
            if root["meta"]["next_token"].isString { meta.next = root["meta"]["next_token"].string.string }
            root["data"].each { element in
                guard element["id"].isString else { return }
                let id = element["id"].string.string
                meta.newest = TwitterCursor.greater(meta.newest, id)
                if meta.oldest == nil || TwitterCursor.greater(meta.oldest, id) != id { meta.oldest = id }
            }
        }
        self = meta
    }
}
