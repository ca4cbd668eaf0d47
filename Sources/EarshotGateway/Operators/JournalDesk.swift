package import Earshot
internal import EarshotFormats

/// The desk of who has the journal: the running gateway, or a command while none runs.
package struct JournalDesk: OperatorDesk {
    private let journal: any Journal
    private let couriers: [String: Courier]
    private let conditions: [String: JMESPath]
    private let channels: [String]
    private let isRunning: Bool
    private let clock: GatewayClock

    /// How long a look waits for something to come.
    private static let patience = Duration.seconds(10)

    /// The desk of an assembly's journal; `isRunning` where its couriers are at work.
    package init(_ assembly: Assembly, journal: any Journal, isRunning: Bool, clock: GatewayClock) {
        self.journal = journal
        self.isRunning = isRunning
        self.clock = clock
        couriers = Dictionary(assembly.couriers.map { ($0.name, $0) }) { first, _ in first }
        channels = assembly.configuration.channels.map(\.name)
        conditions = assembly.configuration.sinks.reduce(into: [:]) { $0[$1.name] = $1.condition }
    }

    /// The cursor of every channel that has one.
    package func cursors() async throws -> [CursorRecord] {
        try await journal.cursors().sorted { $0.key < $1.key }.map { channel, cursor in
            CursorRecord(channel: channel, revision: cursor.revision, cursor: cursor.value.text)
        }
    }

    /// Sets or forgets a cursor.
    package func setCursor(_ text: String?, of channel: String) async throws {
        let known = try await journal.cursor(of: channel)
        guard known != nil || (text != nil && channels.contains(channel)) else {
            let names = Set(channels).union(try await journal.cursors().keys).sorted()
            throw OperatorFailure.wrong("there is no cursor of \"\(channel)\"; there are \(names.listed)")
        }
        if let text, (try? JSONValue(parsing: Array(text.utf8))) == nil {
            throw OperatorFailure.wrong("a cursor is JSON, and this is none: \(text)")
        }
        let cursor = text.map { Cursor($0) }
        let failure: JournalFailure
        do throws(JournalFailure) {
            return try await journal.setCursor(cursor, of: channel, expecting: known?.revision ?? 0)
        } catch {
            failure = error
        }
        guard case .revisionConflict = failure else { throw failure }
        throw OperatorFailure.unavailable("the channel moved on meanwhile; look again and repeat")
    }

    /// The dead letters of a sink or of all.
    package func deadLetters(of sink: String?) async throws -> [DeadLetter] {
        if let sink {
            try await require(sink)
            return try await journal.deadLetters(of: sink)
        }
        var letters: [DeadLetter] = []
        for name in try await journal.status().sinks.keys.sorted() {
            letters += try await journal.deadLetters(of: name)
        }
        return letters
    }

    /// Forgets dead letters.
    package func drop(_ choice: LetterChoice) async throws -> Int {
        let chosen = try await letters(choice)
        try await journal.drop(deadLetters: chosen.map(\.position), of: choice.sink)
        return chosen.count
    }

    /// Tries dead letters once more.
    package func redeliver(_ choice: LetterChoice) async throws -> Courier.Redelivery {
        guard !(try await letters(choice)).isEmpty else { return Courier.Redelivery() }
        guard let courier = couriers[choice.sink] else {
            throw OperatorFailure.wrong("the configuration has no sink \"\(choice.sink)\" any more")
        }
        return isRunning
            ? try await courier.redeliver(choice.positions) : try await courier.redeliverAlone(choice.positions)
    }

    /// Lets a sink begin again.
    package func replay(sink: String, since moment: Timestamp) async throws -> Int64 {
        try await require(sink)
        return try await journal.rewind(sink: sink, to: moment)
    }

    /// Forgets a sink that is not configured any more.
    package func retire(sink: String) async throws -> Int64 {
        try await require(sink)
        guard couriers[sink] == nil else {
            throw OperatorFailure.wrong("sink \"\(sink)\" is configured: take it out of the configuration first")
        }
        let status = try await journal.status()
        try await journal.retire(sink: sink)
        return status.head - (status.sinks[sink] ?? status.head)
    }

    /// What was stored after a position.
    package func look(_ view: TapView) async throws -> TapPage {
        let filter = try filter(of: view)
        let head = try await journal.status().head
        guard let after = view.after else { return TapPage(lines: [], upTo: head) }
        // Who asks from beyond the end had another journal before.
        let found =
            after < head
            ? try await journal.mentions(after: after, limits: BatchLimits()) : try await waiting(for: head)
        guard let delivery = found else { return TapPage(lines: [], upTo: head) }
        var lines: [UInt8] = []
        for index in delivery.batch.entries.indices {
            let name = delivery.batch.channel(of: delivery.batch.entries[index])
            guard view.channel == nil || view.channel == name else { continue }
            let line = delivery.batch.line(index)
            if filter.allSatisfy({ $0(line) }) { lines += line + [0x0A] }
        }
        return TapPage(lines: lines, upTo: delivery.upTo)
    }

    private func waiting(for after: Int64) async throws -> Delivery? {
        try await withThrowingTaskGroup(of: Delivery?.self) { group in
            group.addTask { try await journal.mentions(after: after, limits: BatchLimits()) }
            group.addTask {
                try await clock.sleep(JournalDesk.patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func filter(of view: TapView) throws -> [Courier.Filter] {
        var filters: [Courier.Filter] = []
        if let channel = view.channel, !channels.contains(channel) {
            throw OperatorFailure.wrong("there is no channel \"\(channel)\"; there are \(channels.listed)")
        }
        if let sink = view.sink {
            guard couriers[sink] != nil else {
                throw OperatorFailure.wrong("there is no sink \"\(sink)\"; there are \(couriers.keys.sorted().listed)")
            }
            if let condition = conditions[sink] { filters.append(Assembly.filter(condition)) }
        }
        if let text = view.condition {
            do throws(JMESPathFailure) {
                filters.append(Assembly.filter(try JMESPath(compiling: text)))
            } catch {
                throw OperatorFailure.wrong("the expression is wrong: \(error)")
            }
        }
        return filters
    }

    /// The letters that are meant; throws where one that is named is not there.
    private func letters(_ choice: LetterChoice) async throws -> [DeadLetter] {
        try await require(choice.sink)
        let letters = try await journal.deadLetters(of: choice.sink)
        guard let positions = choice.positions else { return letters }
        let missing = positions.subtracting(letters.map(\.position)).sorted()
        guard missing.isEmpty else {
            let names = missing.map(String.init).joined(separator: ", ")
            throw OperatorFailure.wrong("the sink \"\(choice.sink)\" has no dead letter at \(names)")
        }
        return letters.filter { positions.contains($0.position) }
    }

    private func require(_ sink: String) async throws {
        let known = try await journal.status().sinks
        guard known[sink] == nil else { return }
        throw OperatorFailure.wrong("the journal knows no sink \"\(sink)\"; it knows \(known.keys.sorted().listed)")
    }
}

extension [String] {
    /// The names, for a sentence.
    fileprivate var listed: String { isEmpty ? "none" : joined(separator: ", ") }
}
