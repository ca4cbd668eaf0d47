package import Earshot
internal import Foundation
internal import GRDB
internal import Synchronization

extension SQLiteJournal {
    /// Registers a sink.
    package func register(sink: String, fromBeginning: Bool) async throws -> SinkState? {
        let (state, place) = try await write { database, writer in
            if let known = try SinkTable.sink(named: sink, in: database) { return known }
            let place = fromBeginning ? 0 : writer.head
            try SinkTable.insert(sink, at: place, in: database)
            return (nil, place)
        }
        shared.withLock { $0.places[sink] = place }
        return state
    }

    /// Forgets a sink.
    package func retire(sink: String) async throws {
        try await write { database, _ in try SinkTable.delete(sink, in: database) }
        shared.withLock { shared in
            shared.places[sink] = nil
            shared.reaches[sink] = nil
        }
    }

    /// Lets a sink begin again.
    @discardableResult
    package func rewind(sink: String, to moment: Timestamp) async throws -> Int64 {
        let (place, head) = try await write { database, writer in
            let first = try Int64.fetchOne(
                database, sql: "SELECT min(first) FROM segment WHERE at >= ?", arguments: [moment.seconds])
            // A sink that is behind has all of that before it already.
            let known = try SinkTable.position(of: sink, in: database)
            let place = min((first ?? writer.head + 1) - 1, known)
            try database.execute(
                sql: "UPDATE sink SET position = ?, reach = 0 WHERE name = ?", arguments: [place, sink])
            return (place, writer.head)
        }
        shared.withLock { shared in
            shared.places[sink] = place
            shared.reaches[sink] = 0
        }
        bell.nudge()
        return head - place
    }

    /// Notes how far a delivery reaches before it is made; where that is noted already, nothing is written.
    package func begin(_ delivery: Delivery) async throws {
        guard shared.withLock({ $0.reaches[delivery.sink] }) != delivery.upTo else { return }
        try await write { database, _ in try SinkTable.begin(delivery, in: database) }
        shared.withLock { $0.reaches[delivery.sink] = delivery.upTo }
    }

    /// Records that a delivery has happened.
    package func confirm(_ delivery: Delivery, state: SinkState?, dead: [DeadLetter]) async throws {
        let place = try await write { database, _ in
            try SinkTable.confirm(delivery, state: state, dead: dead, in: database)
        }
        shared.withLock { $0.places[delivery.sink] = place }
    }

    /// The dead letters of a sink.
    package func deadLetters(of sink: String) async throws -> [DeadLetter] {
        try await read { try SinkTable.deadLetters(of: sink, in: $0) }
    }

    /// Forgets dead letters.
    package func drop(deadLetters positions: [Int64], of sink: String) async throws {
        try await write { database, _ in try SinkTable.drop(positions, of: sink, in: database) }
    }

    /// What was stored after a position.
    package func mentions(after position: Int64, limits: BatchLimits) async throws -> Delivery? {
        try await bell.delivery(within: limits, by: clock) {
            try await look(for: "", after: position, limits: limits, filter: nil)
        }
    }

    /// What lies beyond what a sink has confirmed.
    func look(
        for sink: String, limits: BatchLimits, filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Bell.Found {
        let (place, reach) = shared.withLock { ($0.places[sink], $0.reaches[sink] ?? 0) }
        guard let place else { throw SinkTable.unknown(sink) }
        let end = reach > place ? reach : nil
        return try await look(for: sink, after: place, upTo: end, limits: limits, filter: filter)
    }

    /// What lies beyond a position.
    private func look(
        for sink: String, after place: Int64, upTo end: Int64? = nil, limits: BatchLimits,
        filter: (@Sendable (ArraySlice<UInt8>) -> Bool)?
    ) async throws -> Bell.Found {
        let head = shared.withLock { $0.head }
        var gathering = Gathering(sink: sink, after: place, upTo: end, limits: limits, filter: filter)
        while gathering.upTo < head, !gathering.isFull {
            let segments = try await segments(after: gathering.upTo, for: sink, count: limits.count)
            // What is missing was trimmed.
            if segments.isEmpty { gathering.upTo = head }
            for segment in segments where !gathering.isFull {
                gathering.take(segment)
                shared.withLock { $0.reading[sink] = segment.first }
            }
        }
        return gathering.found
    }

    /// The segment that goes on after a position, from memory, or some from the disk.
    private func segments(after position: Int64, for sink: String, count: Int) async throws -> [Segment] {
        let held = shared.withLock { shared -> Segment? in
            if let next = shared.cache[position + 1] { return next }
            guard let last = shared.reading[sink].flatMap({ shared.cache[$0] }) else { return nil }
            return last.first <= position && position < last.last ? last : nil
        }
        if let held { return [held] }
        let found = try await read { try SegmentTable.segments(after: position, count: count, in: $0) }
        shared.withLock { shared in
            for segment in found { shared.cache.insert(segment) }
        }
        return found
    }
}
