internal import Earshot
internal import EarshotFormats

/// What sort of thing an object of Instagram's is; its fields say so.
enum InstagramShape {
    case media, comment, conversation, message, nothing

    /// The sort of an object, judged by its fields, and by the edge that lists it where the fields leave it open.
    init(of node: JSONNode, edge: String) {
        var signs: Signs = []
        node.fields { key, value in if value.exists { signs.formUnion(Signs(key)) } }
        if signs.contains(.conversation) || edge == "conversations" {
            self = .conversation
        } else if signs.contains(.message) || edge == "messages" {
            self = .message
        } else if signs.contains(.media) {
            self = .media
        } else if signs.contains(.comment) || edge == "replies" && signs.contains(.text) {
            self = .comment
        } else {
            self = signs.contains(.text) ? .comment : .nothing
        }
    }

    /// What the fields of an object are signs of.
    private struct Signs: OptionSet {
        let rawValue: UInt8

        static let media = Signs(rawValue: 1)
        static let comment = Signs(rawValue: 2)
        static let conversation = Signs(rawValue: 4)
        static let message = Signs(rawValue: 8)
        static let text = Signs(rawValue: 16)

        init(rawValue: UInt8) { self.rawValue = rawValue }

        init(_ key: Bytes) {
            switch key.count {
            case 4 where key == "text": self = .text
            case 5 where key == "story": self = .message
            case 6 where key == "hidden": self = .comment
            case 7 where key == "caption": self = .media
            case 7 where key == "message": self = .message
            case 7 where key == "replies": self = .comment
            case 8 where key == "messages": self = .conversation
            case 9 where key == "permalink" || key == "media_url" || key == "shortcode": self = .media
            case 9 where key == "parent_id": self = .comment
            case 10 where key == "media_type": self = .media
            case 12 where key == "participants": self = .conversation
            case 12 where key == "created_time": self = .message
            case 14 where key == "comments_count": self = .media
            case 18 where key == "media_product_type": self = .media
            default: self = []
            }
        }
    }
}
