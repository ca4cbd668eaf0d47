import Earshot
import EarshotTesting
import Foundation
import Testing

@testable import EarshotAdapters

private let feed = "https://one.example/feed"
private let hour: Int64 = 3600
private let day: Int64 = 86_400
private let week: Int64 = 7 * 86_400

private func list(_ feeds: [String]) -> String { #"{"feeds": ["\#(feeds.joined(separator: "\", \""))"]}"# }

/// A folder that is there while a test runs.
private final class Folder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/feeds.opml"))
        return "\(path)/feeds.opml"
    }
}

/// Pace: a week of listening, asking every ten minutes at most.
struct RSSPaceTests {
    @Test(arguments: [
        ("", "", 1008), ("<ttl>720</ttl>", "", 14), ("<ttl>5</ttl>", "", 1008), ("<ttl>100000</ttl>", "", 7),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", "", 14),
        ("<sy:updatePeriod> Hourly </sy:updatePeriod>", "", 168), ("", "public, max-age=21600", 28),
        ("", "max-age=21600, no-cache", 1008), ("", "max-age=nonsense", 1008), ("<ttl>720</ttl>", "max-age=3600", 14),
        ("<!-- <ttl>720</ttl> --><description><![CDATA[<ttl>720</ttl>]]></description>", "", 1008),
    ])
    func `a feed is asked as often as it says, and never oftener than every says`(
        about: String, control: String, count: Int
    ) async throws {
        let headers = control.isEmpty ? [] : [(name: "Cache-Control", value: control)]
        let site = Site { Site.feed(about, [1], headers, to: $0) }
        var channel = try FeedChannel(list([feed]), site)
        try await channel.listen(for: week)
        #expect(site.asked(feed).count == count)
        #expect(channel.titles == ["Entry 1"])
    }

    @Test func `304 keeps the pace that the feed had`() async throws {
        let site = Site { request in
            request.headers.contains { $0.name == "If-None-Match" }
                ? Site.reply(304, to: request)
                : Site.feed("<ttl>360</ttl>", [1], [(name: "ETag", value: "\"a\"")], to: request)
        }
        var channel = try FeedChannel(list([feed]), site)
        try await channel.listen(for: week)
        #expect(site.asked(feed).count == 28)
    }

