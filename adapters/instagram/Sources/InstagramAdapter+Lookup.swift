package import Earshot

extension InstagramAdapter: LookupAdapter {
    /// As the settings say, else where there is a token; `auth` of the channel is not seen from here.
    package var looksUp: Bool { setup.look_up ?? (setup.token != nil) }

    /// Fetches the caption or comment; of one that is deleted or private nothing can be had but its id.
    package func lookUp(_ request: String, over http: any HTTPFetching) async throws -> Lookup {
        guard let lead = InstagramLead(request) else { throw FetchFailure.refused("\"\(request)\" is no lead") }
        let graph = graph(lead.account, lead.fields)
        let address = graph.address(at: GraphCursor())
        do {
            let (response, wait) = try await graph.ask(address, over: http)
            return Lookup(graph.document(response, of: address), wait: wait)
        } catch let refusal as GraphRefusal {
            guard refusal.error.code == 100 else { throw refusal.failure }
            var document = Document(Array(lead.bare.utf8), observedAt: Timestamp(seconds: 0))
            document.via = .poll
            return Lookup(
                document, wait: refusal.wait,
                notice: "the last mention could not be looked up, and is told by its id: \(refusal.error.reason)")
        }
    }

    /// Asks for the account's name.
    package func tryLookup(over http: any HTTPFetching) async throws {
        let graph = graph(setup.user_id ?? "me", "id,username")
        do {
            _ = try await graph.ask(graph.address(at: GraphCursor()), over: http)
        } catch let refusal as GraphRefusal {
            throw refusal.failure
        }
    }

    /// The way to some fields of an object.
    private func graph(_ object: String, _ fields: String) -> GraphListing {
        var listing = GraphListing(
            path: GraphListing.encoded(object), query: [("fields", fields)], timeField: "timestamp",
            token: setup.token)
        listing.appSecret = setup.app_secret
        listing.place(setup.base_url, version: setup.version)
        return listing
    }
}
