internal import Earshot
internal import EarshotFormats

/// The shapes of documents, told apart by their keys.
extension TwitterReader {
    /// Reads a JSON document of any shape.
    mutating func readRoot(_ root: JSONNode) throws(MalformedDocument) {
        if root.isArray {
            var index = 0
            root.each { element in
                readElement(element, at: "/\(index)")
                index += 1
            }
        } else if root.isObject {
            try readObject(root)
        } else {
            throw MalformedDocument("JSON, but neither an object nor a list")
        }
    }

    private mutating func readObject(_ root: JSONNode) throws(MalformedDocument) {
        let data = root["data"]
        if data["event_type"].isString && data["payload"].exists && !data["text"].isString {
            return readActivity(data)
        }
        // The compliance streams of version 2 wrap their lines as posts are wrapped.
        if data.isObject, !data["id"].exists, readControl(data) { return }
        let isPage = data.isArray || data.isObject
        if !isPage, let problem = TwitterReader.problem(in: root) { throw problem }
        if isPage || root["meta"].isObject || root["errors"].isArray { return readPage(root) }
        if readEvents(root) { return }
        if readControl(root) { return }
        if root["action"].string == "delete", root["id"].exists { return readComplianceResult(root) }
        if readSingle(root, at: "") { return }
        if root.count == 0 || TwitterReader.isQuiet(root) { return }
        if root["connection_issue"].exists || root["disconnect_type"].exists {
            return reading.append(defect: TwitterReader.explain(root))
        }
        throw MalformedDocument("JSON, but no post, page, event or archive of X")
    }

    /// Bodies that hold lists of posts or messages under a name of their own.
    private mutating func readEvents(_ root: JSONNode) -> Bool {
        let statuses = root["statuses"]
        if statuses.isArray {
            var index = 0
            statuses.each { post in
                readStatus(post, at: "/statuses/\(index)")
                index += 1
            }
            return true
        }
        if root["for_user_id"].exists || root["user_event"].isObject || root["direct_message_events"].isArray {
            readAccountActivity(root)
            return true
        }
        let events = root["events"]
        if events.isArray || root["event"]["message_create"].isObject {
            includes = TwitterIncludes(users: root["users"], apps: root["apps"])
            var index = 0
            events.each { event in
                readMessageCreate(event, at: "/events/\(index)")
                index += 1
            }
            if !events.isArray {
                readMessageCreate(root["event"], at: "/event")
            }
            return true
        }
        return readMap(root["id"])
    }

    /// `{"id": {"20": {…}, "21": null}}`, as the look-up of version 1.1 answers when asked for a map.
    private mutating func readMap(_ map: JSONNode) -> Bool {
        guard map.isObject else { return false }
        map.fields { key, post in
            if post.isObject { readStatus(post, at: "/id/\(key.string)") }
        }
        return true
    }

    /// An element of a list.
    private mutating func readElement(_ node: JSONNode, at place: String) {
        guard node.isObject else { return reading.append(defect: "not an object", at: place) }
        if readSingle(node, at: place) { return }
        // A page, a delivery or a line of a stream, as one of several that were put in a list.
        do throws(MalformedDocument) {
            try readObject(node)
        } catch {
            reading.append(defect: error.reason, at: place + error.location)
        }
    }

    /// One object that is a post, a message or an activity; false where it is something else.
    private mutating func readSingle(_ node: JSONNode, at place: String) -> Bool {
        if node["tweet"].isObject {
            readStatus(node["tweet"], at: place)
        } else if node["objectType"].string == "activity" || (node["verb"].isString && node["actor"].isObject) {
            readStreamActivity(node, at: place)
        } else if node["event_type"].isString && node["id"].isString {
            if node["event_type"].string == "MessageCreate" { readMessageEvent(node, at: place) }
        } else if TwitterReader.isOldMessage(node) {
            readOldMessage(node, at: place)
        } else if TwitterReader.isNewPost(node) {
            readPost(TwitterPost(node), rules: node["matching_rules"], at: nil)
        } else if TwitterReader.legacyText(node).isString && (node["id"].exists || node["id_str"].exists) {
            readStatus(node, at: place)
        } else if node["data"]["text"].isString {
            readPage(node)
        } else {
            return false
        }
        return true
    }

    private static func isOldMessage(_ node: JSONNode) -> Bool {
        node["text"].isString && (node["sender_id"].exists || node["sender"].isObject) && !node["user"].exists
    }

    /// Whether a bare object is a post of version 2.
    private static func isNewPost(_ node: JSONNode) -> Bool {
        node["text"].isString && node["id"].isString && !node["user"].exists && !node["id_str"].exists
            && isUndatedOrISO(node["created_at"].string)
    }

    private static func isUndatedOrISO(_ created: Bytes) -> Bool {
        created.isEmpty || created.firstIndex(of: UInt8(ascii: "T")) == 10
    }

    /// Whether an object is a known answer that holds no posts: accounts, lists, ids, limits.
    private static func isQuiet(_ root: JSONNode) -> Bool {
        let keys: [StaticString] = [
            "ids", "users", "lists", "relationship", "screen_name", "username", "rate_limit_context", "resources",
            "next_cursor", "response_token", "friends", "summary", "includes", "member_count", "author_name",
        ]
        return keys.contains { root[$0].exists }
    }
}
