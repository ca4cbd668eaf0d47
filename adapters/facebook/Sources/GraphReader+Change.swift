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
        let item = value["item"].string
        if item == "like" || item == "reaction" { return }
        beginExtra()
        if item == "rating" || field == "ratings" && item.isEmpty {
            return ratingChange(value, of: entry, at: location())
        }
        var row = MentionRow(kind: item == "video" ? .video : .post)
        let isComment = item == "comment" || item.isEmpty && value["comment_id"].exists
        let post = reading.keepID(value["post_id"])
        if isComment {
            row.kind = .comment
            row.nativeID = reading.keepID(value["comment_id"])
        } else {
            row.nativeID = !post.isEmpty ? post : objectID(of: value)
        }
        guard !row.nativeID.isEmpty else {
            if item.isEmpty || item == "status" || item == "post" || isComment {
                reading.append(defect: "a change of the feed without an id", at: location())
            }
            return
        }
        guard begin(&row, value, of: entry) else { return append(row, of: value) }
        if isComment {
            place(&row, in: post, under: value["parent_id"].exists ? reading.keepID(value["parent_id"]) : .none)
        } else {
            row.threadID = row.nativeID
        }
        readContent(of: value, into: &row)
        sayChange(value, field, isComment: isComment)
        append(row, of: value)
    }

    /// A photo or video that names no post.
    private mutating func objectID(of value: JSONNode) -> Kept {
        let photo = reading.keepID(value["photo_id"])
        return photo.isEmpty ? reading.keepID(value["video_id"]) : photo
    }

    /// Sets what happened, when, and who did it; false where there is no more to be said, as for what was removed.
    private mutating func begin(_ row: inout MentionRow, _ value: JSONNode, of entry: JSONNode) -> Bool {
        let verb = value["verb"]
        switch ChangeVerb(verb.string) {
        case .add: break
        case .edit: row.operation = .update
        case .remove:
            row.operation = .delete
            return false
        case .hide, .unhide:
            row.operation = .update
            say("is_hidden", verb.string == "hide")
        case .other:
            row.operation = .update
            say("verb", verb.string)
        }
        row.visibility = value["published"].int64 == 0 || value["published"].boolean == false ? nil : .public
        row.publishedAt = value["created_time"].moment
        readActor(of: value, entry, into: &row)
        return true
    }

    /// Who did it, in the current spelling or in those before.
    private mutating func readActor(of value: JSONNode, _ entry: JSONNode, into row: inout MentionRow) {
        let from = value["from"]
        row.author = author(from)
        let id = from["id"].exists ? from["id"] : value["sender_id"].exists ? value["sender_id"] : value["reviewer_id"]
        if row.author.id.isEmpty { row.author.id = reading.keepID(id) }
        if row.author.name.isEmpty {
            let name = value["sender_name"].isString ? value["sender_name"] : value["reviewer_name"]
            row.author.name = reading.keepText(name)
        }
        guard id.exists else { return }
        row.direction = id.isSameID(as: entry["id"]) ? .outbound : .inbound
    }

    private mutating func readContent(of value: JSONNode, into row: inout MentionRow) {
        keepMessage(value["message"], tags: value["message_tags"], into: &row)
        row.title = reading.keepText(value["story"])
        let post = value["post"]
        if row.kind == .post || row.kind == .video {
            row.url = keepAddress(post["permalink_url"].string)
        }
        if value["permalink_url"].isString { row.url = keepAddress(value["permalink_url"].string) }
        let promotion = post["promotion_status"].string
        // What is said of the post is not said of its comments.
        if row.kind == .post || row.kind == .video {
            if promotion == "active" { row.promoted = true }
            if promotion == "inactive" || promotion == "ineligible" { row.promoted = false }
        }
        let start = reading.media.count
        let item = value["item"].string
        appendMedia(.image, at: value["photo"].string)
        appendMedia(.video, at: value["video"].string)
        value["photos"].each { appendMedia(.image, at: $0.string) }
        let link = value["link"].string
        appendMedia(item == "photo" ? .image : item == "video" ? .video : .link, at: link)
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func sayChange(_ value: JSONNode, _ field: Bytes, isComment: Bool) {
        if !(field == "feed") { say("field", field) }
        let item = value["item"].string
        if !isComment { say("item", item) }
        value.fields { key, said in
            switch key.count {
            case 8 where key == "share_id" || key == "photo_id" || key == "video_id": say(key, said)
            case 9 where key == "is_hidden": say(key, said)
            case 12 where key == "recipient_id": say(key, said)
            case 17 where key == "video_flag_reason": say(key, said)
            case 19 where key == "open_graph_story_id": say(key, said)
            default: break
            }
        }
        say("post_promotion_status", isComment ? value["post"]["promotion_status"].string : .none)
    }

    /// Reads a change of a rating or recommendation.
    private mutating func ratingChange(_ value: JSONNode, of entry: JSONNode, at location: @autoclosure () -> String) {
        var row = MentionRow(kind: .review)
        row.nativeID = reading.keepID(value["open_graph_story_id"])
        if row.nativeID.isEmpty { row.nativeID = reading.keepID(value["post_id"]) }
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a rating without an id", at: location())
        }
        guard begin(&row, value, of: entry) else { return append(row, of: value) }
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
