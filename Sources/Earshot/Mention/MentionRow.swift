/// What a whole number is that nobody said.
public let unsaid = Int64.min

/// One mention as plain numbers: texts are places in its reading's arena, lists are ranges of its side arrays.
///
/// It has no references, so thousands of rows are one allocation. `mention-v1` says what each field means.
/// `nativeID`, `threadID` and the ids of `refs` are the platform's own; the writer puts `<network>:` before them.
public struct MentionRow: Sendable {
    /// What happened.
    public var operation = Operation.create
    /// The network's name; empty means the reading's.
    public var network = Kept.none
    /// The platform's own id, without the network before it.
    public var nativeID = Kept.none
    /// What sort of thing it is.
    public var kind: Kind
    /// The address as given.
    public var url = Kept.none
    /// The normalized address.
    public var canonicalURL = Kept.none
    /// The title, plain text.
    public var title = Kept.none
    /// The plain reading.
    public var text = Kept.none
    /// Sanitized HTML, where the source sent HTML.
    public var html = Kept.none
    /// The source cut the text and the rest could not be had.
    public var truncated = false
    /// The language, if known.
    public var language = LanguageRow()
    /// Who wrote it.
    public var author = AuthorRow()
    /// Who may see it.
    public var visibility: Visibility?
    /// To the brand or from it.
    public var direction: Direction?
    /// Of `Reading.recipients`.
    public var recipients = Entries.none
    /// Of `Reading.entities`.
    public var entities = Entries.none
    /// Of `Reading.media`.
    public var media = Entries.none
    /// Less is said here than elsewhere of the same item, as where somebody liked it: it is told where nothing was
    /// known of the item, and is a repeat where anything was.
    public var isPartial = false
    /// Next to nothing is said here, as where an item is only named: it is told where nothing was known of the item, and
    /// whatever says more is told after it.
    public var isBare = false
    /// It is told as it was published, whatever became of it since: where it comes after an edit, it is out of date.
    public var isOriginal = false
    /// The counts that the source gave.
    public var metrics = MetricsRow()
    /// When the counts were true.
    public var metricsAt: Timestamp?
    /// Of `Reading.refs`.
    public var refs = Entries.none
    /// The conversation's id, as `nativeID` is.
    public var threadID = Kept.none
    /// Which feed it stands in; never written. Entries of one feed are not taken for the same page.
    public var feed = Kept.none
    /// Paid placement, if known.
    public var promoted: Bool?
    /// Pinned to the top, if known.
    public var pinned: Bool?
    /// Where it was made, or where its author is.
    public var place = PlaceRow()
    /// Of `Reading.tags`.
    public var tags = Entries.none
    /// When the source says it was published.
    public var publishedAt: Timestamp?
    /// The last edit; of a deletion, which no line tells, when the source says that it happened.
    public var editedAt: Timestamp?
    /// Of `Reading.matches`.
    public var matches = Entries.none
    /// The near-duplicates or cascade it belongs to.
    public var cluster: ClusterRow?
    /// The object under `ext.<network>`, already JSON; see `Reading.keepJSON`.
    public var ext = Kept.none
    /// The source's own record, already JSON.
    public var raw = Kept.none

    /// A row of which nothing but the kind is said.
    public init(kind: Kind) { self.kind = kind }

    /// Whether it may be left out of a burst. Never what somebody says to the brand alone, and never its own words.
    var isSamplable: Bool {
        let isPrivate = visibility == .private || visibility == .followers || kind == .message || kind == .email
        return !isPrivate && !author.own && direction != .outbound
    }
}

/// A language tag and who said it.
public struct LanguageRow: Sendable {
    /// The BCP 47 tag; never `und`.
    public var tag = Kept.none
    /// How sure the detector is, 0 to 1.
    public var confidence: Double?
    /// Who said so.
    public var by = LanguageSource.source

    /// No language.
    public init() {}
}

/// Who wrote a mention.
public struct AuthorRow: Sendable {
    /// The platform's own id.
    public var id = Kept.none
    /// The account's short name, without `@`.
    public var handle = Kept.none
    /// The name people read.
    public var name = Kept.none
    /// The profile's address.
    public var url = Kept.none
    /// The picture's address.
    public var avatarURL = Kept.none
    /// Whether the platform vouches for the account.
    public var verified: Bool?
    /// Person, organization or bot.
    public var kind: AuthorKind?
    /// How many follow the account.
    public var followers = unsaid
    /// How many the account follows.
    public var following = unsaid
    /// How many posts the account has made.
    public var posts = unsaid
    /// When the account was made.
    public var createdAt: Timestamp?
    /// The mail address.
    public var address = Kept.none
    /// The configuration lists the account as the brand's.
    public var own = false

    /// Nobody known.
    public init() {}
}

