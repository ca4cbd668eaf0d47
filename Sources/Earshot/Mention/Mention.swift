/// A mention with its fields by name: the view of one row for tests, pages and other places where few are looked at.
///
/// What is unknown is nil or an empty list. Every look makes a new `String`; whoever handles thousands stays with rows.
public struct Mention: Sendable {
    /// The reading that holds the texts.
    public let reading: Reading
    /// The row.
    public let row: MentionRow

    /// The view of a row of a reading.
    public init(reading: Reading, row: MentionRow) {
        self.reading = reading
        self.row = row
    }

    private func text(_ kept: Kept) -> String? { kept.isEmpty ? nil : reading.string(kept) }

    private func count(_ number: Int64) -> Int64? { number == unsaid ? nil : number }

    private func joined(_ kept: Kept) -> String? { text(kept).map { "\(network):\($0)" } }
}

extension Reading {
    /// Every mention with its fields by name.
    public var mentions: [Mention] { rows.map { Mention(reading: self, row: $0) } }
}

extension Mention {
    /// What happened.
    public var operation: Operation { row.operation }
    /// `<network>:<native id>`.
    public var id: String { "\(network):\(nativeID)" }
    /// The network's name.
    public var network: String { reading.string(reading.network(of: row)) }
    /// The platform's own id.
    public var nativeID: String { reading.string(row.nativeID) }
    /// What sort of thing it is.
    public var kind: Kind { row.kind }
    /// The address as given.
    public var url: String? { text(row.url) }
    /// The normalized address.
    public var canonicalURL: String? { text(row.canonicalURL) }
    /// The title, plain text.
    public var title: String? { text(row.title) }
    /// The plain reading.
    public var text: String? { text(row.text) }
    /// Sanitized HTML.
    public var html: String? { text(row.html) }
    /// The source cut the text.
    public var truncated: Bool { row.truncated }
    /// The language's tag.
    public var language: String? { text(row.language.tag) }
    /// Who may see it.
    public var visibility: Visibility? { row.visibility }
    /// To the brand or from it.
    public var direction: Direction? { row.direction }
    /// The counts; nil where the source gave none.
    public var metrics: MetricsRow? { row.metrics == MetricsRow() ? nil : row.metrics }
    /// When the counts were true.
    public var metricsAt: Timestamp? { row.metricsAt }
    /// The conversation's id, with the network.
    public var threadID: String? { joined(row.threadID) }
    /// Paid placement.
    public var promoted: Bool? { row.promoted }
    /// Pinned to the top.
    public var pinned: Bool? { row.pinned }
    /// Categories and labels.
    public var tags: [String] { row.tags.indices.map { reading.string(reading.tags[$0]) } }
    /// When the source says it was published.
    public var publishedAt: Timestamp? { row.publishedAt }
    /// The last edit.
    public var editedAt: Timestamp? { row.editedAt }
    /// The object under `ext.<network>`, as JSON.
    public var ext: String? { text(row.ext) }
    /// The source's own record, as JSON.
    public var raw: String? { text(row.raw) }
}

extension Mention {
    /// Who wrote a mention.
    public struct Author: Sendable, Equatable {
        /// The platform's own id.
        public var id: String?
        /// The account's short name.
        public var handle: String?
        /// The name people read.
        public var name: String?
        /// The profile's address.
        public var url: String?
        /// The picture's address.
        public var avatarURL: String?
        /// The mail address.
        public var address: String?
        /// Whether the platform vouches for the account.
        public var verified: Bool?
        /// Person, organization or bot.
        public var kind: AuthorKind?
        /// How many follow the account.
        public var followers: Int64?
        /// How many the account follows.
        public var following: Int64?
        /// How many posts the account has made.
        public var posts: Int64?
        /// When the account was made.
        public var createdAt: Timestamp?
        /// The configuration lists the account as the brand's.
        public var own: Bool
    }

    /// Who wrote it.
    public var author: Author {
        let author = row.author
        return Author(
            id: text(author.id), handle: text(author.handle), name: text(author.name), url: text(author.url),
            avatarURL: text(author.avatarURL), address: text(author.address), verified: author.verified,
            kind: author.kind, followers: count(author.followers), following: count(author.following),
            posts: count(author.posts), createdAt: author.createdAt, own: author.own)
    }

    /// Somebody a mention is addressed to.
    public struct Recipient: Sendable, Equatable {
        /// In which role.
        public var role: RecipientRole
        /// The platform's own id.
        public var id: String?
        /// The account's short name.
        public var handle: String?
        /// The name people read.
        public var name: String?
        /// The mail address.
        public var address: String?
    }

    /// Whom it is addressed to.
    public var recipients: [Recipient] {
        row.recipients.indices.map { index in
            let recipient = reading.recipients[index]
            return Recipient(
                role: recipient.role, id: text(recipient.id), handle: text(recipient.handle),
                name: text(recipient.name), address: text(recipient.address))
        }
    }

    /// A hashtag, link, name or the like within a text.
    public struct Entity: Sendable, Equatable {
        /// What sort.
        public var type: EntityType
        /// What stands in the text.
        public var text: String?
        /// What it means.
        public var value: String?
        /// The Unicode scalars of the text that it covers, where known.
        public var span: Range<Int>?
    }

    /// What stands in the text.
    public var entities: [Entity] {
        row.entities.indices.map { index in
            let entity = reading.entities[index]
            let isPlaced = entity.start >= 0 && entity.end >= entity.start
            return Entity(
                type: entity.type, text: text(entity.text), value: text(entity.value),
                span: isPlaced ? Int(entity.start)..<Int(entity.end) : nil)
        }
    }

    /// The part of the text that an entity says it covers.
    public func slice(of entity: Entity) -> String? {
        guard let span = entity.span, let text, span.upperBound <= text.unicodeScalars.count else { return nil }
        return String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(span.lowerBound).prefix(span.count)))
    }

    /// Something attached.
    public struct Medium: Sendable, Equatable {
        /// What sort.
        public var type: MediaType
        /// Where it is.
        public var url: String?
        /// Where a picture of it is.
        public var previewURL: String?
        /// Its description in words.
        public var alt: String?
        /// Its media type.
        public var mime: String?
        /// Its file name or title.
        public var name: String?
        /// Its size in bytes.
        public var bytes: Int64?
        /// Its width in pixels.
        public var width: Int64?
        /// Its height in pixels.
        public var height: Int64?
        /// How long it plays, in seconds.
        public var duration: Double?
        /// Its SHA-256.
        public var sha256: String?
    }

    /// What is attached.
    public var media: [Medium] {
        row.media.indices.map { index in
            let media = reading.media[index]
            return Medium(
                type: media.type, url: text(media.url), previewURL: text(media.previewURL), alt: text(media.alt),
                mime: text(media.mime), name: text(media.name), bytes: count(media.bytes), width: count(media.width),
                height: count(media.height), duration: media.duration, sha256: text(media.sha256))
        }
    }

    /// A relation to another mention.
    public struct Ref: Sendable, Equatable {
        /// Which relation.
        public var relation: Relation
        /// The other's id, with the network.
        public var id: String
        /// The other's address.
        public var url: String?
        /// The other's author.
        public var author: String?
    }

    /// How it relates to other mentions.
    public var refs: [Ref] {
        row.refs.indices.map { index in
            let ref = reading.refs[index]
            return Ref(
                relation: ref.relation, id: joined(ref.id) ?? "\(network):", url: text(ref.url),
                author: text(ref.author))
        }
    }
}
