internal import Earshot
internal import EarshotFormats

/// What a webhook says happened.
private enum ChangeVerb {
    case add, edit, remove, hide, unhide, other

    init(_ verb: Bytes) {
        if verb.isEmpty || verb == "add" {
            self = .add
        } else if verb == "edit" || verb == "edited" || verb == "update" {
            self = .edit
        } else if verb == "remove" || verb == "delete" {
            self = .remove
        } else if verb == "hide" {
            self = .hide
        } else {
            self = verb == "unhide" ? .unhide : .other
        }
    }
}

/// The members of a change's value that have a place in a mention, found in one pass.
private struct FacebookChange {
    var item, verb, comment, post, parent, photo, video: JSONNode
    var published, created, from, senderID, reviewerID, senderName, reviewerName: JSONNode
    var message, tags, story, attachedTo, permalink, photoURL, videoURL, photos, link: JSONNode

    init(_ value: JSONNode) {
        let absent = value.absent
        (item, verb, comment, post, parent, photo, video) = (absent, absent, absent, absent, absent, absent, absent)
        (published, created, from, senderID, reviewerID) = (absent, absent, absent, absent, absent)
        (senderName, reviewerName, message, tags, story) = (absent, absent, absent, absent, absent)
        (attachedTo, permalink, photoURL, videoURL, photos, link) = (absent, absent, absent, absent, absent, absent)
        value.fields { key, said in _ = take(key, said) }
    }

    /// Takes a member; false where it has no place here.
    mutating func take(_ key: Bytes, _ said: JSONNode) -> Bool {
        switch key.count {
        case 4 where key == "item": item = said
        case 4 where key == "verb": verb = said
        case 4 where key == "from": from = said
        case 4 where key == "post": attachedTo = said
        case 4 where key == "link": link = said
        case 5 where key == "photo": photoURL = said
        case 5 where key == "video": videoURL = said
        case 5 where key == "story": story = said
        case 6 where key == "photos": photos = said
        case 7 where key == "post_id": post = said
        case 7 where key == "message": message = said
        case 8 where key == "photo_id": photo = said
        case 8 where key == "video_id": video = said
        case 9 where key == "parent_id": parent = said
        case 9 where key == "published": published = said
        case 9 where key == "sender_id": senderID = said
        case 10 where key == "comment_id": comment = said
        case 11 where key == "sender_name": senderName = said
        case 11 where key == "reviewer_id": reviewerID = said
        case 12 where key == "created_time": created = said
        case 12 where key == "message_tags": tags = said
        case 13 where key == "permalink_url": permalink = said
        case 13 where key == "reviewer_name": reviewerName = said
        default: return false
        }
        return true
    }
}

extension GraphReader {
    /// Reads a delivery about pages: `{object: "page", entry: [{id, time, changes, messaging, standby}]}`.
    mutating func pageDelivery(_ root: JSONNode) {
        var index = 0
        root["entry"].each { entry in
            pageEntry(entry, at: "/entry/\(index)")
            index += 1
        }
    }

    private mutating func pageEntry(_ entry: JSONNode, at location: @autoclosure () -> String) {
        guard entry.isObject else { return reading.append(defect: "an entry that is no object", at: location()) }
        var index = 0
        entry["changes"].each { change in
            let place = index
            index += 1
            let value = change["value"]
            guard change.isObject else {
                return reading.append(defect: "a change that is no object", at: "\(location())/changes/\(place)")
            }
            // Where values are switched off a change only says that there was one.
            guard value.isObject else { return }
            pageChange(value, change["field"].string, of: entry, at: "\(location())/changes/\(place)")
        }
        events(of: entry, at: location())
    }

    /// Reads the events of `messaging` and `standby` of an entry.
    mutating func events(of entry: JSONNode, at location: @autoclosure () -> String) {
        var index = 0
        entry["messaging"].each { event in
            messaging(event, of: entry["id"], at: "\(location())/messaging/\(index)")
            index += 1
        }
        index = 0
        entry["standby"].each { event in
            messaging(event, of: entry["id"], at: "\(location())/standby/\(index)")
            index += 1
        }
    }