    @Test func `hours and days that a feed skips are skipped`() async throws {
        let hours = (0..<6).map { "<hour>\($0)</hour>" }.joined()
        let about = "<skipHours>\(hours)</skipHours><skipDays><day>Saturday</day><day>Sunday</day></skipDays>"
        let site = Site { Site.feed(about, to: $0) }
        var channel = try FeedChannel(#"{"feeds": ["\#(feed)"], "patience": "7d"}"#, site)
        try await channel.listen(for: 2 * week)
        let moments = site.asked(feed).dropFirst()
        #expect(moments.allSatisfy { $0 % day / hour >= 6 })
        #expect(moments.allSatisfy { ($0 / day + 4) % 7 != 6 && ($0 / day + 4) % 7 != 0 })
        #expect(moments.count == 10 * 18 * 6)
    }

    @Test func `patience bounds what a feed may ask, and nothing asks it every time`() async throws {
        let hours = (0..<24).map { "<hour>\($0)</hour>" }.joined()
        let site = Site { Site.feed("<skipHours>\(hours)</skipHours>", to: $0) }
        var channel = try FeedChannel(list([feed]), site)
        try await channel.listen(for: week)
        #expect(site.asked(feed).count == 7)
        let other = Site { Site.feed("<ttl>720</ttl><skipHours>\(hours)</skipHours>", to: $0) }
        channel = try FeedChannel(#"{"feeds": ["\#(feed)"], "patience": "0s"}"#, other)
        try await channel.listen(for: day)
        #expect(other.asked(feed).count == 144)
    }

    @Test func `bytes that were read are not read again`() async throws {
        let site = Site { Site.feed("", [3, 2, 1], to: $0) }
        var channel = try FeedChannel(list([feed]), site)
        try await channel.listen(for: 3 * hour)
        #expect(site.asked(feed).count == 18)
        #expect(channel.titles.count == 3)
    }

    @Test func `a page with nothing of the last one is told once, until they meet again`() async throws {
        let site = Site { _ in .failure(.unreachable("")) }
        let pages = [[1, 2, 3], [3, 4, 5], [90, 91, 92], [190, 191, 192], [192, 193], [300, 301]]
        let counting = Site { [site] in
            defer { site.now += 1 }
            return Site.feed("", pages[Int(site.now - 1_772_409_600) % pages.count].reversed(), to: $0)
        }
        var channel = try FeedChannel(list([feed]), counting)
        try await channel.listen(for: 6 * 600)
        #expect(channel.reasons.count == 2)
        #expect(channel.reasons.allSatisfy { $0.contains("nothing of the last page is on this one") })
        #expect(channel.titles.count == 16)
    }
}

/// Many feeds in one channel.
struct RSSManyFeedsTests {
    @Test func `thousands of feeds are each asked once a round, hosts side by side and each politely`() async throws {
        let feeds = (0..<2000).map { "https://h\($0 % 150).example/feeds/\($0).xml" }
        let site = Site { request in
            let headers = [
                (name: "ETag", value: "\"\(request.url.hashValue)\""),
                (name: "Last-Modified", value: "Mon, 02 Mar 2026 00:00:00 GMT"),
            ]
            return request.headers.contains { $0.name == "If-None-Match" }
                ? Site.reply(304, headers, to: request) : Site.feed("", [2, 1], headers, to: request)
        }
        var channel = try FeedChannel(list(feeds), site)
        _ = try await channel.round()
        #expect(channel.pages == 4)
        #expect(channel.titles.count == 4000)
        #expect(Set(site.visits.map(\.url)).count == 2000 && site.visits.count == 2000)
        site.now += 600
        _ = try await channel.round()
        #expect(site.visits.count == 4000)
        #expect(site.most.hosts <= 16 && site.most.ofOneHost == 1)
        #expect((channel.cursor?.text.utf8.count ?? 0) < 2000 * 400)
    }

    @Test(arguments: [(1, 1), (600, 2), (9000, 16)])
    func `a round has no more pages for very many feeds`(_ count: Int, _ pages: Int) {
        for hosts in [300, 1] {
            let feeds = (0..<count).map { "https://h\($0 % hosts).example/feeds/\($0).xml" }
            var state = FeedCursor(nil)
            var (turns, asked) = (0, 0)
            while true {
                let lanes = FeedTurn(feeds, state, in: 1000, at: 1000, patience: 0).lanes
                guard !lanes.isEmpty else { break }
                turns += 1
                for feed in lanes.joined() {
                    asked += 1
                    state.feeds[feed, default: FeedMemory()].asked = 1000
                    state.feeds[feed]?.due = 2000
                }
            }
            #expect(asked == count && state.feeds.count == count)
            #expect(hosts == 1 ? turns <= 65 : (pages...pages + 1).contains(turns))
        }
    }

    @Test func `feeds that fail rest longer and longer, hold up no other, and are told`() async throws {
        let dead = (0..<3).map { "https://dead\($0).example/feed" }
        let alive = (0..<40).map { "https://alive\($0).example/feed" }
        let site = Site { request in
            dead.contains(request.url)
                ? .failure(.unreachable("no route")) : Site.feed("", [1], to: request)
        }
        var channel = try FeedChannel(list(dead + alive), site)
        try await channel.listen(for: day)
        for url in alive { #expect(site.asked(url).count == 144) }
        let moments = site.asked(dead[0])
        #expect(moments.count < 15)
        let pauses = zip(moments.dropFirst(), moments).map { $0 - $1 }
        #expect(pauses == pauses.sorted() && (pauses.last ?? 0) >= 6 * hour)
        #expect(channel.reasons.filter { $0.contains("dead0") }.map { $0.contains("in a row") }.first == false)
        #expect(channel.reasons.contains { $0.contains("dead0.example/feed: no route (4 times in a row)") })
        let named = dead.joined(separator: ", ")
        #expect(channel.notice == "3 of 43 feeds cannot be had: \(named)")
        // Whoever failed is asked in a page of its own, after those that did not.
        #expect(channel.titles.count == 40)
    }

    @Test func `failures of very many feeds are told briefly, and a dead host is not asked to the end`() async throws {
        let feeds = (0..<200).map { "https://dead\($0 % 50).example/\($0)" }
        let site = Site { _ in .failure(.unreachable("no route")) }
        var channel = try FeedChannel(list(feeds), site)
        _ = try await channel.round()
        #expect(site.visits.count == 100)
        #expect(channel.reasons.count == 21)
        #expect(channel.reasons.last?.contains("80 more feeds") == true)
    }

    @Test func `a channel of which nothing can be had says so`() async throws {
        let site = Site { _ in .failure(.unreachable("no route")) }
        var channel = try FeedChannel(list([feed, "https://two.example/feed"]), site)
        _ = try await channel.round()
        site.now += 10
        await #expect(throws: FetchFailure.unreachable("none of the 2 feeds could be had")) {
            _ = try await channel.round()
        }
        site.now += 60
        _ = try await channel.round()
        #expect(site.visits.count == 4)
    }

    @Test func `a host that wants to be left alone is left alone with all its feeds`() async throws {
        let feeds = (0..<5).map { "https://busy.example/\($0)" } + [feed]
        let site = Site { request in
            request.url.hasPrefix("https://busy")
                ? Site.reply(429, [(name: "Retry-After", value: "7200")], to: request) : Site.feed("", to: request)
        }
        var channel = try FeedChannel(list(feeds), site)
        try await channel.listen(for: 2 * hour)
        #expect(site.visits.filter { $0.url.hasPrefix("https://busy") }.count == 1)
        #expect(site.asked(feed).count == 12)
    }

    @Test func `a clock that was set back does not silence feeds for years`() async throws {
        let site = Site { Site.feed("<ttl>60</ttl>", to: $0) }
        site.now += 365 * day
        var channel = try FeedChannel(list([feed, "https://two.example/feed"]), site)
        _ = try await channel.round()
        site.now -= 365 * day
        _ = try await channel.round()
        #expect(site.visits.count == 4)
    }
}

/// Feeds that are named elsewhere: by lists and by pages.
struct RSSDiscoveryTests {
    private static func opml(_ feeds: [String]) -> String {
        let outlines = feeds.map { "<outline text=\"x\"><outline text=\"y\" type=\"rss\" xmlUrl=\"\($0)\"/></outline>" }
        return "<opml version=\"2.0\"><head><title>t</title></head><body>\(outlines.joined())</body></opml>"
    }

    @Test func `a list's feeds are asked, and no longer once it no longer names them`() async throws {
        let folder = try Folder()
        let path = try folder.write(
            RSSDiscoveryTests.opml([feed, "https://two.example/f?a=1&amp;b=2", "ftp://x/", feed]))
        let site = Site { Site.feed("", to: $0) }
        var channel = try FeedChannel(#"{"opml": "\#(path)"}"#, site)
        _ = try await channel.round()
        #expect(Set(site.visits.map(\.url)) == [feed, "https://two.example/f?a=1&b=2"])
        site.now += 600
        _ = try folder.write(RSSDiscoveryTests.opml(["https://three.example/"]))
        _ = try await channel.round()
        #expect(site.visits.map(\.url).last == "https://three.example/" && site.visits.count == 3)
        #expect(channel.cursor?.text.contains("one.example") == false)
        site.now += 600
        _ = try folder.write("<html/>")
        _ = try await channel.round()
        #expect(site.asked("https://three.example/").count == 2)
        #expect(channel.reasons.count == 1 && channel.reasons[0].contains("no OPML"))
    }

    @Test func `a list at an address is asked for changes, and its feeds get no key and no private network`()
        async throws
    {
        let list = "https://lists.example/feeds.opml"
        let site = Site { request in
            guard request.url == list else { return Site.feed("", to: request) }
            return request.headers.contains { $0.name == "If-None-Match" }
                ? Site.reply(304, to: request)
                : Site.reply(200, [(name: "ETag", value: "\"l\"")], RSSDiscoveryTests.opml([feed]), to: request)
        }
        let settings = #"{"opml": "\#(list)", "feeds": ["https://own.example/"], "headers": {"X-Key": "k"}}"#
        var channel = try FeedChannel(settings, site)
        try await channel.listen(for: hour)
        #expect(site.asked(list).count == 6 && site.asked(feed).count == 6)
        for visit in site.visits {
            #expect(visit.request.headers.contains { $0.name == "X-Key" } == (visit.url != feed))
            #expect(visit.request.allowsPrivateNetworks == (visit.url != feed))
        }
    }

    @Test func `a list that was never had is the channel's failure`() async throws {
        let site = Site { Site.reply(404, to: $0) }
        var channel = try FeedChannel(#"{"opml": "https://lists.example/"}"#, site)
        await #expect(throws: FetchFailure.refused("status 404 from https://lists.example/")) {
            _ = try await channel.round()
        }
        var other = try FeedChannel(#"{"opml": "/nowhere/feeds.opml"}"#, site)
        await #expect(throws: FetchFailure.self) { _ = try await other.round() }
    }

    @Test func `a web page leads to the feed that it offers`() async throws {
        let page = #"<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed.xml">"#
        let site = Site { request in
            request.url.hasSuffix("/feed.xml") ? Site.feed("", to: request) : Site.reply(200, [], page, to: request)
        }
        var channel = try FeedChannel(list(["https://acme.example/news"]), site)
        try await channel.listen(for: 1800)
        #expect(
            site.visits.map(\.url)
                == ["https://acme.example/news"] + Array(repeating: "https://acme.example/feed.xml", count: 3))
        #expect(channel.titles == ["Entry 1"] && channel.reasons.isEmpty)
    }

    @Test func `a web page that offers none is told once`() async throws {
        let site = Site { Site.reply(200, [], "<!doctype html><p>no feeds here", to: $0) }
        var channel = try FeedChannel(list([feed]), site)
        try await channel.listen(for: hour)
        #expect(channel.reasons == ["an HTML page, not a feed"])
    }
}
