import Foundation
import Synchronization

/// Numbered items, as a feed at `/feed.xml` and as an API in pages at `/api`, newest first in both.
///
/// A fault a request is what `script` makes of it.
final class NumberedSource: Sendable {
    /// What a request asked for, and which of them it is.
    struct Request: Sendable {
        var isFeed: Bool
        var number: Int
        var message: HTTPMessage
    }

    /// What an asker showed that it has: everything up to a number, exclusive.
    struct Claim: Sendable {
        var channel: String
        var below: Int
    }

    private struct State {
        var feed = 0
        var api = 0
        var texts: [String: (text: String, edited: Int)] = [:]
        var requests = 0
        var claims: [Claim] = []
        var times: [Double] = []
        var pageSize = 50
        var script: @Sendable (Request) -> Answer? = { _ in nil }
    }

    /// How many items the feed shows.
    static let window = 200

    private let state = Mutex(State())

    /// How many items there are by now, of each channel.
    var counts: (feed: Int, api: Int) { state.withLock { ($0.feed, $0.api) } }

    /// When requests came, in seconds of the uptime.
    var times: [Double] { state.withLock { $0.times } }

    /// More items are there from now on.
    func add(feed: Int = 0, api: Int = 0) {
        state.withLock { state in
            state.feed += feed
            state.api += api
        }
    }

    /// An item of the API says something else, as of a moment after its publication.
    func edit(_ number: Int, text: String, at moment: Int) {
        state.withLock { $0.texts["api-\(number)"] = (text, moment) }
    }

    /// A page of the API has so many items from now on.
    func page(_ size: Int) { state.withLock { $0.pageSize = size } }

    /// What requests get instead of their answers; nil for the usual.
    func follow(_ script: @escaping @Sendable (Request) -> Answer?) { state.withLock { $0.script = script } }

    /// Whether both channels have claimed something since claims were forgotten.
    var hasClaims: Bool { state.withLock { Set($0.claims.map(\.channel)).count == 2 } }

    /// Forgets what was claimed.
    func forgetClaims() { state.withLock { $0.claims = [] } }

    /// The first claim of each channel since claims were forgotten.
    var firstClaims: [Claim] {
        state.withLock { state in
            ["feed", "api"].compactMap { channel in state.claims.first { $0.channel == channel } }
        }
    }

    /// The answer to a request.
    func answer(_ message: HTTPMessage) -> Answer {
        let isFeed = message.path == "/feed.xml"
        let (request, script) = state.withLock { state in
            state.requests += 1
            state.times.append(ProcessInfo.processInfo.systemUptime)
            return (Request(isFeed: isFeed, number: state.requests, message: message), state.script)
        }
        note(request)
        return script(request) ?? usual(request)
    }

    /// The answer as it should be.
    func usual(_ request: Request) -> Answer { request.isFeed ? feed(request.message) : page(request.message) }

    /// What an asker says that it has already.
    private func note(_ request: Request) {
        let below: Int? =
            request.isFeed
            ? request.message.fields["if-none-match"].flatMap { Int($0.filter(\.isNumber)) }
            : request.message.parameter("since").flatMap { Int($0) }.map { $0 + 1 }
        // Who asks for everything has nothing, and may say otherwise the next time only for what it was given since.
        state.withLock { $0.claims.append(Claim(channel: request.isFeed ? "feed" : "api", below: below ?? 0)) }
    }

    private func feed(_ message: HTTPMessage) -> Answer {
        let count = state.withLock { $0.feed }
        let tag = "\"\(count)\""
        if message.fields["if-none-match"] == tag { return Answer(304, fields: [("ETag", tag)]) }
        let items = (max(count - NumberedSource.window, 0)..<count).reversed().map { number in
            "<item><title>\(Token.text("feed", number))</title><guid isPermaLink=\"false\">feed-\(number)</guid>"
                + "<link>https://news.example/\(number)</link></item>"
        }
        let text =
            "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News</title>"
            + "<link>https://news.example/</link>\(items.joined(separator: "\n"))</channel></rss>"
        return Answer(200, text, fields: [("ETag", tag), ("Content-Type", "application/rss+xml")])
    }

    private func page(_ message: HTTPMessage) -> Answer {
        let (count, texts, size) = state.withLock { ($0.api, $0.texts, $0.pageSize) }
        let since = message.parameter("since").flatMap { Int($0) } ?? -1
        let before = min(message.parameter("before").flatMap { Int($0) } ?? count, count)
        let first = max(since + 1, before - size)
        let numbers = first < before ? Array((first..<before).reversed()) : []
        let items = numbers.map { number in
            let edit = texts["api-\(number)"]
            return NumberedSource.item("api", number, text: edit?.text, edited: edit?.edited)
        }
        let next = first > since + 1 && !numbers.isEmpty ? ",\"next\":\"\(first)\"" : ""
        return Answer(
            200, "{\"items\":[\(items.joined(separator: ","))]\(next)}", fields: [("Content-Type", "application/json")])
    }

    /// An item as the API and webhooks have it.
    static func item(_ channel: String, _ number: Int, text: String? = nil, edited: Int? = nil) -> String {
        let published = 1_767_225_600 + number
        let edit = edited.map { ",\"edited\":\($0)" } ?? ""
        return "{\"id\":\"\(channel)-\(number)\",\"number\":\(number),\"published\":\(published)\(edit),"
            + "\"text\":\"\(text ?? Token.text(channel, number))\"}"
    }
}

/// The word that an item is known by, wherever it comes out.
enum Token {
    /// A text with an item's word in it.
    static func text(_ channel: String, _ number: Int) -> String { "Suitcase zq-\(channel)-\(number)z is lost" }

    /// The item's word in a line.
    static func find(in line: some BidirectionalCollection<UInt8>) -> String? {
        let word = Array("zq-".utf8)
        var rest = line[...]
        while let start = rest.firstIndex(of: word[0]) {
            rest = rest[start...]
            if rest.starts(with: word), let end = rest.dropFirst().firstIndex(of: word[0]) {
                return String(decoding: rest[..<end].dropFirst(3), as: UTF8.self)
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}
