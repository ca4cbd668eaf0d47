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
    /// How many replies threads had when they were last fetched, the latest threads last.
    var threads: [Thread] = []
    /// The threads whose replies are to be fetched, the next one first.
    var open: [OpenThread] = []
    /// Where nothing was read yet, what is older than this is left alone: a first start goes no further back.
    var floor: String?
    /// How many whole rounds there were; every so many go back far.
    var round = 0
    /// By video, its live chat and how far it was read.
    var chats: [String: Chat] = [:]

    /// How many replies a thread had.
    struct Thread: Codable {
        /// The thread's id.
        var id: String
        /// How many.
        var replies: Int64
    }

    /// A thread whose replies are being fetched.
    struct OpenThread: Codable {
        /// The thread's id.
        var id: String
        /// The token of the page to ask for.
        var page: String?
    }

    /// One round of so many goes back as far as the settings say.
    static let farEvery = 10
    /// Of how many threads it is remembered how many replies they had.
    static let threadLimit = 1000

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

    /// Decodes a place, in which everything may be left out.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        target = try max(values.decodeIfPresent(Int.self, forKey: .target) ?? 0, 0)
        page = try values.decodeIfPresent(String.self, forKey: .page)
        since = try values.decodeIfPresent([String: String].self, forKey: .since) ?? [:]
        newest = try values.decodeIfPresent(String.self, forKey: .newest)
        threads = try values.decodeIfPresent([Thread].self, forKey: .threads) ?? []
        open = try values.decodeIfPresent([OpenThread].self, forKey: .open) ?? []
        round = try values.decodeIfPresent(Int.self, forKey: .round) ?? 0
        floor = try values.decodeIfPresent(String.self, forKey: .floor)
        chats = try values.decodeIfPresent([String: Chat].self, forKey: .chats) ?? [:]
    }

    /// Whether the current round goes back as far as the settings say.
    var isFar: Bool { round % YouTubePlace.farEvery == 0 }

    /// Opens a thread whose replies did not all come with it, unless there are as many as when they were last fetched.
    mutating func open(_ thread: String, replies: Int64) {
        let known = threads.first { $0.id == thread }
        threads.removeAll { $0.id == thread }
        threads.append(Thread(id: thread, replies: replies))
        threads.removeFirst(max(threads.count - YouTubePlace.threadLimit, 0))
        if known?.replies != replies { open.append(OpenThread(id: thread)) }
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
        if target == 0 { round = round &+ 1 }
    }

    /// Whether the targets are in the middle of being read.
    var isUnderWay: Bool { page != nil || target > 0 || !open.isEmpty }
}
