internal import Earshot
internal import EarshotFormats
internal import Synchronization

/// What came of asking one feed.
struct FeedAnswer {
    /// The address that the feed is known by.
    var feed: String
    /// What is remembered of it now.
    var memory: FeedMemory
    /// What it brought.
    var documents: [Document] = []
    /// Why it could not be had.
    var failure: FetchFailure?
}

/// Asks feeds, at one moment.
struct FeedAsking: Sendable {
    let adapter: RSSAdapter
    let http: any HTTPFetching
    /// The moment, in seconds since 1970.
    let now: Int64
    /// Whether it is one of several, which has to be quicker and smaller than a feed alone.
    let isOneOfMany: Bool

    /// How many hosts are asked at once, and how many bytes are held before no further feed is asked.
    private static let limit = (hosts: 16, bytes: 32 * 1024 * 1024)
    /// How soon and how large the reply of one of many has to be.
    private static let ofMany = (timeout: Duration.seconds(30), bytes: 8 * 1024 * 1024)

    /// Asks the feeds of every lane, one after another, and of several lanes at once.
    func ask(_ lanes: [[String]], _ known: [String: FeedMemory]) async -> [FeedAnswer] {
        let held = Held()
        return await withTaskGroup(of: [FeedAnswer].self) { group in
            var waiting = lanes[...]
            for lane in waiting.prefix(FeedAsking.limit.hosts) { group.addTask { await walk(lane, known, held) } }
            waiting = waiting.dropFirst(FeedAsking.limit.hosts)
            var answers: [FeedAnswer] = []
            for await found in group {
                answers += found
                if let lane = waiting.popFirst() { group.addTask { await walk(lane, known, held) } }
            }
            return answers
        }
    }

    /// The bytes that the answers of a page hold by now.
    private final class Held: Sendable {
        private let bytes = Mutex(0)

        var isFull: Bool { bytes.withLock { $0 >= FeedAsking.limit.bytes } }

        func add(_ documents: [Document]) {
            let count = documents.reduce(0) { $0 + $1.bytes.count }
            bytes.withLock { $0 += count }
        }
    }

    /// Asks the feeds of one host; once it wants to be left alone, or twice does not answer, the rest is put off.
    private func walk(_ lane: [String], _ known: [String: FeedMemory], _ held: Held) async -> [FeedAnswer] {
        var answers: [FeedAnswer] = []
        var silences = 0
        for (index, feed) in lane.enumerated() {
            guard !held.isFull, !Task.isCancelled else { break }
            let answer = await ask(feed, known[feed] ?? FeedMemory())
            held.add(answer.documents)
            answers.append(answer)
            if case .unreachable = answer.failure { silences += 1 } else { silences = 0 }
            if case .limited(_, let after) = answer.failure {
                let pause = max(after?.components.seconds ?? 0, 60)
                answers += lane[(index + 1)...].map { putOff($0, known[$0] ?? FeedMemory(), by: pause) }
                break
            }
            if silences == 2 {
                answers += lane[(index + 1)...].map { putOff($0, known[$0] ?? FeedMemory(), by: 60) }
                break
            }
        }
        return answers
    }

    private func putOff(_ feed: String, _ memory: FeedMemory, by seconds: Int64) -> FeedAnswer {
        var memory = memory
        memory.due = now + seconds
        return FeedAnswer(feed: feed, memory: memory)
    }

    /// Asks one feed, and where a web page is in its place the feed that the page offers.
    func ask(_ feed: String, _ known: FeedMemory) async -> FeedAnswer {
        var answer = FeedAnswer(feed: feed, memory: known)
        do throws(FetchFailure) {
            var response = try await http.fetch(request(for: feed, known))
            if known.offered == nil, let offered = offer(in: response) {
                answer.memory.offered = offered
                answer.memory.forgetValidators()
                response = try await http.fetch(request(for: feed, answer.memory))
            }
            answer.documents = try take(response, of: feed, &answer.memory)
            answer.memory.asked = now
        } catch {
            answer.memory = known
            answer.failure = error
            var pause: Int64 = 0
            if case .limited(_, let after?) = error { pause = after.components.seconds }
            // What a page offered may be offered elsewhere by now.
            if case .refused = error { answer.memory.offered = nil }
            answer.memory.noteFailure(at: now, after: pause)
        }
        return answer
    }

