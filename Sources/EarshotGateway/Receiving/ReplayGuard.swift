package import Earshot
internal import EarshotFormats
internal import Foundation

/// Knows the deliveries of one channel that were taken not long ago, so that none is taken twice.
///
/// An id is noted once its mentions are in the journal, never before, so that what failed may come again; it is in the
/// journal when the sender is answered, so that it is known after a restart too.
package actor ReplayGuard {
    /// What an id is.
    package enum Verdict: Sendable, Equatable {
        /// Not seen: to be taken, and then to be ended with `end`.
        case fresh
        /// Taken before.
        case had
        /// Being taken at this moment.
        case underWay
    }

    private let name: String
    private let window: Duration
    private let journal: any Journal
    /// When each id was taken, in seconds since 1970.
    private var taken: [String: Int64]?
    /// The newest ids in the order in which they were taken, and for a while some more.
    private var newest: [(id: String, moment: Int64)] = []
    /// The second in which it was last looked what can be forgotten.
    private var forgottenAt: Int64?
    private var underWay: Set<String> = []
    private var changes = 0
    private var saved = 0
    private var isSaving = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// How many ids are known at most, and how many of them outlive the process.
    private static let limit = 100_000
    private static let savedLimit = 2000

    /// A guard for a channel that remembers for the length of a window.
    package init(channel: String, window: Duration, journal: any Journal) {
        // No channel's name has a colon.
        name = "replay:\(channel)"
        self.window = window
        self.journal = journal
    }

    /// What an id is; one that is fresh is under way from now on.
    package func begin(_ id: String, at now: Timestamp) async throws -> Verdict {
        if taken == nil {
            let stored = try await journal.cursor(of: name)?.value
            if taken == nil {
                let known = ReplayGuard.ids(in: stored)
                newest = known.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map { ($0.key, $0.value) }
                taken = known
            }
        }
        forget(at: now)
        let key = Digest(of: Array(id.utf8)).hexadecimal
        if taken?[key] != nil { return .had }
        return underWay.insert(key).inserted ? .fresh : .underWay
    }

    /// Ends what was fresh: once it is taken, its id is in the journal when this returns.
    package func end(_ id: String, isTaken: Bool, at now: Timestamp) async throws {
        let key = Digest(of: Array(id.utf8)).hexadecimal
        underWay.remove(key)
        guard isTaken else { return }
        taken?[key] = now.seconds
        note(key, now)
        changes += 1
        try await save()
    }

    /// Stores the ids; what changes while they are stored is stored next, for all who wait for it.
    private func save() async throws {
        let mine = changes
        while saved < mine {
            guard !isSaving else {
                await withCheckedContinuation { waiting.append($0) }
                continue
            }
            isSaving = true
            let version = changes
            defer {
                isSaving = false
                let others = waiting
                waiting = []
                for other in others { other.resume() }
            }
            _ = try await journal.append(Batch(), from: name, advancing: cursor)
            saved = max(saved, version)
        }
    }

    /// Forgets what the window is over for, once a second.
    private func forget(at now: Timestamp) {
        guard let known = taken, forgottenAt != now.seconds || known.count > ReplayGuard.limit else { return }
        forgottenAt = now.seconds
        let moment = now.seconds - window.components.seconds
        guard known.count > ReplayGuard.limit || known.values.contains(where: { $0 < moment }) else { return }
        var kept = known.filter { $0.value >= moment }
        if kept.count > ReplayGuard.limit {
            let newest = kept.sorted { $0.value > $1.value }.prefix(ReplayGuard.limit / 2)
            kept = Dictionary(newest.map { ($0.key, $0.value) }) { first, _ in first }
        }
        taken = kept
        newest.removeAll { $0.moment < moment }
    }

    /// Puts an id among the newest, of which twice as many are held as are stored, so that few are moved.
    private func note(_ id: String, _ now: Timestamp) {
        newest.append((id, now.seconds))
        if newest.count > 2 * ReplayGuard.savedLimit { newest.removeFirst(ReplayGuard.savedLimit) }
    }

    /// The newest ids, as the journal keeps them.
    private var cursor: Cursor {
        var output = Output(capacity: 64 * ReplayGuard.savedLimit)
        output.literal("{\"ids\":{")
        for (index, mark) in newest.suffix(ReplayGuard.savedLimit).enumerated() {
            if index > 0 { output.literal(",") }
            output.string(mark.id)
            output.literal(":")
            output.integer(mark.moment)
        }
        output.literal("}}")
        return Cursor(output.string)
    }

    private static func ids(in cursor: Cursor?) -> [String: Int64] {
        guard let cursor, let ids = (try? JSONValue(parsing: cursor.text))?["ids"]?.members else { return [:] }
        var known: [String: Int64] = [:]
        for (id, moment) in ids { known[id] = moment.wholeNumber }
        return known
    }
}
