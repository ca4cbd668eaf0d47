import Earshot
import EarshotFormats
import Foundation
import Testing

/// Keeps what `LineWriter` can write and `schemas/mention.v1.json` the same.
@Suite struct MentionSchemaTests {
    private let schema: JSONValue

    init() throws {
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { package.deleteLastPathComponent() }
        schema = try JSONValue(
            parsing: Array(Data(contentsOf: package.appendingPathComponent("schemas/mention.v1.json"))))
    }

    @Test func `a line that says everything has every key of the schema, in its order`() throws {
        let line = try JSONValue(parsing: FullMention.updateLine)
        compare(line, with: schema, at: "")
    }

    @Test func `the names of a mention's fields are the schema's`() {
        #expect(MentionFields.names == schema["properties"]?.members?.keys.sorted())
    }

    @Test func `a deletion has the keys that the schema allows it, in their order`() throws {
        let line = try JSONValue(parsing: FullMention.deleteLine)
        let allowed = schema.value(at: "/allOf/0/then/propertyNames/enum")
        #expect(line.members?.keys == allowed?.elements?.compactMap(\.text))
    }

    @Test func `the schema lists the words of every vocabulary`() {
        check("/properties/op", Operation.self)
        check("/properties/kind", Kind.self)
        check("/properties/visibility", Visibility.self)
        check("/properties/direction", Direction.self)
        check("/properties/language/properties/by", LanguageSource.self)
        check("/properties/author/properties/kind", AuthorKind.self)
        check("/properties/recipients/items/properties/role", RecipientRole.self)
        check("/properties/entities/items/properties/type", EntityType.self)
        check("/properties/media/items/properties/type", MediaType.self)
        check("/properties/refs/items/properties/rel", Relation.self)
        check("/properties/place/properties/of", PlaceOwner.self)
        check("/properties/provenance/properties/via", Via.self)
    }

    @Test func `the schema names the version that is written`() {
        #expect(schema.value(at: "/properties/schema/const") == .string(MentionWriter.schema))
    }

    @Test func `every object is closed but ext and raw, and everything is described`() {
        walk(schema, at: "")
    }

    private func check<Word: SchemaWord>(_ pointer: String, _ type: Word.Type) {
        let words = schema.value(at: pointer + "/enum")?.elements?.compactMap(\.text)
        #expect(words == Word.allCases.map { "\($0.word)" }, "\(pointer)")
    }

    /// Compares the keys of a value with those that its schema names, all the way down.
    private func compare(_ value: JSONValue, with schema: JSONValue, at place: String) {
        if place == "/ext" || place == "/raw" { return }
        if let members = value.members {
            #expect(members.keys == schema["properties"]?.members?.keys, "\(place)")
            for (key, value) in members {
                if let inner = schema["properties"]?[key] { compare(value, with: inner, at: "\(place)/\(key)") }
            }
        }
        if let first = value[0], let items = schema["items"] { compare(first, with: items, at: place + "/0") }
    }

    private func walk(_ schema: JSONValue, at place: String) {
        if let properties = schema["properties"]?.members {
            #expect(schema["additionalProperties"] == false, "\(place)")
            for (key, inner) in properties {
                #expect(inner["description"]?.text?.hasSuffix(".") == true, "\(place)/\(key)")
                walk(inner, at: "\(place)/\(key)")
            }
        }
        if let items = schema["items"] { walk(items, at: place + "/0") }
    }
}
