internal import Earshot
internal import EarshotFormats

extension GraphListing {
    /// Fetches the page at a cursor: of the list, or of a list inside of an item that is to be read on.
    func poll(after kept: Cursor?, over http: any HTTPFetching) async throws -> Page {
        var cursor = GraphCursor(kept)
        if kept == nil { cursor.floor = http.now.seconds - backfill }
        if let list = cursor.open.first { return try await poll(list, at: cursor, over: http) }
        if let search, cursor.found == nil { return try await find(search, at: cursor, over: http) }
        let answer: Answer
        do {
            answer = try await fetch(address(at: cursor), timeField, inner, over: http)
        } catch let refusal as GraphRefusal {
            if refusal.error.isTooMuch, !cursor.isSmall {
                var smaller = cursor
                smaller.isSmall = true
                return Page([], next: smaller.kept, hasMore: true)
            }
            // A place in a list breaks when its item is deleted; the list itself may be well.
            guard refusal.error.code == 100, let restarted = cursor.restarted() else { throw refusal.failure }
            guard cursor.hasRestarted else { return Page([], next: restarted.kept, hasMore: true) }
            // Lost once more: the round is begun again at its time, so that at least the newest are heard.
            var page = Page([], next: restarted.kept)
            page.notice = "the list loses its place again and again: \(refusal.error.message)"
            return page
        }
        return answer.page(cursor.advanced(by: answer.list, in: self, at: answer.moment))
    }

    /// Fetches a page of a list inside of an item; an item that is gone takes its list with it.
    private func poll(
        _ list: GraphOpenList, at cursor: GraphCursor, over http: any HTTPFetching
    ) async throws -> Page {
        guard let address = address(of: list), let inner = inner(list.edge) else {
            return Page([], next: cursor.closed().kept, hasMore: cursor.closed().isUnderWay)
        }
        do {
            let answer = try await fetch(address, inner.timeField, inner.inner, over: http)
            return answer.page(cursor.advanced(past: list, by: answer.list, in: self))
        } catch let refusal as GraphRefusal {
            guard refusal.error.code == 100 else { throw refusal.failure }
            return Page([], next: cursor.closed().kept, hasMore: cursor.closed().isUnderWay)
        }
    }

    /// Finds the object whose list is wanted.
    private func find(_ search: GraphSearch, at cursor: GraphCursor, over http: any HTTPFetching) async throws -> Page {
        do {
            let answer = try await fetch(address(search.path, search.query), timeField, [], over: http)
            guard let found = answer.list.items.first?.id, !found.isEmpty else {
                throw FetchFailure.refused("\(search.path) finds nothing")
            }
            var next = cursor
            next.found = found
            return Page([], next: next.kept, hasMore: true, wait: answer.wait)
        } catch let refusal as GraphRefusal {
            throw refusal.failure
        }
    }

    /// One answer that is a page.
    private struct Answer {
        var list: GraphPage
        var document: Document
        var wait: Duration?
        /// When it was given, by the platform's clock.
        var moment: Int64?

        /// The page with the cursor that stands for having it.
        func page(_ next: GraphCursor) -> Page {
            Page([document], next: next.kept, hasMore: next.isUnderWay, wait: wait)
        }
    }

    private func fetch(
        _ address: String, _ timeField: String, _ inner: [GraphInner], over http: any HTTPFetching
    ) async throws -> Answer {
        let (response, wait) = try await ask(address, over: http)
        let list: GraphPage
        do {
            list = try GraphPage(response.body, timeField: timeField, inner: inner)
        } catch {
            throw FetchFailure.unreachable("the answer of \(base) is \(error.reason)")
        }
        let moment = response["date"].flatMap { Times.parse($0)?.seconds }
        return Answer(list: list, document: document(response, of: address), wait: wait, moment: moment)
    }

    /// The reply that an address is answered with, and how long to ask for nothing; throws what is an error.
    func ask(_ address: String, over http: any HTTPFetching) async throws -> (FetchResponse, wait: Duration?) {
        var request = FetchRequest(address)
        request.headers = [("Accept", "application/json")]
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let appSecret { request.tokenProof = TokenProof(parameter: "appsecret_proof", key: appSecret) }
        request.allowsPrivateNetworks = isOperators
        request.refusesCredentials = { response in
            response.status >= 400 && GraphError(body: response.body)?.isOfToken == true
        }
        let response = try await http.fetch(request)
        let wait = Budget(response)?.wait
        if let error = GraphError(body: response.body) { throw GraphRefusal(error: error, wait: wait) }
        if let failure = response.failure("status \(response.status)") { throw failure }
        return (response, wait)
    }

    /// A reply as a document.
    func document(_ response: FetchResponse, of address: String) -> Document {
        var document = Document(response.body, observedAt: Timestamp(seconds: 0))
        document.url = address
        document.contentType = response["content-type"]
        document.via = .poll
        return document
    }
}

/// An error that a list was answered with.
struct GraphRefusal: Error {
    /// The error.
    var error: GraphError
    /// What the usage headers ask for.
    var wait: Duration?

    /// What the gateway should do.
    var failure: FetchFailure { error.failure(wait: wait) }
}
