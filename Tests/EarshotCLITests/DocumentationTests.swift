import Earshot
import Foundation
import Testing

/// What the documents show is what the program does.
@Suite struct DocumentationTests {
    /// A fenced block of a document.
    private struct Sample {
        var language: String
        var text: String
        var line: Int
    }

    private func text(of path: String) throws -> String {
        try String(contentsOf: Program.root.appendingPathComponent(path), encoding: .utf8)
    }

    private func samples(in path: String) throws -> [Sample] {
        var found: [Sample] = []
        var open: Sample?
        for (index, line) in try text(of: path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let sample = open {
                    found.append(sample)
                    open = nil
                } else {
                    open = Sample(language: String(line.dropFirst(3)), text: "", line: index + 1)
                }
            } else {
                open?.text += line + "\n"
            }
        }
        return found
    }

    @Test(arguments: ["README.md", "Sources/Earshot/Earshot.docc/Configuration.md"])
    func `every configuration that a document shows is right`(path: String) async throws {
        let configurations = try samples(in: path).filter { $0.language == "json" }
        #expect(!configurations.isEmpty)
        for sample in configurations {
            let folder = try Folder()
            let file = try folder.write(sample.text, to: "earshot.json")
            let names = ["X_TOKEN", "X_TOKEN_1", "X_TOKEN_2", "REDDIT_SECRET"]
            let ending = try await Program.run(
                ["validate", file],
                environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "a secret that nobody has") }))
            #expect(ending.code == 0, "\(path), line \(sample.line): \(ending.errors)")
        }
    }

    @Test func `the README shows a configuration, a command and its output at once, and they are true`() async throws {
        let all = try samples(in: "README.md")
        let configuration = try #require(all.first { $0.language == "json" })
        let console = try #require(all.first { $0.language == "console" })
        #expect(configuration.line <= 6)
        #expect(console.line <= 20)
        let lines = console.text.split(separator: "\n")
        let output = try #require(lines.last)
        let ending = try await Program.run("normalize", "twitter", "schemas/examples/quickstart/twitter/search.json")
        let first = try #require(ending.lines.first)
        #expect(first.prefix(output.count) == output)
    }

    @Test func `every command that the README names is there`() async throws {
        let named = try text(of: "README.md").split(separator: "## Commands")[1].split(separator: ";")[0]
        let commands = named.split(separator: "`").map(String.init).filter {
            $0.allSatisfy { $0.isLetter || $0 == "-" }
        }
        #expect(commands.count >= 11)
        for command in commands {
            let ending = try await Program.run("help", command)
            #expect(ending.code == 0, "\(command)")
        }
    }

    @Test func `every test that the README calls a proof is there`() async throws {
        let proofs = try text(of: "README.md").split(separator: "\n").filter {
            $0.hasPrefix("| ") && $0.contains("Tests")
        }
        let sources = try sourceNames(below: "Tests")
        for row in proofs {
            for name in row.split(separator: "`").map(String.init) where name.hasSuffix("Tests") {
                #expect(sources.contains(name + ".swift"), "\(name)")
            }
        }
        #expect(proofs.count >= 4)
    }

    @Test func `every test that the page on security names is there`() async throws {
        let sources = try sourceNames(below: "Tests").union(sourceNames(below: "adapters"))
        let rows = try text(of: "Sources/Earshot/Earshot.docc/Security.md").split(separator: "\n").filter {
            $0.hasPrefix("| ") && $0.contains("Tests`")
        }
        #expect(rows.count >= 15)
        for name in rows.flatMap({ $0.split(separator: "`").map(String.init) }) where name.hasSuffix("Tests") {
            let isThere = try sources.contains(name + ".swift") || isSuite(name)
            #expect(isThere, "\(name)")
        }
    }

    @Test func `every way to listen that the README's table links to is a right configuration`() async throws {
        let rows = try text(of: "README.md").split(separator: "\n").filter {
            $0.contains("](schemas/examples/channels/")
        }
        let links = rows.flatMap { $0.split(separator: "](").dropFirst().compactMap { $0.split(separator: ")").first } }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Program.root.appendingPathComponent("schemas/examples/channels").path)
        let linked = Set(links.map { $0.split(separator: "/").last.map(String.init) ?? "" })
        #expect(linked == Set(files))
        for link in links {
            let ending = try await Program.run(
                ["validate", String(link)], environment: ["TOKEN": "nobody's", "SECRET": "nobody's either"])
            #expect(ending.code == 0, "\(link): \(ending.errors)")
        }
    }

    @Test func `every import that the README's table shows brings mentions`() async throws {
        let commands = try text(of: "README.md").split(separator: "`").filter { $0.hasPrefix("earshot normalize ") }
        #expect(commands.count >= 10)
        for command in commands {
            let ending = try await Program.run(command.split(separator: " ").dropFirst().map(String.init))
            #expect(ending.code == 0 && !ending.lines.isEmpty, "\(command): \(ending.errors)")
        }
    }

    @Test func `the adapter of the guide compiles and reads`() async throws {
        let guide = try samples(in: "Sources/Earshot/Earshot.docc/Writing-an-adapter.md")
        let code = try #require(guide.first { $0.language == "swift" }).text
        let source = try text(of: "Tests/EarshotCLITests/TelexAdapter.swift")
        let shown = code.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let compiled = source.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(compiled.joined(separator: "\n").contains(shown.joined(separator: "\n")))
        let document = Document(Array("first line\nsecond line\n".utf8), observedAt: Timestamp(seconds: 0))
        let reading = try TelexAdapter(settings: .init()).read(document)
        #expect(reading.rows.map { reading.string($0.text) } == ["first line", "second line"])
    }

    @Test func `the starter that init writes is right`() async throws {
        let folder = try Folder()
        let path = folder.path("earshot.json")
        #expect(try await Program.run("init", path).code == 0)
        #expect(try await Program.run("init", path).code == 74)
        #expect(try await Program.run("validate", path).code == 0)
    }

    @Test func `the quickstart adds nothing when it is run again`() async throws {
        let folder = try Folder()
        let examples = Program.root.appendingPathComponent("schemas/examples")
        try FileManager.default.copyItem(
            at: examples.appendingPathComponent("quickstart"), to: folder.url.appendingPathComponent("a/b/quickstart"))
        let text = try String(contentsOf: examples.appendingPathComponent("quickstart.json"), encoding: .utf8)
        let quiet = text.split(separator: "\n").filter { !$0.contains("\"desk\"") }.joined(separator: "\n")
        let path = try folder.write(quiet, to: "a/b/quickstart.json")
        let first = try await Program.run("backfill", path)
        #expect(first.code == 1)  // one item of the story is broken on purpose
        #expect(first.errors.contains("same page"))
        #expect(!first.lines.isEmpty)
        let second = try await Program.run("backfill", path)
        #expect(second.code == 0)
        #expect(second.lines.isEmpty)
    }

    /// Whether a suite stands in the file of another.
    private func isSuite(_ name: String) throws -> Bool {
        let root = Program.root.appendingPathComponent("Tests")
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return try files.filter { $0.hasSuffix("Tests.swift") && !$0.contains(".build/") }.contains {
            try text(of: "Tests/\($0)").contains("struct \(name) ")
        }
    }

    private func sourceNames(below folder: String) throws -> Set<String> {
        let root = Program.root.appendingPathComponent(folder)
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        let kits = FileManager.default.enumerator(
            atPath: Program.root.appendingPathComponent("Sources/EarshotTesting").path)
        let all = files + (kits?.compactMap { $0 as? String } ?? [])
        return Set(all.map { ($0 as NSString).lastPathComponent })
    }
}

extension DocumentationTests {
    /// The unit's directives are systemd's, and close what can be closed.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")))
    func `the unit for systemd is judged safe by systemd`() async throws {
        let page = try String(
            contentsOf: Program.root.appendingPathComponent("Sources/Earshot/Earshot.docc/Security.md"), encoding: .utf8
        )
        let unit = try #require(page.split(separator: "```ini\n").dropFirst().first?.split(separator: "```").first)
        let folder = try Folder()
        let path = try folder.write(String(unit), to: "earshot.service")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
        process.arguments = ["security", "--offline=true", "--no-pager", "--threshold=15", path]
        process.standardOutput = try folder.file("output")
        process.standardError = try folder.file("errors")
        try process.run()
        await process.ended()
        let told = try folder.text("output")
        #expect(process.terminationStatus == 0, "\(told.suffix(300))")
        #expect(try folder.text("errors").isEmpty)
    }
}
