internal import Earshot
internal import EarshotFormats

/// The fields of a post, photo or video that have a place in a mention; the others go to `ext`.
struct FacebookPost {
    var id, from, message, story, created, permalink, parent, attachments, children: JSONNode
    var tags, withTags, to, likes, reactions, comments, shares, place, privacy, published: JSONNode
    var fullPicture, picture, link, name, caption, description, source, type, status: JSONNode
    var title, images, height, width, length, actions, promotion, promoted, views, alt, format: JSONNode
    var scheduled, thumbnails: JSONNode

    /// Where nothing is said yet.
    init(_ absent: JSONNode) {
        (id, from, message, story, created) = (absent, absent, absent, absent, absent)
        (permalink, parent, attachments, children, tags) = (absent, absent, absent, absent, absent)
        (withTags, to, likes, reactions, comments) = (absent, absent, absent, absent, absent)
        (shares, place, privacy, published) = (absent, absent, absent, absent)
        (fullPicture, picture, link, name, caption) = (absent, absent, absent, absent, absent)
        (description, source, type, status, title) = (absent, absent, absent, absent, absent)
        (images, height, width, length, actions) = (absent, absent, absent, absent, absent)
        (promotion, promoted, views, alt, format) = (absent, absent, absent, absent, absent)
        (scheduled, thumbnails) = (absent, absent)
    }

    /// Takes a field; false where it has no place here.
    mutating func take(_ key: Bytes, _ value: JSONNode) -> Bool {
        switch key.count {
        case 2 where key == "id": id = value
        case 2 where key == "to": to = value
        case 4 where key == "from": from = value
        case 4 where key == "link": link = value
        case 4 where key == "name": name = value
        case 4 where key == "type": type = value
        case 5 where key == "story": story = value
        case 5 where key == "likes": likes = value
        case 5 where key == "place": place = value
        case 5 where key == "title": title = value
        case 5 where key == "width": width = value
        case 5 where key == "views": views = value
        case 6 where key == "shares": shares = value
        case 6 where key == "source": source = value
        case 6 where key == "images": images = value
        case 6 where key == "height": height = value
        case 6 where key == "length": length = value
        case 6 where key == "format": format = value
        case 7 where key == "message": message = value
        case 7 where key == "picture": picture = value
        case 7 where key == "privacy": privacy = value
        case 7 where key == "caption": caption = value
        case 7 where key == "actions": actions = value
        default: return takeLong(key, value)
        }
        return true
    }

    private mutating func takeLong(_ key: Bytes, _ value: JSONNode) -> Bool {
        switch key.count {
        case 8 where key == "comments": comments = value
        case 8 where key == "alt_text": alt = value
        case 9 where key == "reactions": reactions = value
        case 9 where key == "parent_id": parent = value
        case 9 where key == "with_tags": withTags = value
        case 9 where key == "name_tags": tags = value
        case 10 where key == "post_views": views = value
        case 10 where key == "thumbnails": thumbnails = value
        case 11 where key == "attachments": attachments = value
        case 11 where key == "description": description = value
        case 11 where key == "status_type": status = value
        case 11 where key == "is_promoted": promoted = value
        case 12 where key == "created_time": created = value
        case 12 where key == "message_tags": tags = value
        case 12 where key == "full_picture": fullPicture = value
        case 12 where key == "is_published": published = value
        case 13 where key == "permalink_url": permalink = value
        case 16 where key == "promotion_status": promotion = value
        case 17 where key == "child_attachments": children = value
        case 22 where key == "scheduled_publish_time": scheduled = value
        default: return false
        }
        return true
    }
}

extension FacebookPost {
    /// Whether nothing is said but which post it is, and what was said below it.
    fileprivate var isShell: Bool {
        comments.isObject && !created.exists && !message.exists && !story.exists && !from.exists && !attachments.exists
            && !permalink.exists && !name.exists && !description.exists && !source.exists && !images.exists
            && !fullPicture.exists && !picture.exists && !link.exists
    }
}

