internal import Earshot
internal import Foundation

/// How far a channel of feeds has come: whose turn it is, and what each feed's server was last heard to say.
struct FeedCursor: Codable, Equatable {
    /// What is remembered of one feed.
    struct Memory: Codable, Equatable {
        /// Where it has moved to for good.
        var moved: String?
        /// Where it says it has moved to, and how often in a row.
        var candidate: String?
        var sightings: Int?
        /// The validators of the last reply, and the address that gave them.
        var etag: String?
        var modified: String?
        var source: String?
        /// Whether it is gone for good.
        var gone: Bool?
        /// How often in a row it has failed, and how many rounds it still rests for that.
        var failures: Int?
        var rest: Int?
    }

    /// The feed whose turn it is, counted from 0.
    var turn = 0
    /// By the configured address.
    var feeds: [String: Memory] = [:]

    /// The cursor that a text holds; one that cannot be read is the beginning.
    init(_ cursor: Cursor?) {
        guard let cursor, let known = try? JSONDecoder().decode(FeedCursor.self, from: Data(cursor.text.utf8)) else {
            return
        }
        self = known
        turn = max(turn, 0)
    }

    /// The cursor as text; equal cursors are equal texts.
    var cursor: Cursor {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(self)) ?? Data("{}".utf8)
        return Cursor(String(decoding: data, as: UTF8.self))
    }
}

extension FeedCursor.Memory {
    /// After so many equal sightings a permanent redirect is believed.
    static let enough = 3
    /// The longest rest of a failing feed, in rounds.
    static let longestRest = 64

    /// Notes a reply with a feed in it.
    mutating func note(_ response: FetchResponse) {
        etag = response["ETag"]
        modified = response["Last-Modified"]
        source = response.url
        noteAnswer(response)
    }

    /// Notes that the server answered at all, and where it says the feed has moved.
    mutating func noteAnswer(_ response: FetchResponse) {
        failures = nil
        rest = nil
        guard let target = response.permanentURL else {
            candidate = nil
            sightings = nil
            return
        }
        sightings = target == candidate ? (sightings ?? 0) + 1 : 1
        candidate = target
        guard let sightings, sightings >= Self.enough else { return }
        moved = target
        candidate = nil
        self.sightings = nil
    }

    /// Notes that it failed; it rests for twice as long each time.
    mutating func noteFailure() {
        let count = (failures ?? 0) + 1
        failures = count
        rest = min(1 << min(count - 1, 6), Self.longestRest) - 1
    }

    /// Forgets the validators.
    mutating func forgetValidators() {
        etag = nil
        modified = nil
        source = nil
    }
}
