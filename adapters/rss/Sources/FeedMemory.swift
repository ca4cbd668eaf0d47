internal import Earshot
internal import EarshotFormats

/// What is remembered of one feed: where it is, what its server last said, and when it is asked next.
struct FeedMemory: Equatable {
    /// Where it has moved to for good.
    var moved: String?
    /// Where it says it has moved to, and how often in a row.
    var candidate: String?
    var sightings: Int64 = 0
    /// The feed that the web page at its address offers.
    var offered: String?
    /// The validators of the last reply, and the address that gave them.
    var etag: String?
    var modified: String?
    var source: String?
    /// Whether it is gone for good.
    var isGone = false
    /// How often in a row it has failed.
    var failures: Int64 = 0
    /// When it was asked last and when it is asked next, in seconds since 1970.
    var asked: Int64?
    var due: Int64 = 0

    /// Whether it was asked at a moment that is yet to come: the clock was set back, and `due` was said by the old one.
    func isAhead(of now: Int64) -> Bool { (asked ?? 0) > now + 60 }
    /// How often it says it wants to be asked.
    var pace = FeedPace()
    /// The digest of its last bytes, and traces of its newest entries.
    var body: String?
    var newest: String?
    /// Whether the last page had nothing in common with the one before.
    var hasGap = false
    /// Whether the list of feeds names it.
    var isListed = false

    /// After so many equal sightings a permanent redirect is believed.
    private static let enough = 3
    /// The shortest and the longest rest of a failing feed, in seconds.
    private static let rest = (shortest: Int64(60), longest: Int64(6 * 3600))
    /// The longest validator that is remembered.
    private static let longestValidator = 512

    /// Where it is asked for, if not at the address it is known by.
    var address: String? { offered ?? moved }

    /// Notes the validators of a reply with a feed in it.
    mutating func noteValidators(_ response: FetchResponse) {
        func short(_ value: String?) -> String? {
            value.flatMap { $0.utf8.count <= FeedMemory.longestValidator ? $0 : nil }
        }
        etag = short(response["ETag"])
        modified = short(response["Last-Modified"])
        source = etag == nil && modified == nil ? nil : response.url
    }

    /// Forgets the validators.
    mutating func forgetValidators() {
        etag = nil
        modified = nil
        source = nil
    }

    /// Notes that the server answered at all, and where it says the feed has moved.
    mutating func noteAnswer(_ response: FetchResponse) {
        failures = 0
        guard let target = response.permanentURL else {
            candidate = nil
            sightings = 0
            return
        }
        sightings = target == candidate ? sightings + 1 : 1
        candidate = target
        guard sightings >= FeedMemory.enough else { return }
        if offered == nil { moved = target } else { offered = target }
        candidate = nil
        sightings = 0
    }

    /// Notes that it failed; it rests for twice as long each time, and as long as its server asks.
    mutating func noteFailure(at now: Int64, after wait: Int64 = 0) {
        failures += 1
        let doubled = FeedMemory.rest.shortest << min(failures - 1, 12)
        asked = now
        due = now + max(min(doubled, FeedMemory.rest.longest), wait)
    }
}

extension FeedMemory {
    /// The memory that an object of a cursor holds.
    init(_ node: JSONNode) {
        node.fields { key, value in
            if value.isString {
                read(key, text: value.string)
            } else if value.kind == .integer {
                read(key, number: max(value.int64, 0))
            } else if value.boolean == true {
                if key == "gone" { isGone = true }
                if key == "gap" { hasGap = true }
                if key == "listed" { isListed = true }
            }
        }
    }

    private mutating func read(_ key: Bytes, text: Bytes) {
        if key == "etag" { etag = text.string }
        if key == "modified" { modified = text.string }
        if key == "source" { source = text.string }
        if key == "body" { body = text.string }
        if key == "newest" { newest = text.string }
        if key == "moved" { moved = text.string }
        if key == "offered" { offered = text.string }
        if key == "candidate" { candidate = text.string }
    }

    private mutating func read(_ key: Bytes, number: Int64) {
        if key == "asked" { asked = min(number, FeedCursor.latest) }
        if key == "due" { due = min(number, FeedCursor.latest) }
        if key == "pace" { pace.wait = min(number, FeedCursor.latest) }
        if key == "skip_hours" { pace.hours = number }
        if key == "skip_days" { pace.days = number }
        if key == "failures" { failures = min(number, 1_000_000) }
        if key == "sightings" { sightings = min(number, Int64(FeedMemory.enough)) }
    }

    /// Writes what there is to remember.
    func write(to fields: inout JSONFields) {
        func text(_ key: StaticString, _ value: String?) { if let value { fields.string(key, value) } }
        func number(_ key: StaticString, _ value: Int64) { if value != 0 { fields.integer(key, value) } }
        func truth(_ key: StaticString, _ value: Bool) { if value { fields.boolean(key, true) } }
        text("moved", moved)
        text("candidate", candidate)
        number("sightings", sightings)
        text("offered", offered)
        text("etag", etag)
        text("modified", modified)
        text("source", source)
        truth("gone", isGone)
        number("failures", failures)
        if let asked { fields.integer("asked", asked) }
        number("due", due)
        number("pace", pace.wait)
        number("skip_hours", pace.hours)
        number("skip_days", pace.days)
        text("body", body)
        text("newest", newest)
        truth("gap", hasGap)
        truth("listed", isListed)
    }
}
