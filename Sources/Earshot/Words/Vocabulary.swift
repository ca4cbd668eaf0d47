/// A word of the schema that is written as it stands.
public protocol SchemaWord: RawRepresentable, CaseIterable, Sendable where RawValue == UInt8 {
    /// The word as mention v1 spells it.
    var word: StaticString { get }
}

extension SchemaWord {
    /// The case that mention v1 spells like `bytes`, or nil.
    public init?(word bytes: Bytes) {
        guard let match = Self.allCases.first(where: { bytes == $0.word }) else { return nil }
        self = match
    }
}

/// What happened to the thing a mention is of.
public enum Operation: UInt8, SchemaWord {
    case create, update, delete

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .create: "create"
        case .update: "update"
        case .delete: "delete"
        }
    }
}

/// What sort of thing a mention is of; `message` is a private message.
public enum Kind: UInt8, SchemaWord {
    case post, reply, repost, quote, comment, review, message, email, article, video

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .post: "post"
        case .reply: "reply"
        case .repost: "repost"
        case .quote: "quote"
        case .comment: "comment"
        case .review: "review"
        case .message: "message"
        case .email: "email"
        case .article: "article"
        case .video: "video"
        }
    }
}

/// Who may see it.
public enum Visibility: UInt8, SchemaWord {
    case `public`, unlisted, followers, `private`

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .public: "public"
        case .unlisted: "unlisted"
        case .followers: "followers"
        case .private: "private"
        }
    }
}

/// Whether it came to the brand or from one of its own accounts.
public enum Direction: UInt8, SchemaWord {
    case inbound, outbound

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .inbound: "inbound"
        case .outbound: "outbound"
        }
    }
}

/// What an author is.
public enum AuthorKind: UInt8, SchemaWord {
    case person, organization, bot

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .person: "person"
        case .organization: "organization"
        case .bot: "bot"
        }
    }
}

/// In which role somebody was addressed.
public enum RecipientRole: UInt8, SchemaWord {
    case to, cc, bcc, mention, group

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .to: "to"
        case .cc: "cc"
        case .bcc: "bcc"
        case .mention: "mention"
        case .group: "group"
        }
    }
}

/// What sort of thing stands in a text.
public enum EntityType: UInt8, SchemaWord {
    case hashtag, mention, url, cashtag, email, customEmoji

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .hashtag: "hashtag"
        case .mention: "mention"
        case .url: "url"
        case .cashtag: "cashtag"
        case .email: "email"
        case .customEmoji: "custom_emoji"
        }
    }
}

/// What sort of thing is attached.
public enum MediaType: UInt8, SchemaWord {
    case image, video, audio, gif, file, link

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .image: "image"
        case .video: "video"
        case .audio: "audio"
        case .gif: "gif"
        case .file: "file"
        case .link: "link"
        }
    }
}

/// How a mention relates to another.
public enum Relation: UInt8, SchemaWord {
    case replyTo, repostOf, quoteOf, root, references, attachedTo

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .replyTo: "reply_to"
        case .repostOf: "repost_of"
        case .quoteOf: "quote_of"
        case .root: "root"
        case .references: "references"
        case .attachedTo: "attached_to"
        }
    }
}

/// Whose place it is: where the post was made, or where its author says they are.
public enum PlaceOwner: UInt8, SchemaWord {
    case post, author

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .post: "post"
        case .author: "author"
        }
    }
}

/// Who said which language it is.
public enum LanguageSource: UInt8, SchemaWord {
    case source, detector

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .source: "source"
        case .detector: "detector"
        }
    }
}

/// How a document reached the gateway.
public enum Via: UInt8, SchemaWord {
    case poll, push, `import`

    /// The word as mention v1 spells it.
    public var word: StaticString {
        switch self {
        case .poll: "poll"
        case .push: "push"
        case .import: "import"
        }
    }
}
