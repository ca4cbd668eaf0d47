internal import Earshot
internal import EarshotFormats

/// What sort of thing a Graph object is; objects do not say it themselves, their fields do.
enum FacebookShape {
    case post, comment, review, conversation, message, photo, video, nothing

    /// The sort of an object, judged by its fields, and by the edge that lists it where the fields leave it open.
    init(of node: JSONNode, edge: String) {
        var signs = Signs()
        node.fields { key, value in if value.exists { signs.formUnion(Signs(key, value)) } }
        self = FacebookShape(signs, edge: edge)
    }

    private init(_ signs: Signs, edge: String) {
        if signs.contains(.review) {
            self = .review
        } else if signs.contains(.conversation) || edge == "conversations" {
            self = .conversation
        } else if signs.isMessage || edge == "messages" {
            self = .message
        } else if signs.isComment || edge == "comments" {
            self = .comment
        } else if signs.contains(.video) || edge == "videos" {
            self = .video
        } else if signs.contains(.photo) || edge == "photos" {
            self = .photo
        } else {
            self = signs.isPost ? .post : .nothing
        }
    }
}

/// What the fields of an object are signs of.
private struct Signs: OptionSet {
    let rawValue: UInt16

    static let review = Signs(rawValue: 1)
    static let conversation = Signs(rawValue: 2)
    static let message = Signs(rawValue: 4)
    static let comment = Signs(rawValue: 8)
    static let video = Signs(rawValue: 16)
    static let photo = Signs(rawValue: 32)
    /// Something that only posts have.
    static let post = Signs(rawValue: 64)
    /// Something that posts have, and other things too.
    static let content = Signs(rawValue: 128)
    /// An id of two numbers, as posts have.
    static let pair = Signs(rawValue: 256)
    static let comments = Signs(rawValue: 512)
    static let created = Signs(rawValue: 1024)
    static let from = Signs(rawValue: 2048)
    /// Who wrote it is said with a user's name, and to whom it is.
    static let named = Signs(rawValue: 4096)
    static let to = Signs(rawValue: 8192)
    /// It says who may see it, as comments and accounts do.
    static let hidden = Signs(rawValue: 16384)

    var isComment: Bool {
        contains(.comment) || contains(.hidden) && !isDisjoint(with: [.created, .from, .post, .content, .pair])
    }

    var isMessage: Bool {
        contains(.message)
            || contains([.named, .to]) && isDisjoint(with: [.pair, .comment, .video, .photo, .content, .comments])
    }

    var isPost: Bool {
        contains(.post) || contains(.comments) || contains([.created, .from])
            || contains(.pair) && !isDisjoint(with: [.content, .created, .from])
    }

    init(rawValue: UInt16) { self.rawValue = rawValue }

    init(_ key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 2 where key == "id": self = Signs(id: value)
        // Only who writes messages is said with an address.
        case 4 where key == "from": self = value["email"].exists ? .message : Signs(writer: value)
        case 2 where key == "to": self = value["data"].isArray ? .to : []
        case 5 where key == "album": self = .photo
        case 5 where key == "story": self = value.isString ? .post : .message
        case 5 where key == "likes" || key == "place": self = .content
        case 6 where key == "parent": self = value.isObject ? .comment : []
        case 6 where key == "object": self = value.isObject ? .comment : []
        case 6 where key == "images": self = .photo
        case 6 where key == "unread" || key == "unseen": self = .conversation
        case 6 where key == "format": self = value.isArray ? .video : []
        case 6 where key == "shares": self = value["data"].isArray ? .message : .content
        case 7 where key == "message": self = value.isString ? .post : []
        case 7 where key == "snippet": self = .conversation
        case 7 where key == "sticker": self = .message
        case 8 where key == "messages" || key == "senders": self = .conversation
        case 8 where key == "reviewer": self = .review
        case 8 where key == "comments": self = value.isObject ? .comments : .content
        case 9 where key == "reactions" || key == "parent_id": self = .content
        default: self = Signs(long: key, value)
        }
    }

    private init(long key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 4 where key == "type": self = value.string.hasSuffix(".rates") ? .review : .content
        case 9 where key == "name_tags": self = .photo
        case 10 where key == "has_rating" || key == "has_review": self = .review
        case 8 where key == "can_hide" || key == "can_like": self = .comment
        case 10 where key == "can_remove" || key == "user_likes" || key == "like_count": self = .comment
        case 10 where key == "is_private": self = .hidden
        case 11 where key == "can_comment": self = .comment
        case 10 where key == "embed_html" || key == "thumbnails": self = .video
        case 11 where key == "review_text": self = .review
        case 11 where key == "status_type": self = .content
        case 11 where key == "attachments": self = Signs(attachment: value["data"][0])
        case 11 where key == "live_status": self = .video
        case 11 where key == "unseen_count": self = .conversation
        case 12 where key == "participants" || key == "unread_count": self = .conversation
        case 12 where key == "created_time": self = .created
        case 12 where key == "message_tags" || key == "full_picture" || key == "sponsor_tags": self = .content
        case 11 where key == "tagged_time": self = .content
        case 13 where key == "comment_count": self = .comment
        case 13 where key == "permalink_url": self = Signs.isComment(value.string) ? .comment : .content
        case 13 where key == "message_count": self = .conversation
        case 16 where key == "open_graph_story": self = .review
        case 17 where key == "child_attachments": self = .content
        case 19 where key == "recommendation_type": self = .review
        case 26 where key == "private_reply_conversation": self = .comment
        default: self = []
        }
    }

    private init(writer: JSONNode) { self = writer["username"].exists ? [.from, .named] : .from }

    /// Ids of messages begin with a letter, those of Instagram's with an encoded `igd_`; ids of posts are two numbers;
    /// insights put a path behind.
    private init(id: JSONNode) {
        let id = id.string
        if id.hasPrefix("m_") || id.hasPrefix("mid.") || id.hasPrefix("aWd") {
            self = .message
        } else if id.hasPrefix("t_") {
            self = .conversation
        } else {
            let isPair = id.firstIndex(of: UInt8(ascii: "_")) != nil && id.firstIndex(of: UInt8(ascii: "/")) == nil
            self = isPair ? .pair : []
        }
    }

    /// Files stand in messages, stories in posts.
    private init(attachment: JSONNode) {
        let isFile =
            attachment["mime_type"].exists || attachment["image_data"].exists || attachment["file_url"].exists
            || attachment["generic_template"].exists
        self = isFile ? .message : .content
    }

    private static func isComment(_ address: Bytes) -> Bool {
        guard let query = address.firstIndex(of: UInt8(ascii: "?")) else { return false }
        let parameters = address[query..<address.count]
        return parameters.hasPrefix("?comment_id=") || parameters.string.contains("&comment_id=")
    }
}
