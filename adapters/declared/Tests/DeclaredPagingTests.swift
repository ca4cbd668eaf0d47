import Earshot
import EarshotAdapters
import Foundation
import Synchronization
import Testing

/// Declared adapters of every way of paging and of showing who asks.
@Suite struct DeclaredPagingTests {
    private func poller(
        _ request: String, auth: String? = nil, error: String = "null", settings: String = "{}"
    ) throws -> any PollingAdapter {
        let declaration = """
            {"name": "acme", "version": "1.0", "about": "Acme's own.", "error": "\(error)",
             "settings": {"key": {"form": "secret", "about": "A key."}, "user": {"form": "text", "about": "A user."}},
             "ask": {\(auth.map { "\"auth\": \($0)," } ?? "") "most_pages": 4,
                     "requests": {"all": {"url": "https://api.acme.example/notes", \(request)}}},
             "records": {"note": {"at": "items", "kind": "post", "fields": {"native_id": "id"}}}}
            """
        let kind = try BuiltInAdapters.kind(declaredBy: Array(declaration.utf8), file: "adapter.json")
        return try #require(try kind.make(settings: Array(settings.utf8)) as? any PollingAdapter)
    }

    /// Polls so often, each from where the last got to, and gives what was asked after the host.
    private func asked(_ poller: any PollingAdapter, _ answers: [String], polls: Int) async throws -> ([String], [Bool])
    {
        let source = PagedSource(answers.map { ($0, 200) })
        var cursor: Cursor?
        var more: [Bool] = []
        for _ in 0..<polls {
            let page = try await poller.poll(after: cursor, over: source)
            cursor = page.next
            more.append(page.hasMore)
        }
        return (source.requests.map { String($0.url.dropFirst("https://api.acme.example".count)) }, more)
    }