    /// Reads a change of a field that has to do with mentions; others, and reactions, say nothing.
    private mutating func pageChange(
        _ value: JSONNode, _ field: Bytes, of entry: JSONNode, at location: @autoclosure () -> String
    ) {
        guard field == "feed" || field == "mention" || field == "ratings" || field == "live_videos" else { return }
        let change = FacebookChange(value)
        let item = change.item.string
        if item == "like" || item == "reaction" { return }
        beginExtra()
        if item == "rating" || field == "ratings" && item.isEmpty {
            return ratingChange(value, change, of: entry, at: location())
        }
        var row = MentionRow(kind: item == "video" ? .video : .post)
        let isComment = item == "comment" || item.isEmpty && change.comment.exists
        let post = reading.keepID(change.post)
        if isComment {
            row.kind = .comment
            row.nativeID = reading.keepID(change.comment)
        } else {
            row.nativeID = !post.isEmpty ? post : objectID(of: change)
        }
        guard !row.nativeID.isEmpty else {
            if item.isEmpty || item == "status" || item == "post" || isComment || !change.message.string.isEmpty {
                reading.append(defect: "a change of the feed without an id", at: location())
            }
            return
        }
        guard begin(&row, change, of: entry) else { return append(row, of: value) }
        if isComment {
            if value["is_private"].saysTrue { hide(&row) }
            placeComment(&row, of: change, below: post, value["open_graph_story_id"])
        } else {
            row.threadID = row.nativeID
            readShare(of: change, into: &row)
            if change.attachedTo["is_published"].boolean == false { row.visibility = nil }
        }
        readContent(of: change, into: &row)
        row.isPartial = saysLess(row, change)
        // What is not published yet is told whole once it is.
        row.isBare = row.isPartial && row.visibility == nil
        sayChange(value, change, field, isComment: isComment)
        append(row, of: value)
    }

    /// Says where a comment hangs; below a review, that is the review's story, which is its id everywhere else.
    private mutating func placeComment(
        _ row: inout MentionRow, of change: FacebookChange, below post: Kept, _ story: JSONNode
    ) {
        let isAnswer = change.parent.exists && !change.parent.isSameID(as: change.post)
        place(
            &row, in: story.exists ? reading.keepID(story) : post,
            under: isAnswer ? reading.keepID(change.parent) : .none)
    }

    /// What a share passes on, where it is named.
    private mutating func readShare(of change: FacebookChange, into row: inout MentionRow) {
        let original = reading.keepID(change.parent)
        guard change.item.string == "share", !original.isEmpty, !reading.same(original, row.nativeID) else { return }
        let isQuote = !change.message.string.isEmpty
        row.kind = isQuote ? .quote : .repost
        row.refs = Entries(from: reading.refs.count, to: reading.refs.count + 1)
        reading.refs.append(RefRow(isQuote ? .quoteOf : .repostOf, to: original))
    }

    /// Whether other deliveries tell more of the same: a notice that names nobody, a post that another tells with its
    /// picture, a post that was hidden or blocked, an edit that does not say to what.
    private func saysLess(_ row: MentionRow, _ change: FacebookChange) -> Bool {
        switch ChangeVerb(change.verb.string) {
        case .add: row.author.id.isEmpty || row.kind == .post && row.media.isEmpty
        case .hide, .unhide: row.text.isEmpty
        case .edit: !change.message.exists && row.media.isEmpty
        case .other: true
        case .remove: false
        }
    }

    /// A photo or video that names no post.
    private mutating func objectID(of change: FacebookChange) -> Kept {
        let photo = reading.keepID(change.photo)
        return photo.isEmpty ? reading.keepID(change.video) : photo
    }

