import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

/// A gateway of one channel and one sink that lives several lives, each in what the one before left on the disk.
final class ReplayRun: Sendable {
    /// How a life ends.
    enum End: Sendable {
        /// The gateway is told to stop at the request of a number.
        case stopped(at: Int)
        /// The machine dies before the request of a number is answered.
        case killed(at: Int)
        /// The machine dies in the midst of a wait that the source asked for, if it does before the request of a
        /// number.
        case asleep(before: Int)
        /// The machine dies while the page that was asked for by the request of a number is written.
        case torn(at: Int)
        /// The week is over.
        case over
    }

    private let source: ReplaySource
    private let http: any HTTPFetching
    private let adapter: any PollingAdapter
    private let record = ReplayRecord()
    private let interval: Duration
    /// What the disk holds when the next life begins.
    private let disk: Mutex<TestDirectory>

    init(_ source: ReplaySource, over http: any HTTPFetching, settings: String? = nil)
        throws
    {
        self.source = source
        self.http = http
        interval = .seconds(source.platform.interval)
        let kind = try #require(BuiltInAdapters.kinds.first { $0.name == source.platform.adapter })
        let made = try kind.make(settings: Array((settings ?? source.platform.settings).utf8))
        adapter = try #require(made as? any PollingAdapter)
        disk = Mutex(TestDirectory(inMemory: true))
    }

    /// Lives through the week, and dies in it in each of the ways.
    func liveThroughTheWeek(seed: UInt64) async throws {
        var numbers = SeededNumbers(seed: seed &+ 3000)
        let rounds = Int(7 * 86_400 / source.platform.interval)
        for turn in 0..<8 {
            let next = source.account.requests + Int.random(in: 1..<rounds / 3, using: &numbers)
            switch turn % 4 {
            case 0: try await live(until: .stopped(at: next))
            case 1: try await live(until: .killed(at: next))
            case 2: try await live(until: .asleep(before: next))
            default: try await live(until: .torn(at: next))
            }
        }
        try await live(until: .over)
    }

    /// The request from which on what was answered may not have been written down.
    private let unsure = Mutex<Int?>(nil)