    @Test func `an offset counts items, and an empty page is the end`() async throws {
        let poller = try poller(#""paging": {"by": "offset", "parameter": "skip", "items": "items"}"#)
        let (urls, more) = try await asked(
            poller, [#"{"items":[{"id":1},{"id":2}]}"#, #"{"items":[{"id":3}]}"#, #"{"items":[]}"#, "{}"], polls: 4)
        #expect(urls == ["/notes", "/notes?skip=2", "/notes?skip=3", "/notes"])
        #expect(more == [true, true, false, false])
    }

    @Test(arguments: [(0, ["/notes?p=0", "/notes?p=1"]), (1, ["/notes?p=1", "/notes?p=2"])])
    func `pages are counted from what is said`(_ first: Int, _ expected: [String]) async throws {
        let poller = try poller(#""paging": {"by": "page", "parameter": "p", "first": \#(first), "items": "items"}"#)
        let (urls, more) = try await asked(poller, [#"{"items":[{"id":1}]}"#, #"{"items":[]}"#], polls: 2)
        #expect(urls == expected && more == [true, false])
    }

    @Test func `an address of the answer is followed, also where it is relative`() async throws {
        let poller = try poller(#""paging": {"by": "address", "next": "next"}"#)
        let (urls, more) = try await asked(
            poller,
            [#"{"next":"/notes?from=2"}"#, #"{"next":"https://api.acme.example/notes?from=3"}"#, #"{"next":null}"#],
            polls: 3)
        #expect(urls == ["/notes", "/notes?from=2", "/notes?from=3"] && more == [true, true, false])
    }

    @Test func `a token that comes again ends the pass, and so do too many pages`() async throws {
        let paging = #""paging": {"by": "cursor", "parameter": "t", "next": "next"}"#
        let same = try await asked(try poller(paging), [#"{"next":"a"}"#, #"{"next":"a"}"#], polls: 2)
        #expect(same.1 == [true, false])
        let many = try await asked(try poller(paging), ["a", "b", "c", "d"].map { #"{"next":"\#($0)"}"# }, polls: 4)
        #expect(many.1 == [true, true, true, false])
    }

    @Test(arguments: [("{}", 400), (#"{"error":"invalid_cursor"}"#, 200)])
    func `a place that is lost begins the pass again, at the next interval`(answer: (String, Int)) async throws {
        let poller = try poller(
            #""paging": {"by": "cursor", "parameter": "t", "next": "next"}, "since": {"newest": "items[0].id"}"#,
            error: "error")
        let source = PagedSource([(#"{"items":[{"id":9}],"next":"a"}"#, 200), answer, ("{}", 400)])
        let first = try await poller.poll(after: Cursor(#"{"since":"5"}"#), over: source)
        let lost = try await poller.poll(after: first.next, over: source)
        #expect(lost.documents.isEmpty && !lost.hasMore && lost.next.text == #"{"since":"5"}"#)
        await #expect(throws: FetchFailure.refused("status 400")) {
            try await poller.poll(after: lost.next, over: source)
        }
    }

    @Test(
        arguments: [
            (#"{"error":{"code":5}}"#, #"acme says: {"code":5}"#), (#"{"error":true}"#, "acme says: true"),
            (#"{"error":["a"]}"#, #"acme says: ["a"]"#), (#"{"error":0}"#, nil), (#"{"error":{}}"#, nil),
            (#"{"error":""}"#, nil),
        ] as [(String, String?)])
    func `an error of any form is told, and 0 is none`(answer: String, reason: String?) async throws {
        let poller = try poller(#""query": {}"#, error: "error")
        let source = PagedSource([(answer, 200)])
        var found: FetchFailure?
        do { _ = try await poller.poll(after: nil, over: source) } catch let failure as FetchFailure { found = failure }
        #expect(found == reason.map { .unreachable($0) })
    }

    @Test func `a page that is nothing ends a pass`() async throws {
        let poller = try poller(
            #""paging": {"by": "page", "parameter": "p", "items": "items"}, "since": {"newest": "items[0].id"}"#)
        let source = PagedSource([(#"{"items":[{"id":9}]}"#, 200), ("", 204)])
        let first = try await poller.poll(after: nil, over: source)
        let last = try await poller.poll(after: first.next, over: source)
        #expect(first.hasMore && !last.hasMore && last.documents.isEmpty && last.next.text == #"{"since":"9"}"#)
    }

    @Test(arguments: [
        (#""1768125720.000200""#, 0, "1768125720.000200"), (#""1.10""#, 0, "1.10"),
        (#""1768125720.000200""#, 60, "1768125660.000200"), ("12345678901234567890", 0, "12345678901234567890"),
        ("12345678901234567890", 60, "12345678901234567830"), ("1.0e16", 0, "10000000000000000"),
        (#""123456789012345678901234567890""#, 60, "123456789012345678901234567890"), ("7", 60, "0"),
    ])
    func `a newest comes back as it was, less the overlap`(newest: String, overlap: Int, sent: String) async throws {
        let poller = try poller(
            #""since": {"newest": "items[0].at", "parameter": "after", "overlap": \#(overlap)}"#)
        let (urls, _) = try await asked(poller, [#"{"items":[{"at":\#(newest)}]}"#, "{}"], polls: 2)
        #expect(urls == ["/notes", "/notes?after=\(sent)"])
    }

    @Test func `what is late is asked for again by an overlap`() async throws {
        let poller = try poller(
            #""since": {"newest": "items[0].at", "parameter": "after", "value": ">={since}", "overlap": 60}"#)
        let (urls, _) = try await asked(poller, [#"{"items":[{"at":1000}]}"#, "{}"], polls: 2)
        #expect(urls == ["/notes", "/notes?after=%3E%3D940"])
    }

    @Test(arguments: [
        (#"{"header": "X-Key", "value": "{key}"}"#, "X-Key: k&y", ""),
        (#"{"query": "key", "value": "{key}"}"#, "", "?key=k%26y"),
        (#"{"basic": "{user}", "password": "{key}"}"#, "Authorization: Basic Y2FyZTprJnk=", ""),
        (#"{"bearer": "{key}"}"#, "Authorization: Bearer k&y", ""),
    ])
    func `credentials stand where the declaration says, and are told to nobody`(
        _ auth: String, _ header: String, _ query: String
    ) async throws {
        let poller = try poller(#""query": {}"#, auth: auth, settings: #"{"key": "k&y", "user": "care"}"#)
        let source = PagedSource([("{}", 200)])
        let page = try await poller.poll(after: nil, over: source)
        let request = try #require(source.requests.first)
        #expect(
            request.headers.map { "\($0.name): \($0.value)" }.filter { !$0.hasPrefix("Accept") }
                == (header.isEmpty ? [] : [header]))
        #expect(request.url == "https://api.acme.example/notes" + query)
        #expect(page.documents.first?.url?.contains("k%26y") == false && !page.next.text.contains("k&y"))
    }

    @Test func `credentials that are not set are not shown`() async throws {
        let poller = try poller(#""query": {}"#, auth: #"{"basic": "{user}", "password": "{key}"}"#)
        let source = PagedSource([("{}", 200)])
        _ = try await poller.poll(after: nil, over: source)
        #expect(source.requests.first?.headers.map(\.name) == ["Accept"])
    }
}

/// Answers in order, and remembers what was asked.
private final class PagedSource: HTTPFetching {
    private let answers: Mutex<[(body: String, status: Int)]>
    private let asked = Mutex<[FetchRequest]>([])

    init(_ answers: [(String, Int)]) { self.answers = Mutex(answers.map { (body: $0.0, status: $0.1) }) }

    var requests: [FetchRequest] { asked.withLock { $0 } }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        asked.withLock { $0.append(request) }
        guard let answer = answers.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
            throw .unreachable("no answer is left")
        }
        return FetchResponse(status: answer.status, body: Array(answer.body.utf8), url: request.url)
    }
}