    /// Sets what happened, when, and who did it; false where there is no more to be said, as for what was removed.
    private mutating func begin(_ row: inout MentionRow, _ change: FacebookChange, of entry: JSONNode) -> Bool {
        let verb = change.verb
        switch ChangeVerb(verb.string) {
        case .add: row.isOriginal = true
        case .edit:
            row.operation = .update
            row.editedAt = entry["time"].moment
        case .remove:
            row.operation = .delete
            row.editedAt = entry["time"].moment
            return false
        case .hide, .unhide:
            row.operation = .update
            say("is_hidden", verb.string == "hide")
        case .other:
            row.operation = .update
            say("verb", verb.string)
        }
        row.visibility = change.published.int64 == 0 || change.published.boolean == false ? nil : .public
        row.publishedAt = change.created.moment
        readActor(of: change, entry, into: &row)
        return true
    }

    /// Who did it, in the current spelling or in those before.
    private mutating func readActor(of change: FacebookChange, _ entry: JSONNode, into row: inout MentionRow) {
        row.author = author(change.from)
        let own = change.from["id"]
        let id = own.exists ? own : change.senderID.exists ? change.senderID : change.reviewerID
        if row.author.id.isEmpty { row.author.id = reading.keepID(id) }
        if row.author.name.isEmpty {
            row.author.name = reading.keepText(change.senderName.isString ? change.senderName : change.reviewerName)
        }
        guard id.exists else { return }
        row.direction = id.isSameID(as: entry["id"]) ? .outbound : .inbound
    }

    private mutating func readContent(of change: FacebookChange, into row: inout MentionRow) {
        keepMessage(change.message, tags: change.tags, into: &row)
        row.title = reading.keepText(change.story)
        // What is said of the post is not said of its comments.
        if row.kind == .post || row.kind == .video {
            row.url = keepAddress(change.attachedTo["permalink_url"].string)
            let promotion = change.attachedTo["promotion_status"].string
            if promotion == "active" { row.promoted = true }
            if promotion == "inactive" || promotion == "ineligible" { row.promoted = false }
        }
        if change.permalink.isString { row.url = keepAddress(change.permalink.string) }
        let start = reading.media.count
        appendMedia(.image, at: change.photoURL.string)
        appendMedia(.video, at: change.videoURL.string)
        change.photos.each { appendMedia(.image, at: $0.string) }
        let item = change.item.string
        appendMedia(item == "photo" ? .image : item == "video" ? .video : .link, at: change.link.string)
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func sayChange(_ value: JSONNode, _ change: FacebookChange, _ field: Bytes, isComment: Bool) {
        if !(field == "feed") { say("field", field) }
        if !isComment { say("item", change.item.string) }
        var known = change
        value.fields { key, said in
            let isReviewed = key == "review_text" || key == "rating" || key == "recommendation_type"
            if !isReviewed, !known.take(key, said) || key == "photo_id" || key == "video_id" { say(key, said) }
        }
        if !isComment {
            say(("status_type" as StaticString).bytes, change.attachedTo["status_type"])
            say(("updated_time" as StaticString).bytes, change.attachedTo["updated_time"])
        }
        say("post_promotion_status", isComment ? change.attachedTo["promotion_status"].string : .none)
    }

    /// Reads a change of a rating or recommendation.
    private mutating func ratingChange(
        _ value: JSONNode, _ change: FacebookChange, of entry: JSONNode, at location: @autoclosure () -> String
    ) {
        var row = MentionRow(kind: .review)
        row.nativeID = reading.keepID(value["open_graph_story_id"])
        if row.nativeID.isEmpty { row.nativeID = reading.keepID(change.post) }
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a rating without an id", at: location())
        }
        guard begin(&row, change, of: entry) else { return append(row, of: value) }
        row.threadID = row.nativeID
        keepMessage(value["review_text"], tags: value.absent, into: &row)
        row.metrics.rating = GraphReader.rating(value["rating"], value.absent)
        say(("recommendation_type" as StaticString).bytes, value["recommendation_type"])
        let start = reading.refs.count
        let page = reading.keepID(entry["id"])
        if !page.isEmpty { reading.refs.append(RefRow(.attachedTo, to: page)) }
        row.refs = Entries(from: start, to: reading.refs.count)
        append(row, of: value)
    }
}
