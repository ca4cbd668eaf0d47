internal import Earshot
internal import EarshotFormats

/// The list of feeds, an OPML file or address.
extension RSSAdapter {
    /// How often a list is fetched that does not say how long it stays fresh, in seconds; how often a file is read
    /// again.
    static let listInterval: Int64 = 600

    /// Whether the list comes from an address.
    var isListFetched: Bool { opml.map { Array($0.utf8).withBytes { FeedLink.isWeb($0) } } ?? false }

    /// Reads the list again where it is time to; what is wrong with it is a document that cannot be read, while the
    /// feeds that it named before are asked on.
    func refreshList(
        _ state: inout FeedCursor, over http: any HTTPFetching, at now: Int64
    ) async throws -> [Document] {
        guard let opml else {
            for (address, memory) in state.feeds where memory.isListed { state.feeds[address]?.isListed = false }
            return []
        }
        var reason: String?
        do {
            let list =
                isListFetched
                ? try await fetchList(opml, &state.list, over: http, at: now)
                : try FeedList(FeedList.bytes(at: opml))
            guard let list else { return [] }
            state.list(list.addresses)
            if list.isCut { reason = "more than \(FeedList.limit) feeds; the rest is left out" }
        } catch let failure as FetchFailure {
            let isAlone = feeds.isEmpty && !state.feeds.contains { $0.value.isListed }
            guard !isAlone else { throw failure }
            state.list.noteFailure(at: now)
            reason = FeedFailure.reason(failure, times: state.list.failures)
        } catch let malformed as MalformedDocument {
            let isAlone = feeds.isEmpty && !state.feeds.contains { $0.value.isListed }
            guard !isAlone else { throw FetchFailure.refused("the list of feeds at \(opml): \(malformed)") }
            state.list.due = now + RSSAdapter.listInterval
            reason = malformed.description
        }
        return reason.map { [FeedFailure.document("the list of feeds: \($0)", of: opml)] } ?? []
    }

    /// The list at an address; nil where it is not due, or has not changed.
    private func fetchList(
        _ address: String, _ memory: inout FeedMemory, over http: any HTTPFetching, at now: Int64
    ) async throws -> FeedList? {
        guard memory.due <= now || memory.due > now + 31 * 86_400 else { return nil }
        var request = FetchRequest(address)
        request.headers = [(name: "Accept", value: "text/x-opml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5")]
        if let etag = memory.etag { request.headers.append((name: "If-None-Match", value: etag)) }
        if let modified = memory.modified { request.headers.append((name: "If-Modified-Since", value: modified)) }
        authorize(&request, of: address)
        let response = try await http.fetch(request)
        guard response.status == 304 || (200..<300).contains(response.status) else {
            throw FeedFailure.of(response, address)
        }
        let list = response.status == 304 ? nil : try FeedList(response.body, contentType: response["Content-Type"])
        if list != nil { memory.noteValidators(response) }
        memory.failures = 0
        memory.due = now + min(max(FeedPace.freshness(of: response), RSSAdapter.listInterval), 86_400)
        return list
    }
}

extension FeedCursor {
    /// Notes which feeds the list names now.
    mutating func list(_ addresses: [String]) {
        let named = Set(addresses)
        for (address, memory) in feeds where memory.isListed && !named.contains(address) {
            feeds[address]?.isListed = false
        }
        for address in addresses { feeds[address, default: FeedMemory()].isListed = true }
    }
}