    /// The feed that a web page offers, if a reply is one.
    private func offer(in response: FetchResponse) -> String? {
        guard (200..<300).contains(response.status) else { return nil }
        return response.body.withBytes { HTMLPage.offers($0, url: response.url) }.first {
            $0 != response.url && $0.utf8.count <= 2048 && Array($0.utf8).withBytes { FeedLink.isWeb($0) }
        }
    }

    private func request(for feed: String, _ memory: FeedMemory) -> FetchRequest {
        var request = FetchRequest(memory.address ?? feed)
        request.headers = [
            (
                name: "Accept",
                value: "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
                    + "text/xml;q=0.9, */*;q=0.5"
            )
        ]
        // What another host said of its reply says nothing of this one's.
        if memory.source.map({ FeedAsking.host(of: $0) == FeedAsking.host(of: request.url) }) ?? true {
            if let etag = memory.etag { request.headers.append((name: "If-None-Match", value: etag)) }
            if let modified = memory.modified { request.headers.append((name: "If-Modified-Since", value: modified)) }
        }
        adapter.authorize(&request, of: feed)
        if isOneOfMany {
            request.timeout = FeedAsking.ofMany.timeout
            request.sizeLimit = FeedAsking.ofMany.bytes
        }
        return request
    }

    private static func host(of url: String) -> String { Array(url.utf8).withBytes { FeedLink.host(of: $0) } }

    /// What a reply brings, or the failure that it is.
    private func take(
        _ response: FetchResponse, of feed: String, _ memory: inout FeedMemory
    ) throws(FetchFailure) -> [Document] {
        switch response.status {
        case 304:
            // Validators are those of the address that gave them, whoever else says that nothing has changed.
            if memory.source != response.url { memory.forgetValidators() }
            memory.noteAnswer(response)
        case 200..<300:
            memory.noteValidators(response)
            memory.noteAnswer(response)
            return content(of: response, &memory)
        case 410 where isOneOfMany && memory.offered == nil:
            memory = FeedMemory()
            memory.isGone = true
            return [FeedFailure.document("the feed is gone for good (410)", of: feed)]
        default: throw FeedFailure.of(response, feed)
        }
        memory.due = memory.pace.due(after: now, fresh: FeedPace.freshness(of: response), patience: adapter.patience)
        return []
    }

    /// The document in a reply, unless it is the last one again, and what it says of how often to ask.
    private func content(of response: FetchResponse, _ memory: inout FeedMemory) -> [Document] {
        let body = Digest(of: response.body).hexadecimal
        let isRepeated = body == memory.body
        // Of a feed that was cut off, or is not there at all, the rest is wanted: nobody may say that it has not
        // changed.
        if !FeedCut.isWhole(response.body) { memory.forgetValidators() }
        if !isRepeated { memory.pace = FeedPace(of: response.body) }
        memory.due = memory.pace.due(after: now, fresh: FeedPace.freshness(of: response), patience: adapter.patience)
        guard !isRepeated, !response.body.isEmpty else { return [] }
        memory.body = body
        let rest = FeedCut.before(in: response.body)
        var document = Document(rest ?? response.body, observedAt: Timestamp(seconds: now))
        document.url = FeedFailure.withoutKeys(response.url)
        document.contentType = response["Content-Type"]
        document.via = .poll
        return [document] + noteEntries(of: document, &memory)
    }

    /// Remembers the newest entries of a page, and tells where none of the last page's is left.
    private func noteEntries(of document: Document, _ memory: inout FeedMemory) -> [Document] {
        guard let reading = try? adapter.read(document) else {
            memory.forgetValidators()
            return []
        }
        if reading.rows.isEmpty { return [] }
        let traces = FeedTraces(of: reading)
        defer { memory.newest = traces.newest }
        guard let last = memory.newest, !traces.overlaps(last) else {
            memory.hasGap = false
            return []
        }
        let isKnown = memory.hasGap
        memory.hasGap = true
        if isKnown { return [] }
        let reason = "nothing of the last page is on this one: what came between may be missed; ask more often"
        return [FeedFailure.document(reason, of: document.url ?? "")]
    }
}
