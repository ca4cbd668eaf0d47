import EarshotTestSupport
import Foundation
import Glibc
import Hummingbird
import Testing

/// What `backfill` makes of files, without a configuration and with one.
@Suite struct ImportTests {
    private let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.write(page(0..<3), to: "page.json")
        try folder.write(page(3..<4), to: "other.json")
    }

    private func page(_ numbers: Range<Int>) -> String {
        let posts = numbers.map { number in
            #"{"id":"\#(number + 1)","text":"Suitcase \#(number)","created_at":"2026-01-0\#(number + 1)T00:00:00Z"}"#
        }
        return "{\"data\":[\(posts.joined(separator: ","))]}"
    }

    private func run(_ arguments: String...) async throws -> Program.Ending {
        try await Program.run(arguments, in: folder.url)
    }

    private func count(_ name: String) throws -> Int { try folder.text(name).split(separator: "\n").count }

    @Test(arguments: ["all.ndjson", "./all.ndjson", "new/folder/all.ndjson"])
    func `a relative path is one of the folder it is said in`(path: String) async throws {
        let ending = try await run("backfill", "--adapter", "twitter", "--to", path, "page.json")
        #expect(ending.code == 0)
        #expect(try count(path) == 3)
    }

    @Test func `a file of any age is read`() async throws {
        var times = [timeval(tv_sec: .max, tv_usec: 0), timeval(tv_sec: .max, tv_usec: 0)]
        guard unsafe utimes(folder.path("page.json"), &times) == 0 else { return }
        let ending = try await run("backfill", "--adapter", "twitter", "--to", "all.ndjson", "page.json")
        #expect(ending.code == 0)
        #expect(try count("all.ndjson") == 3)
    }

    @Test func `a folder is no file to add mentions to`() async throws {
        let ending = try await run("backfill", "--adapter", "twitter", "--to", ".", "page.json")
        #expect(ending.code == 74)
        #expect(ending.errors.contains(".: a folder; --to is the file that mentions are added to"))
    }

    @Test func `imports into one folder leave each other's files alone`() async throws {
        for (name, input) in [("a", "page.json"), ("b", "other.json"), ("a", "page.json")] {
            #expect(try await run("backfill", "--adapter", "twitter", "--to", name + ".ndjson", input).code == 0)
        }
        #expect(try count("a.ndjson") == 3)
        #expect(try count("b.ndjson") == 1)
    }

    @Test(arguments: [
        (
            "twitter", #"{"data":[{"id":"9","text":"hi &amp; bye","edit_history_tweet_ids":["9"]}]}"#,
            #"{"data":[{"id":"9","text":"hi &amp; bye https://t.co/a","author_id":"1","#
                + #""created_at":"2026-01-02T08:00:00Z","edit_history_tweet_ids":["9"]}]}"#
        ),
        (
            "youtube",
            #"{"items":[{"kind":"youtube#searchResult","id":{"videoId":"v1"},"#
                + #""snippet":{"title":"Hi","description":"Long ...","publishedAt":"2026-01-02T08:00:00Z"}}]}"#,
            #"{"items":[{"kind":"youtube#video","id":"v1","#
                + #""snippet":{"title":"Hi","description":"Long words","publishedAt":"2026-01-02T08:00:00Z"}}]}"#
        ),
    ])
    func `a poorer copy is no edit, and a richer one is`(_ adapter: String, _ poor: String, _ rich: String) async throws
    {
        try folder.write(poor, to: "poor.json")
        try folder.write(rich, to: "rich.json")
        for (document, told) in [("rich", 1), ("poor", 1), ("poor", 2), ("rich", 3)] {
            let to = "\(told == 1 ? "one" : "other").ndjson"
            #expect(try await run("backfill", "--adapter", adapter, "--to", to, "\(document).json").code == 0)
            #expect(try count(to) == (told == 3 ? 2 : 1), "\(document) \(told)")
        }
    }

    @Test func `a period leaves out what another may ask for`() async throws {
        let to = ["backfill", "--adapter", "twitter", "--to", "all.ndjson", "page.json"]
        for (period, expected) in [
            (["--until", "2026-01-02T00:00:00Z"], 1), (["--since", "2026-01-03T00:00:00Z"], 2),
        ] {
            #expect(try await Program.run(to + period, in: folder.url).code == 0)
            #expect(try count("all.ndjson") == expected)
        }
        #expect(try await Program.run(to, in: folder.url).code == 0)
        #expect(try count("all.ndjson") == 3)
    }

    @Test func `a back-fill over a period does not move a channel on`() async throws {
        try folder.write(
            #"{"data_dir":"data","channels":{"brand":{"adapter":"twitter","settings":{"listen":"files","path":"page.json"}}},"#
                + #""sinks":{"all":{"sink":"file","settings":{"path":"all.ndjson"}}}}"#, to: "earshot.json")
        let old = try await run("backfill", "earshot.json", "--until", "2026-01-02T00:00:00Z")
        #expect(old.code == 0)
        #expect(try count("all.ndjson") == 1)
        #expect(try await run("backfill", "earshot.json").code == 0)
        #expect(try count("all.ndjson") == 3)
    }

    @Test func `an import whose file was taken away is not done again unasked`() async throws {
        let to = ["backfill", "--adapter", "twitter", "--to", "all.ndjson", "page.json"]
        #expect(try await Program.run(to, in: folder.url).code == 0)
        try FileManager.default.removeItem(atPath: folder.path("all.ndjson"))
        let refused = try await Program.run(to, in: folder.url)
        #expect(refused.code == 74 && refused.errors.contains("all.ndjson.journal remembers"), "\(refused.errors)")
        try FileManager.default.removeItem(atPath: folder.path("all.ndjson.journal"))
        #expect(try await Program.run(to, in: folder.url).code == 0)
        #expect(try count("all.ndjson") == 3)
    }

    @Test func `what is missing or malformed is told by the exit code, and the rest is read`() async throws {
        func configure(_ channels: String) throws {
            try folder.write(
                #"{"data_dir":"data","channels":{\#(channels)},"#
                    + #""sinks":{"all":{"sink":"file","settings":{"path":"all.ndjson"}}}}"#, to: "earshot.json")
        }
        func channel(_ name: String, _ path: String) -> String {
            #""\#(name)":{"adapter":"twitter","settings":{"listen":"files","path":"\#(path)"}}"#
        }
        try folder.write("<html>", to: "page.html")
        try configure(channel("a", "nothere.json") + "," + channel("b", "page.json"))
        let dry = try await run("dry-run", "earshot.json")
        #expect(dry.code == 69 && dry.lines.count == 3 && dry.errors.contains("a: no file at"), "\(dry.errors)")
        let missing = try await run("backfill", "earshot.json")
        #expect(missing.code == 69 && missing.errors.contains("a: no file at"), "\(missing.errors)")
        #expect(try count("all.ndjson") == 3)
        try configure(channel("a", "page.*"))
        #expect(try await run("dry-run", "earshot.json").code == 1)
    }

    @Test func `a channel that cannot be asked keeps no other back, and is told beside what is malformed`()
        async throws
    {
        try folder.write("<html>", to: "page.html")
        try folder.write(
            #"{"data_dir":"data","channels":{"bad":{"adapter":"exec","settings":{"command":["./nothere"]}},"#
                + #""a":{"adapter":"twitter","settings":{"listen":"files","path":"page.*"}}},"#
                + #""sinks":{"all":{"sink":"file","settings":{"path":"all.ndjson"}}}}"#, to: "earshot.json")
        let ending = try await run("backfill", "earshot.json")
        #expect(ending.code == 69 && ending.errors.contains("earshot: bad: "), "\(ending.errors)")
        #expect(try count("all.ndjson") == 3)
    }

    @Test func `what a sink refuses for good is told by the exit code`() async throws {
        let router = Router()
        router.post("/") { _, _ in Response(status: .badRequest) }
        try await Loopback.serve(router) { port in
            try folder.write(
                #"{"data_dir":"data","channels":{"a":{"adapter":"twitter","settings":{"listen":"files","path":"page.json"}}},"#
                    + #""sinks":{"desk":{"sink":"http","settings":{"url":"http://127.0.0.1:\#(port)/"}}}}"#,
                to: "earshot.json")
            let ending = try await run("backfill", "earshot.json")
            #expect(ending.code == 1 && ending.errors.contains("sink desk: 3 dead letters"), "\(ending.errors)")
            #expect(try await run("backfill", "earshot.json").code == 0)
        }
    }

    @Test func `an import into a file that its journal does not know is told`() async throws {
        try folder.write("{}\n", to: "all.ndjson")
        let to = ["backfill", "--adapter", "twitter", "--to", "all.ndjson", "page.json"]
        let first = try await Program.run(to, in: folder.url)
        #expect(first.code == 0 && first.errors.contains("all.ndjson.journal knows nothing"), "\(first.errors)")
        let second = try await Program.run(to, in: folder.url)
        #expect(second.code == 0 && !second.errors.contains("knows nothing"), "\(second.errors)")
        #expect(try count("all.ndjson") == 4)
    }

    @Test func `a configuration has its sinks, and says so`() async throws {
        let ending = try await run("backfill", "earshot.json", "--to", "all.ndjson")
        #expect(ending.code == 64)
        #expect(ending.errors.contains("--to is for --adapter"))
    }
}