/// Somebody a mention is addressed to.
public struct RecipientRow: Sendable {
    /// In which role.
    public var role: RecipientRole
    /// The platform's own id.
    public var id = Kept.none
    /// The account's short name, without `@`.
    public var handle = Kept.none
    /// The name people read.
    public var name = Kept.none
    /// The mail address.
    public var address = Kept.none

    /// A recipient of whom nothing but the role is said.
    public init(role: RecipientRole) { self.role = role }
}

/// A hashtag, link, name or the like within a text.
public struct EntityRow: Sendable {
    /// What sort.
    public var type: EntityType
    /// What stands in the text.
    public var text = Kept.none
    /// What it means: the expanded URL, the bare tag, the account's id or handle.
    public var value = Kept.none
    /// The first Unicode scalar of `text`, or below zero where the place is not known.
    public var start: Int32 = -1
    /// The scalar after the last.
    public var end: Int32 = -1

    /// An entity of which nothing but the type is said.
    public init(type: EntityType) { self.type = type }
}

/// Something attached.
public struct MediaRow: Sendable {
    /// What sort.
    public var type: MediaType
    /// Where it is.
    public var url = Kept.none
    /// Where a picture of it is.
    public var previewURL = Kept.none
    /// Its description in words.
    public var alt = Kept.none
    /// Its media type, as `image/png`.
    public var mime = Kept.none
    /// Its file name or title.
    public var name = Kept.none
    /// Its size in bytes.
    public var bytes = unsaid
    /// Its width in pixels.
    public var width = unsaid
    /// Its height in pixels.
    public var height = unsaid
    /// How long it plays, in seconds.
    public var duration: Double?
    /// Its SHA-256, sixty-four hexadecimal digits.
    public var sha256 = Kept.none

    /// Media of which nothing but the type is said.
    public init(type: MediaType) { self.type = type }
}

/// Counts, each `unsaid` where the source did not say.
public struct MetricsRow: Sendable, Equatable {
    /// How many like it.
    public var likes = unsaid
    /// How many replies or comments it has.
    public var replies = unsaid
    /// How often it was passed on.
    public var reposts = unsaid
    /// How often it was quoted.
    public var quotes = unsaid
    /// How often it was seen.
    public var views = unsaid
    /// How many saved it.
    public var bookmarks = unsaid
    /// How often it was shared elsewhere.
    public var shares = unsaid
    /// A share of the scale's top, 0 to 1.
    public var rating: Double?
    /// A score as the platform defines it.
    public var score = unsaid

    /// Nothing counted.
    public init() {}

    /// Whether every count that is said is 0.
    var isZero: Bool {
        max(max(max(likes, replies), max(reposts, quotes)), max(max(views, bookmarks), max(shares, score))) <= 0
            && rating == nil
    }
}

/// A relation to another mention.
public struct RefRow: Sendable {
    /// Which relation.
    public var relation: Relation
    /// The other's native id, without the network.
    public var id: Kept
    /// The other's address.
    public var url = Kept.none
    /// The other's author: `handle`, `id` or `name`, whichever is known.
    public var author = Kept.none

    /// A relation to the item with the native id `id`.
    public init(_ relation: Relation, to id: Kept) {
        self.relation = relation
        self.id = id
    }
}

/// A place.
public struct PlaceRow: Sendable {
    /// Its name.
    public var name = Kept.none
    /// Its country, two letters of ISO 3166-1 where known.
    public var country = Kept.none
    /// Degrees north.
    public var latitude: Double?
    /// Degrees east.
    public var longitude: Double?
    /// Whose place it is.
    public var owner = PlaceOwner.post

    /// No place.
    public init() {}

    /// Whether nothing is known.
    public var isEmpty: Bool { name.isEmpty && country.isEmpty && latitude == nil }
}

/// Where a watch rule was met; a rule met in several places has several rows in a row.
public struct MatchRow: Sendable {
    /// The rule's name.
    public var rule: Kept
    /// The first Unicode scalar of `text`.
    public var start: Int32
    /// The scalar after the last.
    public var end: Int32

    /// The rule `rule`, met at `start` up to `end`; below zero where it was met outside the text.
    public init(rule: Kept, start: Int32 = -1, end: Int32 = -1) {
        self.rule = rule
        self.start = start
        self.end = end
    }
}

/// The group of like texts that a mention belongs to.
public struct ClusterRow: Sendable {
    /// The cluster's id.
    public var id: Digest
    /// How many it has, this one included.
    public var size: Int64
    /// The `id` of its first mention, whole.
    public var lead: Kept
    /// How alike it is to the lead, 0 to 1.
    public var similarity: Double

    /// A place in a cluster.
    public init(id: Digest, size: Int64, lead: Kept, similarity: Double) {
        self.id = id
        self.size = size
        self.lead = lead
        self.similarity = similarity
    }
}
