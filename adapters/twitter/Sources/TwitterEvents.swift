internal import Earshot
internal import EarshotFormats

/// What is pushed: Account Activity, X Activity, and the lines of streams that are no posts.
extension TwitterReader {
    /// An Account Activity body. Likes, follows, blocks, mutes, typing and reading say nothing about the brand.
    mutating func readAccountActivity(_ root: JSONNode) {
        includes = TwitterIncludes(users: root["users"], apps: root["apps"])
        var index = 0
        root["tweet_create_events"].each { post in
            readStatus(post, at: "/tweet_create_events/\(index)")
            index += 1
        }
        index = 0
        root["direct_message_events"].each { message in
            readMessageCreate(message, at: "/direct_message_events/\(index)")
            index += 1
        }
        index = 0
        root["tweet_delete_events"].each { event in
            appendDeletion(legacyID(event["status"], "id_str", "id"), by: event, at: "/tweet_delete_events/\(index)")
            index += 1
        }
        if root["user_event"]["revoke"].isObject {
            reading.append(defect: "the account withdrew the permission: no more events will come", at: "/user_event")
        }
    }

    /// An event of the X Activity API: `{data: {event_type, payload, includes}}`.
    mutating func readActivity(_ data: JSONNode) {
        let type = data["event_type"].string
        let payload = data["payload"]
        includes = TwitterIncludes(data["includes"])
        if type == "post.delete" {
            appendDeletion(reading.keepID(payload["id"]), at: "/data/payload")
        } else if type.hasPrefix("post.") {
            guard payload["id"].exists else { return }
            ext.string("tag", data["tag"].string)
            readPost(TwitterPost(payload), rules: data[-1], at: nil)
            ext.removeAll()
        } else if type == "dm.received" || type == "dm.sent" {
            includes = TwitterIncludes(users: payload["users"], apps: payload["apps"])
            var index = 0
            payload["direct_message_events"].each { message in
                let place = "/data/payload/direct_message_events/\(index)"
                readMessageCreate(message, at: place)
                index += 1
            }
        } else if type == "broadcast.chat" {
            readBroadcastChat(payload)
        } else if type == "oauth.revoke" {
            reading.append(defect: "the account withdrew the permission: no more events will come", at: "/data")
        }
    }

    /// What somebody said during a live broadcast.
    private mutating func readBroadcastChat(_ payload: JSONNode) {
        let id = reading.keepID(payload["message_id"])
        guard !id.isEmpty, payload["message"].isString else {
            return reading.append(defect: "a message without an id or a text", at: "/data/payload")
        }
        var row = MentionRow(kind: .comment)
        row.nativeID = id
        row.text = reading.keepText(payload["message"].string)
        let wrapped = payload["author"]["data"]
        row.author = author(wrapped.isObject ? wrapped : payload["author"]).row
        row.threadID = reading.keepID(payload["broadcast_id"])
        row.raw = raw(payload)
        reading.append(row)
    }

    /// A line of a stream that is no post: deletions and the like; nil where the object is none of them.
    mutating func readControl(_ root: JSONNode) -> Bool {
        var isControl = false
        root.fields { key, value in
            if value.isObject, readControl(key, value) { isControl = true }
        }
        return isControl
    }

    private mutating func readControl(_ key: Bytes, _ value: JSONNode) -> Bool {
        if key == "delete" && value["favorite"].isObject {
            // Somebody likes a post no longer; the post is as it was.
            return true
        } else if key == "delete" || key == "withheld" || key == "drop" {
            let post = value["tweet"].isObject ? value["tweet"] : value["status"]
            guard post.isObject else { return false }
            appendDeletion(legacyID(post, "id_str", "id"), by: value, at: "/\(key.string)")
        } else if key == "status_withheld" {
            appendDeletion(reading.keepID(value["id"]), by: value, at: "/status_withheld")
        } else if key == "tweet_edit" {
            appendEdit(value)
        } else if readAccount(key, value) {
            return true
        } else if key == "limit" {
            reading.append(defect: "the stream left out \(value["track"].int64) posts: too many match", at: "/limit")
        } else if key == "warning" || key == "disconnect" {
            let code = value["code"].isString ? value["code"].string.string : String(value["code"].int64)
            let reason = value["message"].isString ? value["message"].string.string : value["reason"].string.string
            reading.append(defect: "\(key.string) \(code): \(reason)", at: "/\(key.string)")
        } else {
            return TwitterReader.isQuietControl(key)
        }
        return true
    }

    /// Whether a line takes back one that was said before, or tells of a profile.
    private static func isQuietControl(_ key: Bytes) -> Bool {
        key == "undrop" || key == "user_profile_modification" || key == "replay_event" || key == "replay_job_status"
    }

    /// A line of a batch compliance job's result: `{id, action: "delete", created_at, reason}`. It does not say whether
    /// the job was one of posts or of accounts; a number that no post of its time had is an account's.
    mutating func readComplianceResult(_ root: JSONNode) {
        let id = root["id"].string
        let isAccount = TwitterID.isOfAccount(id, madeAt: Times.parse(root["created_at"].string))
        appendDeletion(isAccount ? keep("user:", id.array) : reading.keepID(root["id"]), at: "")
    }

    /// Appends the end of a post, which came when `event` says.
    mutating func appendDeletion(_ id: Kept, by event: JSONNode? = nil, at place: String) {
        guard !id.isEmpty else { return reading.append(defect: "a deletion without an id", at: place) }
        var row = MentionRow(kind: .post)
        row.operation = .delete
        row.nativeID = id
        row.editedAt = event.flatMap { moment(of: $0) }
        reading.append(row)
    }

    /// Appends that a post was edited; the compliance stream does not say to what, so that who knows the post learns
    /// that from the version itself.
    private mutating func appendEdit(_ value: JSONNode) {
        let first = reading.keepID(value["initial_tweet_id"])
        guard !first.isEmpty else { return reading.append(defect: "an edit without an id", at: "/tweet_edit") }
        var row = MentionRow(kind: .post)
        row.operation = .update
        row.nativeID = first
        row.url = address(of: value["tweet"]["id"].string, by: .none)
        row.canonicalURL = address(of: first, by: .none)
        row.editedAt =
            TwitterID.moment(of: value["tweet"]["id"].string) ?? Times.parse(value["event_at"].string)
        row.isPartial = true
        appendVersions(value["edit_tweet_ids"], before: value["tweet"]["id"].string, to: &row)
        ext.node("edit_history", value["edit_tweet_ids"])
        row.ext = takeExt()
        reading.append(row)
    }
}
