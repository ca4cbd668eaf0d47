package import Earshot

/// The leads of one channel's deliveries that wait to be looked up.
///
/// A lead is in the journal before its delivery is acknowledged. How far they were looked up the channel's cursor says,
/// which moves with the mentions that came of it; so a lead is lost nowhere, and looked up twice only if a delivery
/// came twice.
package struct LeadBox: Sendable {
    private let channel: String
    private let journal: any Journal
    private let board: StatusBoard
    /// Rings when a lead has come.
    private let bell = Bell(head: 0)

    /// How many leads wait at most. Beyond that, deliveries are taken as they are.
    package static let limit = 2000
    /// How often a list that somebody else has changed is read again.
    private static let attempts = 10

    /// The box of one channel.
    package init(channel: String, journal: any Journal, board: StatusBoard) {
        self.channel = channel
        self.journal = journal
        self.board = board
    }

    // No channel's name has a colon.
    private var name: String { "leads:\(channel)" }

    /// Notes leads in the journal; false, with none noted, where too many wait already.
    func add(_ requests: [String]) async throws -> Bool {
        for _ in 0..<LeadBox.attempts {
            let known = try await journal.cursor(of: name)
            var list = LeadList(known?.value)
            list.forget(upTo: try await done())
            for request in requests { list.add(request) }
            guard list.leads.count <= LeadBox.limit else { return false }
            do throws(JournalFailure) {
                try await journal.setCursor(list.cursor, of: name, expecting: known?.revision ?? 0)
            } catch {
                guard case .revisionConflict = error else { throw error }
                continue
            }
            board.noteWaiting(list.leads.count, for: channel)
            bell.ring(list.next - 1)
            return true
        }
        throw JournalFailure.unavailable("others change the leads of \(channel) all the time")
    }

    /// How many leads wait.
    func count() async throws -> Int {
        let count = LeadList(try await journal.cursor(of: name)?.value).count(after: try await done())
        board.noteWaiting(count, for: channel)
        return count
    }

    /// Looks up the first lead after a cursor; a page of nothing where there is none.
    func page(after cursor: Cursor?, _ lookUp: (String) async throws -> Lookup) async throws -> Page {
        let done = LeadList.done(cursor)
        let list = LeadList(try await journal.cursor(of: name)?.value)
        guard let lead = list.lead(after: done) else { return Page([], next: cursor ?? LeadList.cursor(done: done)) }
        let found = try await lookUp(lead.request)
        var page = Page(
            [found.document], next: LeadList.cursor(done: lead.number), hasMore: list.count(after: lead.number) > 0,
            wait: found.wait)
        page.notice = found.notice
        return page
    }

    /// Returns when a lead has come that nobody looked at yet, or after a time: another gateway may have taken it.
    func wait(atMost time: Duration, by clock: GatewayClock) async throws {
        let done = try await done()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await bell.wait(above: done) }
            group.addTask { try await clock.sleep(time) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func done() async throws -> Int64 { LeadList.done(try await journal.cursor(of: channel)?.value) }
}
