package import Earshot
internal import EarshotFormats

extension RSSAdapter {
    /// Asks every feed, whenever it was asked last.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        try await poll(after: cursor, over: http, at: FeedCursor(cursor).end)
    }

    /// Asks the feeds whose turn it is; a round over all that are due is one run of pages.
    ///
    /// A feed among several that fails holds up no other: it is asked again later and later, and told of as a defect. A
    /// single feed's failure is thrown, so that the gateway waits as the server asks.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching, at moment: Timestamp) async throws -> Page {
        var state = FeedCursor(cursor)
        let now = moment.seconds
        var documents: [Document] = []
        if state.round == nil || state.round.map({ $0 > now }) == true {
            state.round = nil
            documents += try await refreshList(&state, over: http, at: now)
        }
        let addresses = addresses(in: state)
        guard !addresses.isEmpty else { throw FetchFailure.refused("no feeds are configured") }
        state.keep(addresses)
        let round = state.round ?? now
        let turn = FeedTurn(addresses, state, in: round, at: now, patience: patience)
        guard !turn.lanes.isEmpty else { return try rest(addresses, &state, documents, at: now) }
        let asking = FeedAsking(adapter: self, http: http, now: now, isOneOfMany: addresses.count > 1)
        let answers = await asking.ask(turn.lanes, state.feeds)
        try Task.checkCancellation()
        if addresses.count == 1, let failure = answers.first?.failure { throw failure }
        documents += settle(answers, &state, order: addresses)
        if !addresses.contains(where: { state.isDue($0, in: round, at: now, patience: patience) }) {
            return try rest(addresses, &state, documents, at: now)
        }
        state.round = round
        return try Page(documents, next: state.written(), hasMore: true)
    }

    /// Puts the operator's own header fields on a request that goes to a host that the operator wrote.
    func authorize(_ request: inout FetchRequest, of feed: String) {
        let isOwn =
            Array(request.url.utf8).withBytes { FeedLink.host(of: $0) }
            == Array(feed.utf8).withBytes { FeedLink.host(of: $0) }
        // What a list from elsewhere names is no word of the operator's.
        let isOperators = isOwn && (own.contains(feed) || !isListFetched || feed == opml)
        if isOperators { request.headers += headers }
        request.allowsPrivateNetworks = isOperators
        request.takesCredentials = isOperators
    }

    /// The feeds at hand: those that are configured, then those of the list.
    private func addresses(in state: FeedCursor) -> [String] {
        let listed = state.feeds.filter { $0.value.isListed && !own.contains($0.key) }.keys.sorted()
        return feeds + listed
    }

    /// The page after which the channel rests until the next feed is due.
    private func rest(
        _ addresses: [String], _ state: inout FeedCursor, _ documents: [Document], at now: Int64
    ) throws -> Page {
        state.round = nil
        let known = addresses.map { state.feeds[$0] ?? FeedMemory() }
        if documents.isEmpty, !known.contains(where: { !$0.isGone }) {
            throw FetchFailure.refused("every feed is gone for good")
        }
        var wait = state.wait(for: addresses, at: now)
        if documents.isEmpty, known.count > 1, wait > 0, known.allSatisfy({ $0.isGone || $0.failures > 0 }) {
            throw FetchFailure.unreachable("none of the \(known.count) feeds could be had")
        }
        // A list may change meanwhile.
        if opml != nil { wait = min(wait, isListFetched ? max(state.list.due - now, 0) : RSSAdapter.listInterval) }
        var page = try Page(documents, next: state.written(), wait: wait > 0 ? .seconds(wait) : nil)
        page.notice = notice(addresses, known)
        return page
    }

    /// Which feeds cannot be had, in a sentence; nil where all can.
    private func notice(_ addresses: [String], _ known: [FeedMemory]) -> String? {
        let failing = zip(addresses, known).filter { $0.1.failures > 0 }.map { FeedFailure.withoutKeys($0.0) }
        let gone = known.count { $0.isGone }
        guard !failing.isEmpty || gone > 0 else { return nil }
        var words = failing.prefix(3).joined(separator: ", ")
        if failing.count > 3 { words += " and \(failing.count - 3) more" }
        let first = failing.isEmpty ? "" : "\(failing.count) of \(known.count) feeds cannot be had: \(words)"
        let second = gone == 0 ? "" : "\(gone) of \(known.count) feeds are gone for good"
        return [first, second].filter { !$0.isEmpty }.joined(separator: "; ")
    }

    /// Remembers what came of asking, and gives the documents in the order of the feeds.
    private func settle(_ answers: [FeedAnswer], _ state: inout FeedCursor, order addresses: [String]) -> [Document] {
        var found: [String: FeedAnswer] = [:]
        for answer in answers {
            found[answer.feed] = answer
            let isListed = state.feeds[answer.feed]?.isListed == true
            state.feeds[answer.feed] = answer.memory
            state.feeds[answer.feed]?.isListed = isListed
        }
        var documents: [Document] = []
        var untold = 0
        var told = 0
        for address in addresses {
            guard let answer = found[address] else { continue }
            documents += answer.documents
            let times = answer.memory.failures
            // Told the first time, the second, the fourth, the eighth …
            guard let failure = answer.failure, times & (times - 1) == 0 else { continue }
            told += 1
            if told > RSSAdapter.mostTold {
                untold += 1
            } else {
                documents.append(FeedFailure.document(FeedFailure.reason(failure, times: times), of: address))
            }
        }
        if untold > 0 { documents.append(FeedFailure.document("could not be had either", of: "\(untold) more feeds")) }
        return documents
    }

    /// How many failures of a page are told one by one.
    private static let mostTold = 20
}

extension FeedCursor {
    /// Forgets what no longer is a feed.
    mutating func keep(_ addresses: [String]) {
        let kept = Set(addresses)
        if feeds.contains(where: { !kept.contains($0.key) }) { feeds = feeds.filter { kept.contains($0.key) } }
    }

    /// The cursor, unless it is too large to be read again.
    func written() throws(FetchFailure) -> Cursor {
        let cursor = cursor
        guard cursor.text.utf8.count <= FeedCursor.sizeLimit else {
            throw .refused("more feeds than one channel can remember: split them over several channels")
        }
        return cursor
    }
}
