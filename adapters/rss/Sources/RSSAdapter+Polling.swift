package import Earshot
internal import EarshotFormats
internal import Foundation

extension RSSAdapter {
    /// Fetches the feed whose turn it is; a round over all feeds is one run of pages.
    ///
    /// A feed among several that fails does not hold up the others: it rests for a round, then two, four, up to 64, and
    /// the first failure is a defect. A single feed's failure is thrown, so that the gateway waits as the server asks.
    package func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page {
        guard !feeds.isEmpty else { throw FetchFailure.refused("no feeds are configured") }
        var state = FeedCursor(cursor)
        state.feeds = state.feeds.filter { feeds.contains($0.key) }
        skipResting(&state)
        guard state.turn < feeds.count else {
            state.turn = 0
            return Page([], next: state.cursor)
        }
        let feed = feeds[state.turn]
        var memory = state.feeds[feed] ?? FeedCursor.Memory()
        var documents: [Document] = []
        do {
            let response = try await http.fetch(request(for: feed, memory))
            documents = try take(response, of: feed, &memory)
        } catch let failure {
            guard feeds.count > 1 else { throw failure }
            memory.noteFailure()
            if memory.failures == 1 { documents = [FeedFailure.document("\(failure)", of: feed)] }
        }
        state.feeds[feed] = memory == FeedCursor.Memory() ? nil : memory
        state.turn += 1
        let hasMore = state.turn < feeds.count
        if !hasMore { state.turn = 0 }
        return Page(documents, next: state.cursor, hasMore: hasMore)
    }

    /// Passes over feeds that are gone, and over those that rest, which are then a round nearer.
    private func skipResting(_ state: inout FeedCursor) {
        while state.turn < feeds.count {
            guard var memory = state.feeds[feeds[state.turn]] else { return }
            if memory.gone != true {
                guard let rest = memory.rest, rest > 0 else { return }
                memory.rest = rest - 1
                state.feeds[feeds[state.turn]] = memory
            }
            state.turn += 1
        }
    }

    private func request(for feed: String, _ memory: FeedCursor.Memory) -> FetchRequest {
        var request = FetchRequest(memory.moved ?? feed)
        request.headers = [
            (
                name: "Accept",
                value: "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
                    + "text/xml;q=0.9, */*;q=0.5"
            )
        ]
        if let etag = memory.etag { request.headers.append((name: "If-None-Match", value: etag)) }
        if let modified = memory.modified { request.headers.append((name: "If-Modified-Since", value: modified)) }
        let isOperators =
            Array(request.url.utf8).withBytes { FeedLink.host(of: $0) }
            == Array(feed.utf8).withBytes { FeedLink.host(of: $0) }
        if isOperators { request.headers += headers }
        request.allowsPrivateNetworks = isOperators
        request.takesCredentials = isOperators
        return request
    }

    /// What a reply brings, or the failure that it is.
    private func take(
        _ response: FetchResponse, of feed: String, _ memory: inout FeedCursor.Memory
    ) throws(FetchFailure) -> [Document] {
        switch response.status {
        case 304:
            // Validators are those of the address that gave them, whoever else says that nothing has changed.
            if memory.source != response.url { memory.forgetValidators() }
            memory.noteAnswer(response)
            return []
        case 200..<300:
            memory.note(response)
            var document = Document(response.body, observedAt: Timestamp(seconds: 0))
            document.url = withoutUser(response.url)
            document.contentType = response["Content-Type"]
            document.via = .poll
            return response.body.isEmpty ? [] : [document]
        case 410 where feeds.count > 1:
            memory = FeedCursor.Memory()
            memory.gone = true
            return [FeedFailure.document("the feed is gone for good (410)", of: feed)]
        case 410: throw .refused("the feed is gone for good (410): \(feed)")
        default: throw response.failure("status \(response.status) from \(feed)") ?? .refused("no answer of \(feed)")
        }
    }

    /// An address without the name and password that it may hold.
    private func withoutUser(_ address: String) -> String {
        guard let slashes = address.range(of: "://"), let at = address[slashes.upperBound...].firstIndex(of: "@"),
            !address[slashes.upperBound..<at].contains("/")
        else { return address }
        return String(address[..<slashes.upperBound]) + String(address[address.index(after: at)...])
    }
}

/// A feed's failure among feeds that do not fail, handed on as a document that cannot be read.
enum FeedFailure {
    /// The media type of such a document.
    static let contentType = "text/x-earshot-failure"

    /// The document that says why a feed could not be fetched.
    static func document(_ reason: String, of feed: String) -> Document {
        var document = Document(Array("\(feed): \(reason)".utf8), observedAt: Timestamp(seconds: 0))
        document.contentType = contentType
        document.via = .poll
        return document
    }
}
