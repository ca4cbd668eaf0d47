import EarshotAdapters
import EarshotFormats
import EarshotGateway
import EarshotSinks
import Foundation
import Testing

/// Keeps `schemas/configuration.v1.json` what this build can be told; `EARSHOT_RECORD=1` writes it anew.
@Suite struct ConfigurationSchemaTests {
    @Test func `the published schema is the one that this build makes`() throws {
        var file = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { file.deleteLastPathComponent() }
        file.appendPathComponent("schemas/configuration.v1.json")
        let catalog = Catalog(adapters: BuiltInAdapters.kinds, sinks: BuiltInSinks.all)
        let made = SchemaText.configuration(of: catalog)
        if ProcessInfo.processInfo.environment["EARSHOT_RECORD"] == "1" { try Data(made.utf8).write(to: file) }
        #expect(try String(decoding: Data(contentsOf: file), as: UTF8.self) == made)
    }
}
