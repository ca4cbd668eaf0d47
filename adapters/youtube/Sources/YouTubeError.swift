internal import Earshot
internal import EarshotFormats

/// What an error of the Data API says: `errors[0].reason` decides, whatever the status code is.
struct YouTubeError {
    /// The reason's word, such as `quotaExceeded`; empty where there is none.
    let reason: String
    /// The message without markup.
    let message: String

    /// The value under `error`: an object, or a message alone.
    init(_ error: JSONNode) {
        let first = error["errors"][0]
        reason = String(first["reason"].string.string.prefix(80))
        let words = error.isString ? error : error["message"].exists ? error["message"] : first["message"]
        message = YouTubeError.plain(words.string)
    }

    /// The error in a reply's body; without reason or message where there is none.
    init(body: [UInt8]) {
        let found = try? JSON.read(body) { root, _ in YouTubeError(root["error"]) }
        self = found ?? YouTubeError(reason: "", message: "")
    }

    private init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }

    /// The error as why a document cannot be read.
    var malformed: MalformedDocument {
        MalformedDocument("YouTube answered with an error: \(description)", at: "/error")
    }

    /// Reason and message in one line.
    var description: String {
        reason.isEmpty
            ? (message.isEmpty ? "no reason given" : message) : message.isEmpty ? reason : "\(reason): \(message)"
    }

    /// A message without its tags, which are never nested, and not longer than a line.
    private static func plain(_ message: Bytes) -> String {
        var text: [UInt8] = []
        var isTag = false
        for index in 0..<min(message.count, 1000) {
            switch message[index] {
            case UInt8(ascii: "<"): isTag = true
            case UInt8(ascii: ">") where isTag: isTag = false
            case let byte where !isTag && byte >= 0x20: text.append(byte)
            default: continue
            }
        }
        return String(decoding: text.prefix(300), as: UTF8.self)
    }
}
