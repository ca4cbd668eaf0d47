package import Earshot
internal import Foundation
internal import Synchronization

/// How the subscription to one topic stands; the journal keeps it, and no secret is in it.
struct WebSubSubscription: Codable, Sendable, Equatable {
    /// The channel that it is for.
    var channel: String
    /// Where the page is, as the operator says.
    var url: String
    /// The page's name at the hub.
    var topic: String?
    /// The hub.
    var hub: String?
    /// The digest of the address that the hub was told to send to.
    var address: String?
    /// Since when an answer is awaited to what was asked, in seconds since 1970.
    var asked: Int64?
    /// Until when the hub sends what is new.
    var until: Int64?
    /// When there is something to do next.
    var next: Int64 = 0
    /// How often in a row it could not be asked for.
    var failures = 0
    /// Whether nobody wants it any more, and the hub is told so.
    var isLeaving = false

    /// After how many attempts a hub that should be left is left without a word.
    static let lastFailure = 3
}

/// All subscriptions, as the journal keeps them.
struct WebSubState: Codable, Sendable, Equatable {
    var subscriptions: [WebSubSubscription] = []

    /// The name of the cursor that holds them; no channel's name has a colon.
    static let name = "websub:subscriptions"

    /// What a cursor holds; one that cannot be read is the beginning.
    init(_ cursor: Cursor?) {
        guard let cursor, let known = try? JSONDecoder().decode(WebSubState.self, from: Data(cursor.text.utf8)) else {
            return
        }
        self = known
    }

    /// The state as a cursor.
    var cursor: Cursor {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Cursor(String(decoding: (try? encoder.encode(self)) ?? Data("{}".utf8), as: UTF8.self))
    }
}

/// Which channels are told of everything new by hubs, and until when: those are asked more seldom.
package final class WebSubCoverage: Sendable {
    private let ends = Mutex<[String: Int64]>([:])

    /// Nothing is told yet.
    package init() {}

    /// Whether every topic of a channel is subscribed to at a moment.
    package func covers(_ channel: String, at now: Timestamp) -> Bool {
        ends.withLock { $0[channel, default: .min] > now.seconds }
    }

    /// Notes until when all of a channel's topics are subscribed to.
    func note(_ ends: [String: Int64]) { self.ends.withLock { $0 = ends } }
}
