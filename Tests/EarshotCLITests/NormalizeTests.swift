import Foundation
import Testing

@Suite struct NormalizeTests {
    @Test func `an unknown adapter is wrong usage, and the known ones are named`() async throws {
        let ending = try await Program.run("normalize", "telex")
        #expect(ending.code == 64)
        #expect(ending.errors.contains("twitter"))
        #expect(ending.output.isEmpty)
    }

    @Test func `a file that is not there is no input`() async throws {
        let ending = try await Program.run("normalize", "rss", "/nowhere/feed.xml")
        #expect(ending.code == 66)
        #expect(ending.errors.contains("/nowhere/feed.xml"))
    }

    /// Without an option the arguments are read without the parser; `--` is enough to be read with it.
    @Test(
        arguments: [
            ["rss", "schemas/examples/quickstart/rss/news.xml", "schemas/examples/quickstart/rss/blog.xml"],
            ["twitter", "schemas/examples/quickstart/twitter/stream.ndjson", "/nowhere/posts.ndjson", "-"],
            ["rss"], ["telex", "-"], ["", ""], ["help"], ["adapters/reddit", "-"], ["./nowhere"],
        ])
    func `arguments mean the same with the parser and without`(arguments: [String]) async throws {
        let input = Data("{}".utf8)
        let parsed = try await Program.run(["normalize", "--"] + arguments, input: input)
        let read = try await Program.run(["normalize"] + arguments, input: input)
        #expect(read.code == parsed.code && read.errors == parsed.errors)
        let moment = /"observed_at":"[^"]*"/
        #expect(read.output.replacing(moment, with: "") == parsed.output.replacing(moment, with: ""))
        #expect(!(read.output + read.errors).isEmpty)
    }

    @Test func `a file that is not there costs only itself`() async throws {
        let one = "schemas/examples/quickstart/rss/news.xml"
        let alone = try await Program.run("normalize", "rss", one)
        let ending = try await Program.run("normalize", "rss", one, "/nowhere/feed.xml", one)
        #expect(ending.code == 66 && !alone.lines.isEmpty)
        #expect(ending.lines.count == 2 * alone.lines.count)
    }

    @Test(
        arguments: [
            "twitter", "facebook", "instagram", "youtube", "email", "rss", "mastodon", "bluesky", "reddit",
            "hackernews",
        ])
    func `an empty file is a defect and not a crash`(adapter: String) async throws {
        let ending = try await Program.run("normalize", adapter, "-", input: Data())
        #expect(ending.code == 1)
        #expect(ending.output.isEmpty)
        #expect(ending.errors.contains("\"reason\":"))
    }

    @Test(arguments: ["twitter", "facebook", "instagram", "youtube"])
    func `truncated JSON and bytes that are no text are defects`(adapter: String) async throws {
        for input in [Data(#"{"data":[{"id":"1""#.utf8), Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37) })] {
            let ending = try await Program.run("normalize", adapter, "-", input: input)
            #expect(ending.code == 1)
            #expect(ending.output.isEmpty)
            #expect(ending.errors.contains("\"malformed\":true"))
        }
    }

    @Test func `one bad line of many costs only itself`() async throws {
        let ending = try await Program.run("normalize", "twitter", "schemas/examples/quickstart/twitter/stream.ndjson")
        #expect(ending.code == 1)
        #expect(ending.lines.count == 3)
        #expect(ending.errors.contains("line 4"))
    }

    @Test func `a page that is HTML and no feed says so`() async throws {
        let page = "<!doctype html><html><head><title>Not a feed</title></head><body><p>Hello</body></html>"
        let ending = try await Program.run("normalize", "rss", "-", input: Data(page.utf8))
        #expect(ending.code == 1)
        #expect(ending.errors.lowercased().contains("html"))
    }

    @Test func `an mbox with NUL bytes is read or refused, not dropped on the floor`() async throws {
        let mbox = "From a@example.org Mon Jan 12 07:30:00 2026\nFrom: a@example.org\nSubject: nul\n\nbe\0fore\0after\n"
        let ending = try await Program.run("normalize", "email", "-", input: Data(mbox.utf8))
        #expect(ending.lines.count == 1 || ending.code == 1)
        #expect(!ending.output.contains("\\u0000"))
    }

    @Test func `an empty page has nothing to say and is no failure`() async throws {
        let ending = try await Program.run(
            "normalize", "twitter", "-", input: Data(#"{"meta":{"result_count":0}}"#.utf8))
        #expect(ending.code == 0)
        #expect(ending.output.isEmpty)
        #expect(ending.errors.isEmpty)
    }

    @Test func `defects go to the file that was named`() async throws {
        let folder = try Folder()
        let ending = try await Program.run(
            "normalize", "twitter", "--defects", folder.path("defects.ndjson"), "-", input: Data("{".utf8))
        #expect(ending.code == 1)
        #expect(ending.errors.isEmpty)
        let defects = try folder.text("defects.ndjson")
        #expect(defects.contains(#""adapter":"twitter""#))
    }

    @Test func `the same document gives the same bytes`() async throws {
        let arguments = [
            "normalize", "twitter", "--observed-at", "2026-01-12T09:00:00Z",
            "schemas/examples/quickstart/twitter/search.json",
        ]
        let first = try await Program.run(arguments)
        let second = try await Program.run(arguments)
        #expect(first.output == second.output)
        #expect(first.lines.count == 7)
    }

    @Test func `files are read and imported without the library that speaks HTTP`() async throws {
        let folder = try Folder()
        let document = try folder.write(#"{"data":[{"id":"1","text":"Where is my suitcase?"}]}"#, to: "page.json")
        for arguments in [
            ["normalize", "twitter", document],
            ["backfill", "--adapter", "twitter", "--to", folder.path("out.ndjson"), document],
        ] {
            let ending = try await Program.run(arguments, environment: ["LD_DEBUG": "files"])
            #expect(ending.code == 0)
            #expect(ending.errors.contains("libxml2.so"))
            #expect(!ending.errors.contains("libcurl.so"), "\(arguments[0])")
        }
    }
}
