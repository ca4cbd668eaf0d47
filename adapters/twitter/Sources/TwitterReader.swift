internal import Earshot
internal import EarshotFormats

/// One reading of one X document: what is being collected, and memory that is used again from post to post.
struct TwitterReader: ~Copyable {
    var reading: Reading
    let document: Document
    /// Whether the source's own record is kept with each mention.
    let keepsRaw: Bool
    /// When counts were true: now, for what was just fetched or sent; unknown, for what comes from a file.
    let metricsAt: Timestamp?

    /// The side tables of a v2 page.
    var includes = TwitterIncludes()
    /// The long texts of an archive; nil where the document is no part of one.
    var notes: TwitterNotes?
    /// The entities of the text at hand.
    var entities = TwitterEntities()
    /// What goes to `ext.twitter`.
    var ext = JSONFields()
    /// An address or id being put together.
    var scratch = Output(capacity: 256)

    init(_ document: Document, keepsRaw: Bool) {
        // Mentions keep less than half of the bytes they came in.
        reading = Reading(network: "twitter", capacity: document.bytes.count / 2 + 256)
        self.document = document
        self.keepsRaw = keepsRaw
        metricsAt = document.via == .import ? nil : document.observedAt
    }

    /// Keeps what `ext` holds and empties it.
    mutating func takeExt() -> Kept {
        defer { ext.removeAll() }
        return reading.keep(ext)
    }

    /// Keeps the source's own record, if that is asked for.
    mutating func raw(_ node: JSONNode) -> Kept { keepsRaw ? reading.keepJSON(node) : .none }

    /// The permanent address of a post; without its author's name X leads there by the number alone.
    mutating func address(of id: Bytes, by handle: Bytes) -> Kept {
        guard !id.isEmpty else { return .none }
        scratch.removeAll()
        scratch.literal("https://x.com/")
        if handle.isEmpty {
            scratch.literal("i/web/status/")
        } else {
            scratch.raw(handle)
            scratch.literal("/status/")
        }
        scratch.raw(id)
        return scratch.withBytes { reading.keep($0) }
    }

    /// The address of an account.
    mutating func address(of handle: Bytes) -> Kept {
        guard !handle.isEmpty else { return .none }
        scratch.removeAll()
        scratch.literal("https://x.com/")
        scratch.raw(handle)
        return scratch.withBytes { reading.keep($0) }
    }

    /// Keeps a text of a side table, which many mentions may repeat.
    mutating func keepShared(_ text: Bytes) -> Kept { reading.keepText(TwitterReader.shared(text)) }

    /// The longest description of a picture, in bytes; X takes a thousand characters.
    static let longestAlt = 8192

    /// A text of a side table, unless it is far longer than any that X allows, so that no page can grow without bounds.
    static func shared(_ text: Bytes) -> Bytes { text.count > 2048 ? .none : text }

    /// A language, unless X says that there is none or that it does not know.
    mutating func language(_ code: Bytes) -> LanguageRow {
        var language = LanguageRow()
        // `qam`, `qct`, `qht`, `qme`, `qst`, `zxx`: no words at all.
        guard code.count >= 2, code[0] != UInt8(ascii: "q"), !(code == "und"), !(code == "zxx") else { return language }
        // Two codes are from before ISO 639 changed them.
        if code == "iw" {
            language.tag = reading.keep("he")
        } else {
            language.tag = code == "in" ? reading.keep("id") : reading.keep(code)
        }
        return language
    }
}

/// What X's numbers say by themselves.
enum TwitterID {
    /// When the post or event with an id was made, to the millisecond, where the id is new enough to say so.
    static func moment(of id: Bytes) -> Timestamp? {
        // Ids before November 2010 were counted, not dated.
        guard let number = Int64(decimal: id), number > 30_000_000_000 else { return nil }
        return Timestamp(milliseconds: (number >> 22) + 1_288_834_974_657)
    }

    /// Whether a number can only be an account's: those of posts are dated since November 2010, and were greater
    /// before.
    static func isOfAccount(_ id: Bytes, madeAt moment: Timestamp?) -> Bool {
        // The first dated post is of 4 November 2010; a day later none was counted any more.
        guard let number = Int64(decimal: id), let moment else { return false }
        return number <= 30_000_000_000 && moment.seconds > 1_288_934_974
    }

    /// The id that a post would have that was made so much earlier; nil where ids of then say no time.
    static func before(_ id: Int64, by time: Duration) -> Int64? {
        let (span, isLong) = (time.components.seconds &* 1000).multipliedReportingOverflow(by: 1 << 22)
        let (lesser, overflow) = id.subtractingReportingOverflow(span)
        return isLong || overflow || lesser <= 30_000_000_000 ? nil : lesser
    }

    /// Whether one id is a lesser number than another.
    static func isLess(_ one: Bytes, than other: Bytes) -> Bool {
        if one.count != other.count { return one.count < other.count }
        for index in 0..<one.count where one[index] != other[index] { return one[index] < other[index] }
        return false
    }

    /// When a post was published that is known by an edited version: what the first version's id says, where that lies
    /// within the day before the version.
    static func published(first: Bytes, version: Timestamp?) -> Timestamp? {
        guard let version, let first = moment(of: first), first <= version,
            version.milliseconds - first.milliseconds < 86_400_000
        else { return version }
        return version.hasMilliseconds
            ? Timestamp(milliseconds: first.seconds * 1000) : Timestamp(seconds: first.seconds)
    }
}
