internal import Earshot
internal import EarshotFormats

/// The fields of a v2 post under either spelling of the API, found in one pass.
struct TwitterPost {
    let node: JSONNode
    var id = Bytes.none
    var text = Bytes.none
    var hasText = false
    var authorID = Bytes.none
    var conversationID = Bytes.none
    var createdAt = Bytes.none
    var language = Bytes.none
    var inReplyTo = Bytes.none
    var source = Bytes.none
    var replySettings = Bytes.none
    var community = Bytes.none
    var username = Bytes.none
    /// What an element of a page of messages is; posts have none.
    var eventType = Bytes.none
    var isSensitive: Bool?
    var isPaid: Bool?
    var entities: JSONNode
    var note: JSONNode
    var attachments: JSONNode
    var references: JSONNode
    var history: JSONNode
    var metrics: JSONNode
    var geo: JSONNode
    var withheld: JSONNode
    var annotations: JSONNode
    var editControls: JSONNode
    var scopes: JSONNode
    var ownMetrics: JSONNode
    var organicMetrics: JSONNode
    var promotedMetrics: JSONNode

    init(_ node: JSONNode) {
        self.node = node
        let absent = node[-1]
        (entities, note, attachments, references) = (absent, absent, absent, absent)
        (history, metrics, geo, withheld) = (absent, absent, absent, absent)
        (annotations, editControls, scopes) = (absent, absent, absent)
        (ownMetrics, organicMetrics, promotedMetrics) = (absent, absent, absent)
        node.fields { key, value in set(key, value) }
    }

    /// Whether it was sent with its default fields alone, which do not tell whether it is a repost.
    var isBare: Bool { authorID.isEmpty && createdAt.isEmpty && !references.exists }

    /// The first id of the chain of edits that the post belongs to, which every version shares.
    var firstID: Bytes {
        let first = history[0].string
        return first.isEmpty ? id : first
    }

    @inline(__always)
    private mutating func set(_ key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 2: if key == "id" { id = value.string }
        case 3: if key == "geo" { geo = value }
        case 4:
            if key == "text" {
                text = value.string
                hasText = value.isString
            } else if key == "lang" {
                language = value.string
            }
        case 6: if key == "source" { source = value.string } else if key == "scopes" { scopes = value }
        case 8:
            if key == "entities" {
                entities = value
            } else if key == "withheld" {
                withheld = value
            } else if key == "username" {
                username = value.string
            }
        case 9: if key == "author_id" { authorID = value.string } else if key == "note_post" { note = value }
        case 10:
            if key == "created_at" {
                createdAt = value.string
            } else if key == "note_tweet" {
                note = value
            } else if key == "event_type" {
                eventType = value.string
            }
        case 11: if key == "attachments" { attachments = value }
        case 12: if key == "community_id" { community = value.string }
        case 13: if key == "edit_controls" { editControls = value }
        case 14:
            if key == "public_metrics" {
                metrics = value
            } else if key == "reply_settings" {
                replySettings = value.string
            }
        case 15:
            if key == "conversation_id" {
                conversationID = value.string
            } else if key == "organic_metrics" {
                organicMetrics = value
            }
        default: setLong(key, value)
        }
    }

    @inline(__always)
    private mutating func setLong(_ key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 16:
            if key == "referenced_posts" {
                references = value
            } else if key == "paid_partnership" {
                isPaid = value.boolean
            } else if key == "promoted_metrics" {
                promotedMetrics = value
            }
        case 17: if key == "referenced_tweets" { references = value }
        case 18:
            if key == "possibly_sensitive" {
                isSensitive = value.boolean
            } else if key == "non_public_metrics" {
                ownMetrics = value
            }
        case 19:
            if key == "in_reply_to_user_id" {
                inReplyTo = value.string
            } else if key == "context_annotations" {
                annotations = value
            }
        case 21: if key == "edit_history_post_ids" { history = value }
        case 22: if key == "edit_history_tweet_ids" { history = value }
        default: break
        }
    }
}