extension GraphReader {
    /// Reads a post, photo or video, and the comments that came with it.
    mutating func post(_ node: JSONNode, as shape: FacebookShape, at location: @autoclosure () -> String) {
        var post = FacebookPost(node.absent)
        beginExtra()
        node.fields { key, value in
            if !post.take(key, value), !GraphNoise.contains(key) { say(key, value) }
        }
        var row = MentionRow(kind: shape == .video ? .video : .post)
        row.nativeID = reading.keepID(post.id)
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a post without an id", at: location())
        }
        row.threadID = row.nativeID
        row.visibility = visibility(of: post)
        row.publishedAt = post.created.moment
        row.author = author(post.from)
        readText(of: post, as: shape, into: &row)
        readAddress(of: post, as: shape, into: &row)
        readCounts(of: post, into: &row)
        readMedia(of: post, as: shape, into: &row)
        readPlace(post.place, into: &row)
        readRecipients(of: post, into: &row)
        readShare(of: post, into: &row)
        readPromotion(of: post, into: &row)
        if post.isShell { beginExtra() } else { append(row, of: node) }
        comments(post.comments, of: GraphThread(id: row.nativeID, visibility: row.visibility))
    }

    /// Page posts are public unless they say otherwise; what is not published is not.
    private func visibility(of post: FacebookPost) -> Visibility? {
        if post.published.boolean == false || post.scheduled.exists { return nil }
        let value = post.privacy["value"].string
        if value.isEmpty || value == "EVERYONE" { return .public }
        if value == "ALL_FRIENDS" || value == "FRIENDS_OF_FRIENDS" { return .followers }
        return value == "SELF" || value == "CUSTOM" ? .private : nil
    }

    private mutating func readText(of post: FacebookPost, as shape: FacebookShape, into row: inout MentionRow) {
        switch shape {
        case .photo where !post.message.isString:
            keepMessage(post.name, tags: post.tags, into: &row)
        case .video where !post.message.isString:
            row.title = reading.keepText(post.title)
            keepMessage(post.description, tags: post.tags, into: &row)
        default:
            row.title = reading.keepText(post.story.isString ? post.story : post.title)
            let isPlain = !post.message.isString && !post.link.isString && !post.attachments.isObject
            keepMessage(isPlain ? post.description : post.message, tags: post.tags, into: &row)
        }
    }

    /// The permalink; before there was one, a photo's link, or the address of a post's actions.
    private mutating func readAddress(of post: FacebookPost, as shape: FacebookShape, into row: inout MentionRow) {
        let other = shape == .photo ? post.link : post.actions[0]["link"]
        row.url = keepAddress((post.permalink.isString ? post.permalink : other).string)
    }

    private mutating func readCounts(of post: FacebookPost, into row: inout MentionRow) {
        let likes = GraphCount.of(post.likes)
        let reactions = GraphCount.of(post.reactions)
        row.metrics.likes = reactions == unsaid ? likes : reactions
        if reactions != unsaid, likes != unsaid, likes != reactions { say("likes", likes) }
        row.metrics.replies = GraphCount.of(post.comments)
        row.metrics.shares = post.shares.isObject ? post.shares["count"].int64 : post.shares.int64
        row.metrics.views = post.views.int64
    }

    private mutating func readRecipients(of post: FacebookPost, into row: inout MentionRow) {
        let start = reading.recipients.count
        post.to["data"].each { appendRecipient($0, as: .to) }
        post.withTags["data"].each { appendRecipient($0, as: .mention) }
        row.recipients = Entries(from: start, to: reading.recipients.count)
    }

    /// What a post passes on: a share without words is a repost, one with words a quote, else the parent is only named.
    private mutating func readShare(of post: FacebookPost, into row: inout MentionRow) {
        say(("status_type" as StaticString).bytes, post.status)
        say(("caption" as StaticString).bytes, post.caption)
        guard post.parent.exists else { return }
        let kind = post.attachments["data"][0]["type"].string
        let isShare = post.status.string == "shared_story" || kind == "share" || kind == "native_templates"
        let relation: Relation = !isShare ? .references : row.text.isEmpty ? .repostOf : .quoteOf
        let ref = RefRow(relation, to: reading.keepID(post.parent))
        guard !ref.id.isEmpty, !reading.same(ref.id, row.nativeID) else { return }
        if isShare { row.kind = row.text.isEmpty ? .repost : .quote }
        row.refs = Entries(from: reading.refs.count, to: reading.refs.count + 1)
        reading.refs.append(ref)
    }

    private mutating func readPromotion(of post: FacebookPost, into row: inout MentionRow) {
        let status = post.promotion.string
        if let said = post.promoted.boolean {
            row.promoted = said
        } else if status == "active" {
            row.promoted = true
        } else if status == "inactive" || status == "ineligible" {
            row.promoted = false
        } else {
            say("promotion_status", status)
        }
        if let published = post.published.boolean, !published { say("is_published", false) }
        say(("scheduled_publish_time" as StaticString).bytes, post.scheduled)
        if !(post.type.string == post.status.string) { say("type", post.type.string) }
    }
}

/// Where comments hang: the post, and who may see it.
struct GraphThread {
    /// The post's native id.
    var id: Kept
    /// Who may see the post, and so its comments.
    var visibility: Visibility?
}

/// Counts, in every spelling that versions of the API had.
enum GraphCount {
    /// `{summary: {total_count}}`, `{count}`, `{total_count}` or a bare number; else `unsaid`.
    static func of(_ node: JSONNode) -> Int64 {
        guard node.isObject else { return node.kind == .integer ? node.int64 : unsaid }
        var count = unsaid
        node.fields { key, value in
            if key == "summary" {
                let total = value["total_count"].int64
                if total != unsaid { count = total }
            } else if count == unsaid, key == "count" || key == "total_count" {
                count = value.int64
            }
        }
        return count
    }
}

/// Fields that say nothing of a mention: what the reader of the page may do, and what advertisers may buy.
enum GraphNoise {
    /// Whether a field is left out.
    static func contains(_ key: Bytes) -> Bool {
        if key.hasPrefix("can_") { return true }
        switch key.count {
        case 4: return key == "icon"
        case 7: return key == "message"
        case 9: return key == "targeting"
        case 10:
            return key == "user_likes" || key == "subscribed" || key == "story_tags" || key == "embed_html"
                || key == "embeddable"
        case 13: return key == "promotable_id"
        case 14: return key == "expanded_width" || key == "feed_targeting"
        case 15: return key == "expanded_height"
        case 19: return key == "timeline_visibility"
        case 20: return key == "multi_share_end_card"
        case 21:
            return key == "instagram_eligibility" || key == "is_instagram_eligible" || key == "multi_share_optimized"
        case 24: return key == "is_crossposting_eligible" || key == "video_buying_eligibility"
        case 25: return key == "is_eligible_for_promotion" || key == "is_eligible_for_dark_post"
        case 30: return key == "allowed_advertising_objectives"
        default: return false
        }
    }
}
