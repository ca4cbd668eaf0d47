internal import Earshot
internal import EarshotFormats

/// What X says instead of posts, or beside them.
extension TwitterReader {
    /// Notes each problem of a list that came beside posts.
    mutating func noteErrors(_ errors: JSONNode) {
        var index = 0
        errors.each { error in
            reading.append(defect: TwitterReader.explain(error), at: "/errors/\(index)")
            index += 1
        }
    }

    /// Why a body is no page: a problem, or a list of nothing else; nil where it is none.
    static func problem(in root: JSONNode) -> MalformedDocument? {
        let errors = root["errors"]
        if errors.isArray, errors[0].isObject {
            var isPartial = true
            errors.each { isPartial = isPartial && TwitterReader.isPartial($0) }
            return isPartial
                ? nil : MalformedDocument("X answered with an error: \(explain(errors[0]))", at: "/errors/0")
        }
        if errors.isString { return MalformedDocument("X answered with an error: \(errors.string.string)") }
        // A stream that is refused or ended; what came before it stands.
        if root["connection_issue"].exists || root["disconnect_type"].exists { return nil }
        let old = root["error"]
        if old.isString { return MalformedDocument("X answered with an error: \(old.string.string)") }
        guard root["title"].isString, root["type"].isString || root["detail"].isString else { return nil }
        return MalformedDocument("X answered with an error: \(explain(root))")
    }

    /// Whether a problem is about one thing that was asked for, or ends a stream: the rest stands.
    private static func isPartial(_ error: JSONNode) -> Bool {
        error["resource_id"].exists || error["resource_type"].exists || error["disconnect_type"].exists
            || error["connection_issue"].exists
    }

    /// A problem of version 2 (`title`, `detail`, `type`) or an error of version 1.1 (`code`, `message`) in one line.
    static func explain(_ error: JSONNode) -> String {
        var parts: [String] = []
        if error["code"].exists { parts.append("code \(error["code"].int64)") }
        let isStated = error["status"].kind == .integer
        if isStated { parts.append("status \(error["status"].int64)") }
        for key: StaticString in ["title", "detail", "message"] where !error[key].string.isEmpty {
            let words = error[key].string.string
            if parts.last != words { parts.append(words) }
        }
        let kind = error["type"].string.string.split(separator: "/").last.map(String.init)
        if let kind, kind != "about:blank" { parts.append("(\(kind))") }
        return parts.isEmpty ? "an error without words" : parts.joined(separator: " ")
    }
}
