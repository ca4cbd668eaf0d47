import Foundation
import Testing

@Suite struct DeclaredTests {
    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try Folder()
        try await body(folder.url.path)
        withExtendedLifetime(folder) {}
    }

    @Test func `a new adapter's skeleton passes its own test and reads documents`() async throws {
        try await inFolder { folder in
            let room = folder + "/telex"
            #expect(try await Program.run("init", "adapter", room).code == 0)
            let tested = try await Program.run("test", room)
            #expect(tested.code == 0)
            #expect(tested.output.contains("1 passed, 0 failed"))
            let read = try await Program.run("normalize", room, room + "/Fixtures/one-post/document.json")
            #expect(read.lines.count == 1)
            #expect(read.output.contains(#""id":"telex:1""#))
            #expect(try await Program.run("init", "adapter", room).code == 74)
        }
    }

    @Test(arguments: [
        (
            "mastodon",
            #"{"id":"%","uri":"https://social.example/%","content":"x","created_at":"2026-01-12T08:00:00Z","#
                + #""account":{"id":"1","acct":"a"},"visibility":"public"}"#
        ),
        ("reddit", #"{"kind":"t3","data":{"id":"%","name":"t3_%","title":"x","created_utc":1768125720}}"#),
        ("hackernews", #"{"id":%,"type":"story","title":"x","time":1768125720}"#),
    ])
    func `documents may stand one a line`(adapter: String, document: String) async throws {
        let lines = (1...3).map { document.replacing("%", with: "\($0)") + "\n" }.joined()
        let read = try await Program.run("normalize", adapter, "-", input: Data(lines.utf8))
        #expect(read.code == 0 && read.lines.count == 3, "\(read.errors)")
    }

    @Test func `a declaration that is wrong says where`() async throws {
        try await inFolder { folder in
            try Data(#"{"name":"telex","version":"1.0","about":"x","record":{}}"#.utf8)
                .write(to: URL(fileURLWithPath: folder + "/adapter.json"))
            let ending = try await Program.run("normalize", folder, "-", input: Data("{}".utf8))
            #expect(ending.code == 78)
            #expect(ending.errors.contains("adapter.json: /record: there is no such key"))
            #expect(ending.errors.contains(#""records" is missing"#))
        }
    }

    @Test func `a configuration names a declared adapter by its name or its folder`() async throws {
        try await inFolder { folder in
            #expect(try await Program.run("init", "adapter", folder + "/telex").code == 0)
            let file = folder + "/earshot.json"
            func problems(_ channel: String) async throws -> (code: Int32, errors: String) {
                let text = #"{"channels":{"c":\#(channel)},"sinks":{"s":{"sink":"stdout"}}}"#
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
                let ending = try await Program.run("validate", file)
                return (ending.code, ending.errors)
            }
            let own = try await problems(#"{"adapter":"./telex","settings":{"query":"acme"}}"#)
            #expect(own.code == 0, "\(own.errors)")
            let shipped = #"{"adapter":"mastodon","settings":{"url":"https://social.example","hashtag":"acme"}}"#
            #expect(try await problems(shipped).code == 0)
            let missing = try await problems(#"{"adapter":"mastodon","settings":{"listen":"search"}}"#)
            #expect(missing.code == 78)
            #expect(missing.errors.contains("query"))
            let nowhere = try await problems(#"{"adapter":"./nowhere"}"#)
            #expect(nowhere.code == 78)
            #expect(nowhere.errors.contains("/channels/c/adapter"))
        }
    }

    @Test func `declared adapters are listed, and their schema is printed`() async throws {
        let listed = try await Program.run("adapters")
        #expect(["bluesky", "hackernews", "mastodon", "reddit"].allSatisfy { listed.output.contains($0) })
        #expect(try await Program.run("schema", "adapter").output.contains("adapter.v1.json"))
    }

    @Test func `what the guide declares is right`() async throws {
        let guide = Program.root.appendingPathComponent("Sources/Earshot/Earshot.docc/Declaring-an-adapter.md")
        let parts = try String(contentsOf: guide, encoding: .utf8).components(separatedBy: "```json\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(parts.count == 2)
        let settings = ["url", "token", "query"].map { #""\#($0)":{"form":"text","about":"x"}"# }
        let json =
            #"{"name":"telex","version":"1.0","about":"x","settings":{\#(settings.joined(separator: ","))},"#
            + parts.joined(separator: ",") + "}"
        try await inFolder { folder in
            try Data(json.utf8).write(to: URL(fileURLWithPath: folder + "/adapter.json"))
            let page = #"{"data":[{"id":1,"body":"<p>Hi"},{"id":2,"parent":1,"body":"Ho"}]}"#
            let ending = try await Program.run("normalize", folder, "-", input: Data(page.utf8))
            #expect(ending.code == 0, "\(ending.errors)")
            #expect(ending.output.contains(#""refs":[{"rel":"reply_to","id":"telex:1"}]"#))
        }
    }
}
