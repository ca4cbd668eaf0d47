import Earshot
import EarshotAdapters
import EarshotTesting
import Synchronization

/// A network of feeds that are made up, at a moment that a test holds in its hands.
final class Site: HTTPFetching {
    /// One question.
    struct Visit {
        var url: String
        var at: Int64
        var request: FetchRequest
    }

    private struct State {
        var now: Int64 = 1_772_409_600  // 2026-03-02, a Monday, midnight
        var visits: [Visit] = []
        var open: [String: Int] = [:]
        var mostHosts = 0
        var mostOfOneHost = 0
    }

    private let state = Mutex(State())
    private let answer: @Sendable (FetchRequest) -> Result<FetchResponse, FetchFailure>

    /// A network in which every question has this answer.
    init(_ answer: @escaping @Sendable (FetchRequest) -> Result<FetchResponse, FetchFailure>) { self.answer = answer }

    /// The moment, in seconds.
    var now: Int64 {
        get { state.withLock { $0.now } }
        set { state.withLock { $0.now = newValue } }
    }

    var visits: [Visit] { state.withLock { $0.visits } }

    /// How many hosts, and how many times one host, were asked at once.
    var most: (hosts: Int, ofOneHost: Int) { state.withLock { ($0.mostHosts, $0.mostOfOneHost) } }

    /// When an address was asked.
    func asked(_ url: String) -> [Int64] { visits.filter { $0.url == url }.map(\.at) }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        let host = String(request.url.split(separator: "/")[1])
        state.withLock { state in
            state.visits.append(Visit(url: request.url, at: state.now, request: request))
            state.open[host, default: 0] += 1
            state.mostHosts = max(state.mostHosts, state.open.count)
            state.mostOfOneHost = max(state.mostOfOneHost, state.open[host] ?? 0)
        }
        for _ in 0..<4 { await Task.yield() }
        state.withLock { state in
            state.open[host, default: 1] -= 1
            if state.open[host] == 0 { state.open[host] = nil }
        }
        return try answer(request).get()
    }

    /// A reply of a status.
    static func reply(
        _ status: Int, _ headers: [(name: String, value: String)] = [], _ body: String = "", to request: FetchRequest
    ) -> Result<FetchResponse, FetchFailure> {
        .success(FetchResponse(status: status, headers: headers, body: Array(body.utf8), url: request.url))
    }

    /// A feed with a channel's elements and entries of these numbers, the newest first.
    static func feed(
        _ about: String, _ entries: [Int] = [1], _ headers: [(name: String, value: String)] = [],
        to request: FetchRequest
    ) -> Result<FetchResponse, FetchFailure> {
        let items = entries.map { "<item><guid isPermaLink=\"false\">e\($0)</guid><title>Entry \($0)</title></item>" }
        let body = "<rss><channel><title>x</title>\(about)\(items.joined())</channel></rss>"
        return reply(200, headers, body, to: request)
    }
}

/// A channel of feeds as the gateway would listen to it.
struct FeedChannel {
    let adapter: RSSAdapter
    let site: Site
    /// How often it asks, in seconds.
    var every: Int64 = 600
    var cursor: Cursor?
    /// What the pages brought: titles of entries, and reasons of what could not be read.
    var titles: [String] = []
    var reasons: [String] = []
    /// The pages of the last round, and what its last one said is missing.
    var pages = 0
    var notice: String?

    init(_ settings: String, _ site: Site, every: Int64 = 600) throws {
        adapter = try RSSAdapter.make(settings)
        self.site = site
        self.every = every
    }

    /// Asks until there is no more, and gives how long the feeds want to be left alone.
    mutating func round() async throws -> Int64 {
        pages = 0
        while true {
            let moment = Timestamp(seconds: site.now)
            let page = try await adapter.poll(after: cursor, over: site, at: moment)
            pages += 1
            for document in page.documents {
                do throws(MalformedDocument) {
                    let reading = try adapter.read(document)
                    titles += reading.rows.map { reading.string($0.title) }
                } catch {
                    reasons.append(error.reason)
                }
            }
            cursor = page.next
            notice = page.notice
            guard page.hasMore else { return page.wait?.components.seconds ?? 0 }
        }
    }

    /// Listens for so many seconds.
    mutating func listen(for seconds: Int64) async throws {
        let end = site.now + seconds
        while site.now < end {
            let wait = try await round()
            site.now += max(wait, every)
        }
    }
}
