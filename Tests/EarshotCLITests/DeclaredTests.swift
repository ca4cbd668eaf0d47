import Foundation
import Testing

@Suite struct DeclaredTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = try Folder()
        try withExtendedLifetime(folder) { try body(folder.url.path) }
    }

    @Test func `a new adapter's skeleton passes its own test and reads documents`() throws {
        try inFolder { folder in
            let room = folder + "/telex"
            #expect(try Program.run("init", "adapter", room).code == 0)
            let tested = try Program.run("test", room)
            #expect(tested.code == 0)
            #expect(tested.output.contains("1 passed, 0 failed"))
            let read = try Program.run("normalize", room, room + "/Fixtures/one-post/document.json")
            #expect(read.lines.count == 1)
            #expect(read.output.contains(#""id":"telex:1""#))
            #expect(try Program.run("init", "adapter", room).code == 74)
        }
    }

    @Test func `a declaration that is wrong says where`() throws {
        try inFolder { folder in
            try Data(#"{"name":"telex","version":"1.0","about":"x","record":{}}"#.utf8)
                .write(to: URL(fileURLWithPath: folder + "/adapter.json"))
            let ending = try Program.run("normalize", folder, "-", input: Data("{}".utf8))
            #expect(ending.code == 78)
            #expect(ending.errors.contains("adapter.json: /record: there is no such key"))
            #expect(ending.errors.contains(#""records" is missing"#))
        }
    }

    @Test func `a configuration names a declared adapter by its name or its folder`() throws {
        try inFolder { folder in
            #expect(try Program.run("init", "adapter", folder + "/telex").code == 0)
            let file = folder + "/earshot.json"
            func problems(_ channel: String) throws -> (code: Int32, errors: String) {
                let text = #"{"channels":{"c":\#(channel)},"sinks":{"s":{"sink":"stdout"}}}"#
                try Data(text.utf8).write(to: URL(fileURLWithPath: file))
                let ending = try Program.run("validate", file)
                return (ending.code, ending.errors)
            }
            let own = try problems(#"{"adapter":"./telex","settings":{"query":"acme"}}"#)
            #expect(own.code == 0, "\(own.errors)")
            let shipped = #"{"adapter":"mastodon","settings":{"url":"https://social.example","hashtag":"acme"}}"#
            #expect(try problems(shipped).code == 0)
            let missing = try problems(#"{"adapter":"mastodon","settings":{"listen":"search"}}"#)
            #expect(missing.code == 78)
            #expect(missing.errors.contains("query"))
            let nowhere = try problems(#"{"adapter":"./nowhere"}"#)
            #expect(nowhere.code == 78)
            #expect(nowhere.errors.contains("/channels/c/adapter"))
        }
    }

    @Test func `declared adapters are listed, and their schema is printed`() throws {
        let listed = try Program.run("adapters")
        #expect(["bluesky", "hackernews", "mastodon", "reddit"].allSatisfy { listed.output.contains($0) })
        #expect(try Program.run("schema", "adapter").output.contains("adapter.v1.json"))
    }

    @Test func `what the guide declares is right`() throws {
        let guide = Program.root.appendingPathComponent("Sources/Earshot/Earshot.docc/Declaring-an-adapter.md")
        let parts = try String(contentsOf: guide, encoding: .utf8).components(separatedBy: "```json\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        #expect(parts.count == 2)
        let settings = ["url", "token", "query"].map { #""\#($0)":{"form":"text","about":"x"}"# }
        let json =
            #"{"name":"telex","version":"1.0","about":"x","settings":{\#(settings.joined(separator: ","))},"#
            + parts.joined(separator: ",") + "}"
        try inFolder { folder in
            try Data(json.utf8).write(to: URL(fileURLWithPath: folder + "/adapter.json"))
            let page = #"{"data":[{"id":1,"body":"<p>Hi"},{"id":2,"parent":1,"body":"Ho"}]}"#
            let ending = try Program.run("normalize", folder, "-", input: Data(page.utf8))
            #expect(ending.code == 0, "\(ending.errors)")
            #expect(ending.output.contains(#""refs":[{"rel":"reply_to","id":"telex:1"}]"#))
        }
    }
}