    private func live(until end: End) async throws {
        let directory = disk.withLock { $0 }
        let journal = try SQLiteJournal.testing(directory) { [source] in source.now }
        let clock = source.clock.gateway
        var log = Logger(label: "replay")
        log.logLevel = .critical
        let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal)
        let poller = Poller(
            ListenerContext(intake: intake, clock: clock, board: StatusBoard(), log: log), adapter: adapter,
            interval: interval, http: http)
        let courier = Courier(
            name: "s", sink: ReplaySink(record), journal: journal, fromBeginning: true, clock: clock, log: log)
        source.beginLife(forgettingFrom: unsure.withLock { $0 })
        unsure.withLock { unsure in if case .torn(let last) = end { unsure = last } else { unsure = nil } }
        let (stops, stop) = AsyncStream<Void>.makeStream()
        arrange(end, journal, directory) { [self] number in
            // Who is told to stop may let go of the answer that comes at that moment.
            unsure.withLock { $0 = min($0 ?? number, number) }
            stop.finish()
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await courier.run() }
            group.addTask {
                do { try await poller.run() } catch is CancellationError {}
                guard case .over = end else { throw CancellationError() }
                await journal.finish()
            }
            group.addTask {
                for await _ in stops {}
                throw CancellationError()
            }
            // The first to end is the poller; the courier ends by itself only where the week is over.
            do { for _ in 0..<2 { try await group.next() } } catch is CancellationError {}
            group.cancelAll()
        }
        source.before(nil)
        source.clock.inSleep(nil)
        source.clock.end(at: ReplayTimeline.end)
        try await journal.close()
    }

    /// Has the life end as it should.
    private func arrange(
        _ end: End, _ journal: SQLiteJournal, _ directory: TestDirectory, _ stop: @escaping @Sendable (Int) -> Void
    ) {
        let before = Mutex<Data?>(nil)
        if case .asleep = end {
            let wait = AskedWait(channel: "c", journal: journal, clock: source.clock.gateway)
            source.clock.inSleep { [self] in
                // Whoever else sleeps meanwhile, it is the wait of which death comes, once it is written down.
                guard source.isClosed, await wait.left() != nil else { return false }
                await quiet(journal)
                return die(leaving: try? directory.copy())
            }
        }
        source.before { [self] number in
            switch end {
            case .stopped(let last) where number >= last, .asleep(let last) where number >= last: stop(number)
            case .killed(let last) where number >= last:
                await quiet(journal)
                return die(leaving: try? directory.copy())
            case .torn(let last) where number == last:
                await quiet(journal)
                before.withLock { $0 = try? Data(contentsOf: directory.url("journal.db-wal")) }
            case .torn(let last) where number > last:
                await quiet(journal)
                let copy = try? directory.copy()
                if let copy { tear(copy.url("journal.db-wal"), beyond: before.withLock { $0 }) }
                return die(leaving: copy)
            default: break
            }
            return false
        }
    }

    /// Ends the life at once; what is in `copy` is all that is left of it.
    private func die(leaving copy: TestDirectory?) -> Bool {
        if let copy { disk.withLock { $0 = copy } }
        source.clock.end(at: .min)
        return true
    }

    /// Cuts off the end of what was written last, somewhere.
    private func tear(_ log: URL, beyond before: Data?) {
        guard let before, let after = try? Data(contentsOf: log), after.count > before.count,
            after.prefix(before.count) == before
        else { return }
        var numbers = SeededNumbers(seed: UInt64(after.count))
        let end = Int.random(in: before.count...after.count, using: &numbers)
        try? after.prefix(end).write(to: log)
    }

    /// Waits until the sink has had everything, so that files are copied as they are at one moment.
    private func quiet(_ journal: SQLiteJournal) async {
        for _ in 0..<100_000 {
            guard let status = try? await journal.status(), status.sinks["s"] != status.head else { return }
            await Task.yield()
        }
    }

    // What became of it.

    /// Every item that stayed was delivered once, what was edited in time says so, and nothing else came.
    func expectExactlyWhatWasOffered() {
        let platform = source.platform
        let timeline = source.timeline
        let delivered = record.mentions.map { platform.key(of: $0) ?? "" }
        let creates = zip(delivered, record.mentions).filter { $1["op"] as? String == "create" }.map(\.0)
        var seen: [String: Int] = [:]
        for id in creates { seen[id, default: 0] += 1 }
        let twice = seen.filter { $0.value > 1 }.keys.sorted()
        #expect(twice.isEmpty, "delivered twice")
        let all = Set(timeline.items.compactMap { platform.key(of: $0, in: timeline) })
        let lasting = timeline.items.filter { $0.gone == nil }.compactMap { platform.key(of: $0, in: timeline) }
        // What was edited before it was first seen begins with an update.
        let missing = Set(lasting).subtracting(delivered)
        #expect(missing.isEmpty, "not delivered")
        #expect(Set(delivered).isSubset(of: all), "never offered")
        var last: [String: String] = [:]
        for (id, mention) in zip(delivered, record.mentions) { last[id] = mention["text"] as? String }
        let stale = timeline.items.filter { item in
            guard item.gone == nil, item.edited != nil, let id = platform.key(of: item, in: timeline) else {
                return false
            }
            return last[id] != item.text(at: ReplayTimeline.end)
        }
        #expect(stale.isEmpty, "edited, and not updated")
        if platform.adapter != "rss", timeline.items.contains(where: { $0.edited != nil }) {
            #expect(record.mentions.contains { $0["op"] as? String == "update" })
        }
    }

    /// The source was asked no more than is needed, and never while it had asked to be left alone.
    func expectThatNobodyAskedTooMuch() {
        let account = source.account
        #expect(account.tooEarly == 0)
        #expect(account.unknown.isEmpty)
        let rounds = Int(7 * 86_400 / source.platform.interval)
        let failures = account.faults.values.reduce(0, +)
        #expect(account.requests < rounds * source.platform.requestsPerRound + failures + 100)
        for fault in ReplayWeather.Fault.allCases where source.platform.hasToken || fault != .unauthorized {
            #expect(account.faults[fault, default: 0] > 0, "\(fault) never happened")
        }
    }

    /// What was delivered, in order.
    var mentions: [[String: Any]] { record.mentions }
}

/// What a sink holds, which outlives it.
final class ReplayRecord: Sendable {
    private let lines = Mutex<[[UInt8]]>([])

    /// What is held, read.
    var mentions: [[String: Any]] {
        lines.withLock { $0 }.compactMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
    }

    /// Holds no more than so many again.
    func keep(_ count: Int) { lines.withLock { $0.removeLast(max($0.count - count, 0)) } }

    /// Holds more, and tells how many it holds.
    func hold(_ batch: Batch) -> Int {
        lines.withLock { lines in
            for entry in batch.entries { lines.append(Array(batch.lines[entry.start..<entry.start + entry.count])) }
            return lines.count
        }
    }
}

/// A sink that can tell what it has, as a file can.
struct ReplaySink: Sink {
    struct Settings: Decodable, Sendable {}
    static let name = "replay"
    static let about = "Holds what it is given."
    static let settings: [Setting] = []
    private let record: ReplayRecord

    init(_ record: ReplayRecord) { self.record = record }
    init(settings: Settings, surroundings: SinkSurroundings) { record = ReplayRecord() }

    func open(resuming state: SinkState?) async throws(DeliveryFailure) {
        record.keep(state.flatMap { Int($0.text) } ?? 0)
    }

    func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState? { SinkState(String(record.hold(batch))) }

    func close() async {}
}
