import Testing

@Suite struct CoverageTests {
    /// The table's line for a path, its columns apart.
    private static func row(_ path: String, in ending: Program.Ending) -> [Substring] {
        for line in ending.lines where line.hasPrefix(path + " ") { return line.split(separator: " ") }
        return []
    }

    @Test func `each path of a document is told with where its values end`() throws {
        let folder = try Folder()
        let page = """
            {"data":[
              {"id":"21","author_id":"7","text":"Thank you Acme Air","possibly_sensitive":true,"unheard":{"of":["it"]}},
              {"id":"22","author_id":"7","text":"And once more","attachments":{"1234567_key":{"unheard":true}}}
            ],"includes":{"users":[{"id":"7","username":"mina_k"}]}}
            """
        let ending = try Program.run("adapters", "twitter", "--coverage", folder.write(page, to: "page.json"))
        #expect(ending.code == 0)
        #expect(CoverageTests.row("data[].text", in: ending) == ["data[].text", "2", "text"])
        #expect(CoverageTests.row("data[].possibly_sensitive", in: ending).suffix(2) == ["1", "ext"])
        #expect(CoverageTests.row("data[].unheard.of[]", in: ending).suffix(2) == ["DROPPED", "\"it\""])
        #expect(CoverageTests.row("data[].attachments.{}.unheard", in: ending).suffix(2) == ["DROPPED", "true"])
        #expect(CoverageTests.row("includes.users[].username", in: ending).contains("author.handle,"))
        #expect(ending.lines.contains("1 documents tried, 0 without mentions, 0 refused, 0 not JSON"))
    }

    @Test func `documents of which nothing can be said are named, not tried`() throws {
        let folder = try Folder()
        let empty = try folder.write(#"{"meta":{"result_count":0}}"#, to: "empty.json")
        let broken = try folder.write("{", to: "broken.json")
        let ending = try Program.run("adapters", "twitter", "--coverage", empty, broken)
        #expect(ending.code == 0)
        #expect(ending.lines.contains("no mention in empty.json"))
        #expect(ending.lines.contains("0 documents tried, 1 without mentions, 0 refused, 1 not JSON"))
    }

    @Test func `a file that is not there is no input for coverage`() throws {
        #expect(try Program.run("adapters", "twitter", "--coverage", "/nowhere/page.json").code == 66)
    }
}
