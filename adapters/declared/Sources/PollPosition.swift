internal import Earshot
internal import EarshotFormats

/// Where a channel got to: what was the newest, and which page of the newer is next.
struct PollPosition {
    /// The newest that a pass from the newest to the oldest began with, the time before.
    var since: String?
    /// The newest of the pass that is under way.
    private var newest: String?
    /// The next page: a token, a number or an address; nil at a pass's beginning.
    private var next: String?
    /// How many pages of the pass were taken, since it was last left to go on another time.
    private var pages = 0
    /// Whether the pass lost its place and began again.
    private var hasRestarted = false

    /// The position in a cursor; the beginning where there is none.
    init(_ cursor: Cursor?) {
        guard let cursor, let value = try? JSONValue(parsing: cursor.text) else { return }
        since = value["since"]?.text
        newest = value["newest"]?.text
        next = value["next"]?.text
        pages = value["pages"]?.wholeNumber.flatMap { Int(exactly: $0) } ?? 0
        hasRestarted = value["restarted"]?.truth == true
    }

    /// The position as a cursor.
    var kept: Cursor {
        var fields = JSONObject()
        fields["since"] = since.map { .string($0) }
        fields["newest"] = newest.map { .string($0) }
        fields["next"] = next.map { .string($0) }
        if pages > 0 { fields["pages"] = .integer(Int64(pages)) }
        if hasRestarted { fields["restarted"] = .boolean(true) }
        return Cursor(JSONValue.object(fields).description)
    }

    /// The beginning of the pass that was under way; nil where none was.
    var restarted: PollPosition? {
        guard next != nil else { return nil }
        var position = PollPosition(nil)
        position.since = since
        return position
    }

    /// The whole address of the next page, where the source says addresses.
    var address: String? { next.flatMap { $0.hasPrefix("http") ? $0 : nil } }

    /// The parameter that leads to the next page, where there is one.
    func parameter(in request: DeclaredRequest) -> (String, String)? {
        switch request.paging {
        case .cursor(let name, _), .offset(let name, _): next.map { (name, $0) }
        case .page(let name, let first, _): (name, next ?? String(first))
        case .address, .header, nil: nil
        }
    }

    /// The position after an answer, and whether there is more to be had at once.
    func advanced(
        by body: JSONValue, of response: FetchResponse, in request: DeclaredRequest, atMost most: Int
    ) -> (PollPosition, hasMore: Bool) {
        let size = response.body.count
        let words = DeclaredWords(root: body, tables: [], size: size)
        func said(_ expression: DeclaredExpression) -> JSONValue {
            var steps = words.stepsOfAll
            return (try? words.evaluate(expression, over: body, spending: &steps)) ?? .null
        }
        var position = self
        position.pages += 1
        if next == nil {
            let newest = request.since.map { said($0.newest) }
            position.newest = newest.flatMap(PollPosition.text).flatMap { $0.isEmpty ? nil : $0 }
        }
        position.next = following(body, response, in: request, said)
        let ids = request.since?.ids.map { said($0).elements ?? [] }
        if let since {
            let isOld = PollPosition.isOld(request.since?.oldest.map { said($0) }, request.since?.overlap ?? 0, since)
            let isKnown = isOld ?? ids?.contains { $0.asID == since } ?? false
            if isKnown { position.next = nil }
            // What follows an item that was deleted meanwhile is nothing, in many sources: the pass begins again.
            if ids?.isEmpty == true, next != nil, position.next == nil, !hasRestarted, var again = restarted {
                again.hasRestarted = true
                return (again, true)
            }
        }
        if position.next == next { position.next = nil }
        // The first pass goes so far back and no farther; of later ones nothing is left out, but the source has a rest.
        if position.next != nil, position.pages >= most, since != nil {
            position.pages = 0
            return (position, false)
        }
        if position.pages >= most { position.next = nil }
        guard position.next == nil else { return (position, true) }
        position.since = position.newest ?? since
        (position.newest, position.pages, position.hasRestarted) = (nil, 0, false)
        return (position, false)
    }

    /// A newest as text: whole numbers as digits, whatever their size.
    private static func text(_ newest: JSONValue) -> String? {
        newest.asID ?? newest.double.map { number in Int64(exactly: number).map { String($0) } ?? "\(number)" }
    }

    /// A newest that is a number, less an overlap; its fraction, and what is no number, stay as they are.
    static func lessened(_ newest: String, by overlap: Int64) -> String {
        guard overlap > 0, JSONValue(amount: newest) != nil else { return newest }
        let whole = newest.prefix { $0 != "." }
        if let number = UInt64(whole) {
            return String(number - min(UInt64(overlap), number)) + newest[whole.endIndex...]
        }
        return newest
    }

    /// Whether a page's last item is older than the newest of the time before by more than an overlap in seconds; nil
    /// where one of the two is no moment.
    private static func isOld(_ oldest: JSONValue?, _ overlap: Int64, _ since: String) -> Bool? {
        guard let oldest = oldest?.moment,
            let newest = JSONValue(amount: since)?.moment ?? Times.parse(since)
        else { return nil }
        return oldest.milliseconds < newest.milliseconds - overlap.multipliedReportingOverflow(by: 1000).partialValue
    }

    private func following(
        _ body: JSONValue, _ response: FetchResponse, in request: DeclaredRequest,
        _ said: (DeclaredExpression) -> JSONValue
    ) -> String? {
        switch request.paging {
        case nil: return nil
        case .cursor(_, let expression): return said(expression).asID.flatMap { $0.isEmpty ? nil : $0 }
        case .address(let expression): return said(expression).text.flatMap { resolved($0, response.url) }
        case .header: return LinkHeader.next(in: response).flatMap { resolved($0, response.url) }
        case .offset(_, let items):
            let count = said(items).elements?.count ?? 0
            return count == 0 ? nil : String((next.flatMap { Int($0) } ?? 0) &+ count)
        case .page(_, let first, let items):
            let count = said(items).elements?.count ?? 0
            return count == 0 ? nil : String((next.flatMap { Int($0) } ?? first) &+ 1)
        }
    }

    private func resolved(_ reference: String, _ base: String) -> String? {
        reference.isEmpty ? nil : URLs.resolved(reference, base: base).flatMap { $0.hasPrefix("http") ? $0 : nil }
    }
}

extension JSONValue {
    /// The number that a text of digits is, with a fraction or without; nil for ids that are none.
    init?(amount text: String) {
        if let whole = Int64(text) {
            self = .integer(whole)
        } else if text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let number = Double(text) {
            self = .number(number)
        } else {
            return nil
        }
    }
}

/// The header `Link` (RFC 8288).
enum LinkHeader {
    /// The address of the relation `next`.
    ///
    /// Several lines of the header are one list (RFC 9110, section 5.3).
    static func next(in response: FetchResponse) -> String? {
        let lines = response.headers.filter { $0.name.lowercased() == "link" }.map(\.value)
        for link in lines.joined(separator: ", ").components(between: "<") {
            guard let end = link.firstIndex(of: ">") else { continue }
            let words = link[end...].lowercased().filter { $0 != " " && $0 != "\"" }
            if words.hasPrefix(">;rel=next") || words.contains(";rel=next") { return String(link[..<end]) }
        }
        return nil
    }
}

extension String {
    /// The parts that follow each of a character.
    fileprivate func components(between character: Character) -> [Substring] {
        split(separator: character, omittingEmptySubsequences: false).dropFirst().map(\.self)
    }
}
