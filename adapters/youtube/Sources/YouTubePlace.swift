internal import Earshot
internal import Foundation

/// Where a channel got to, as it is kept in the cursor.
struct YouTubePlace: Codable {
    /// Which of the videos, chats or groups of videos is next.
    var target = 0
    /// The token of the page to ask for.
    var page: String?
    /// By target, up to which moment everything was read.
    var since: [String: String] = [:]
    /// The newest moment of the pages so far.
    var newest: String?
    /// By thread, how many replies there were when they were last fetched; of the newest page's threads only.
    var replies: [String: Int64] = [:]
    /// By video, its live chat and how far it was read.
    var chats: [String: Chat] = [:]

    /// A live chat.
    struct Chat: Codable {
        /// The chat's id.
        var id: String
        /// The token of the page to ask for.
        var page: String?
    }

    /// The beginning.
    init() {}

    /// The place that a cursor tells of; the beginning where it tells of none.
    init(_ cursor: Cursor?) {
        let place = cursor.flatMap { try? JSONDecoder().decode(YouTubePlace.self, from: Data($0.text.utf8)) }
        self = place ?? YouTubePlace()
    }

    /// The place as a cursor.
    var cursor: Cursor {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = (try? encoder.encode(self)) ?? Data("{}".utf8)
        return Cursor(String(decoding: data, as: UTF8.self))
    }

    /// Goes on to the page of a token, or, where there is none, ends with the target and goes to the next of `count`.
    mutating func advance(to token: String?, of count: Int, scope: String) {
        page = token
        guard token == nil else { return }
        if let newest { since[scope] = newest }
        newest = nil
        target = target + 1 < count ? target + 1 : 0
    }

    /// Whether the targets are in the middle of being read.
    var isUnderWay: Bool { page != nil || target > 0 }
}
