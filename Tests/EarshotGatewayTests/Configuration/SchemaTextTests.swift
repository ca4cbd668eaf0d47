import Earshot
import EarshotAdapters
import EarshotFormats
import EarshotGateway
import Foundation
import Testing

@Suite struct SchemaTextTests {
    @Test func `settings become a schema`() throws {
        let text = SchemaText.settings(of: "telex", TelexAdapter.settings)
        let schema = try JSONValue(parsing: text)
        #expect(schema.value(at: "/properties/limit/anyOf/0/maximum") == 500)
        #expect(schema.value(at: "/properties/limit/default") == 100)
        #expect(schema.value(at: "/properties/listen/default") == "search")
        #expect(schema.value(at: "/properties/proxy/required") == ["host"])
        #expect(schema.value(at: "/additionalProperties") == false)
        // The fallback of listen is one of the values, so its absence asks for the query as well.
        #expect(
            schema.value(at: "/allOf/0") == [
                "if": ["properties": ["listen": ["enum": ["search"]]]], "then": ["required": ["query"]],
            ])
        #expect(schema.value(at: "/allOf/2/if/required") == ["listen"])
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 220 })
    }

    @Test func `a configuration's schema leads from a channel to its adapter's settings`() throws {
        let schema = try JSONValue(parsing: SchemaText.configuration(of: .test))
        let channel = try #require(schema.value(at: "/properties/channels/additionalProperties"))
        #expect(channel.value(at: "/properties/adapter/anyOf/0/enum") == ["paper", "telex"])
        #expect(channel.value(at: "/allOf/1/then/properties/settings/$ref") == "#/$defs/adapter-telex")
        let words = schema.value(at: "/$defs/adapter-telex/properties/listen/anyOf/0/enum")
        #expect(words == ["search", "webhook", "files"])
        #expect(schema.value(at: "/$defs/sink-shelf/required") == ["path"])
    }

    /// The package's folder.
    private static var package: URL {
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        return package
    }

    private static var isRecording: Bool { ProcessInfo.processInfo.environment["EARSHOT_RECORD"] == "1" }

    @Test(arguments: BuiltInAdapters.all.map { $0.name })
    func `a room's schema is what its adapter says of its settings`(_ name: String) throws {
        let adapter = try #require(BuiltInAdapters.all.first { $0.name == name })
        let file = SchemaTextTests.package.appendingPathComponent("adapters/\(name)/settings.schema.json")
        let expected = SchemaText.settings(of: name, adapter.settings)
        if SchemaTextTests.isRecording { try Data(expected.utf8).write(to: file) }
        #expect(try String(decoding: Data(contentsOf: file), as: UTF8.self) == expected)
    }
}
