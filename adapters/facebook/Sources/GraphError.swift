internal import Earshot
internal import EarshotFormats

/// An error that the Graph API answered with instead of data.
struct GraphError: Sendable, Equatable {
    /// The number that decides what to do; the type does not.
    var code: Int64
    /// The second number, or 0.
    var subcode: Int64
    /// What went wrong, in the platform's words.
    var message: String
    /// Whether the platform says that it will pass.
    var isTransient: Bool

    /// The error in a reply, or nil where there is none.
    init?(_ root: JSONNode) {
        let error = root["error"]
        if error.isObject {
            message = GraphError.words(error["message"])
            code = GraphError.number(error["code"])
            subcode = GraphError.number(error["error_subcode"])
            isTransient = error["is_transient"].boolean == true
        } else if root["error_message"].isString, root["code"].exists || root["error_type"].exists {
            message = GraphError.words(root["error_message"])
            code = GraphError.number(root["code"])
            subcode = 0
            isTransient = false
        } else {
            return nil
        }
    }

    /// The error in the body of a reply, or nil.
    init?(body: [UInt8]) {
        guard let error = try? JSON.read(body, { root, _ in GraphError(root) }) else { return nil }
        self = error
    }

    /// One line for an operator.
    var reason: String {
        "Graph API error \(code)\(subcode == 0 ? "" : "/\(subcode)"): \(message.isEmpty ? "no message" : message)"
    }

    /// Whether the platform would answer if it were asked for less.
    var isTooMuch: Bool { code == 1 && message.contains("reduce the amount") }

    /// Whether the token is over or not accepted.
    var isOfToken: Bool { code == 102 || code == 190 }

    /// A message for a log: one line of bounded length.
    private static func words(_ node: JSONNode) -> String {
        let scalars = node.string.string.unicodeScalars.prefix(500).filter { $0.value >= 0x20 && $0.value != 0x7F }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func number(_ node: JSONNode) -> Int64 {
        let number = node.int64
        return number == unsaid ? 0 : number
    }
}

extension GraphError {
    /// What should happen next, by the code; `wait` is what the usage headers ask for.
    func failure(wait: Duration?) -> FetchFailure {
        switch code {
        case _ where isOfToken: .unauthorized(reason)
        case 3, 10, 200...299: .unauthorized(reason)
        case 4, 17, 32, 613, 80000...80014: .limited(reason, after: wait ?? .seconds(3600))
        // The budget of thirty hashtags is counted over seven days: an hour is too short, a week too long.
        case 18: .limited(reason, after: wait ?? .seconds(86_400))
        case 341: .limited(reason, after: wait)
        case 1, 2: .limited(reason, after: nil)
        default: isTransient ? .limited(reason, after: nil) : .refused(reason)
        }
    }
}
