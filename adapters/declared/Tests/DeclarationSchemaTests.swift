import EarshotAdapters
import Foundation
import Testing

/// The published schema and the reader of declarations know the same keys and words.
@Suite struct DeclarationSchemaTests {
    /// What stands in the schema at a path.
    private func schema(_ path: String) throws -> Any? {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("schemas/adapter.v1.json")
        let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return path.split(separator: "/").reduce(whole as Any?) { value, key in
            if let list = value as? [Any] { return Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil } }
            return (value as? [String: Any])?[String(key)]
        }
    }

    /// What the reader says it knows, of a declaration in which `?` stands for a key or a word that nobody knows.
    private func known(_ parts: String, after phrase: String) -> Set<String> {
        let text = """
            {"name": "acme", "version": "1.0", "about": "Acme's own.", "records": {"a": {"at": "@", "kind": "post",
             "fields": {"native_id": "id"}}}, \(parts)}
            """
        do {
            _ = try BuiltInAdapters.kind(declaredBy: Array(text.replacing("?", with: "zzz").utf8), file: "adapter.json")
        } catch {
            for line in "\(error)".split(separator: "\n") where line.contains("zzz") {
                guard let found = line.range(of: phrase) else { continue }
                let words = line[found.upperBound...].prefix(while: { $0 != "\u{22}" })
                return Set(
                    words.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0 != "found" }
                )
            }
        }
        return []
    }

    private static let field = #""records": {"a": {"at": "@", "kind": "post", "fields": {"native_id": "id", "#

    @Test(arguments: [
        ("/properties", #""?": 1"#),
        ("/properties/settings/additionalProperties/properties", #""settings": {"a": {"?": 1}}"#),
        ("/properties/tables/additionalProperties/properties", #""tables": {"a": {"?": 1}}"#),
        ("/properties/ask/properties", #""ask": {"?": 1}"#),
        ("/properties/ask/properties/budget/properties", #""ask": {"budget": {"?": 1}}"#),
        (
            "/properties/ask/properties/requests/additionalProperties/properties",
            #""ask": {"requests": {"a": {"?": 1}}}"#
        ),
        (
            "/properties/ask/properties/requests/additionalProperties/properties/paging/properties",
            #""ask": {"requests": {"a": {"url": "https://a.example", "paging": {"?": 1}}}}"#
        ),
        (
            "/properties/ask/properties/requests/additionalProperties/properties/since/properties",
            #""ask": {"requests": {"a": {"url": "https://a.example", "since": {"?": 1}}}}"#
        ),
        ("/$defs/records/properties", #""records": {"a": {"?": 1}}"#),
        ("/$defs/fields/properties", field + #""?": 1}}}"#),
        ("/$defs/text/anyOf/1/properties", field + #""text": {"?": 1}}}}"#),
        ("/$defs/fields/properties/author/anyOf/0/properties", field + #""author": {"?": 1}}}}"#),
        ("/$defs/fields/properties/metrics/anyOf/0/properties", field + #""metrics": {"?": 1}}}}"#),
        ("/$defs/fields/properties/place/anyOf/0/properties", field + #""place": {"?": 1}}}}"#),
        ("/$defs/recipientList/properties", field + #""recipients": {"?": 1}}}}"#),
        ("/$defs/entityList/properties", field + #""entities": {"?": 1}}}}"#),
        ("/$defs/mediaList/properties", field + #""media": {"?": 1}}}}"#),
        ("/$defs/refList/properties", field + #""refs": {"?": 1}}}}"#),
    ])
    func `the keys of an object are those that the reader knows`(_ path: String, _ parts: String) throws {
        let properties = try #require(schema(path) as? [String: Any])
        #expect(known(parts, after: "there are ") == Set(properties.keys))
    }

    @Test func `the ways to show who asks are those that the reader knows`() throws {
        let ways = try #require(schema("/properties/ask/properties/auth/oneOf") as? [[String: Any]])
        let keys = ways.flatMap { ($0["properties"] as? [String: Any] ?? [:]).keys }
        #expect(known(#""ask": {"auth": {"?": 1}}"#, after: "there are ") == Set(keys))
    }

    @Test(arguments: [
        ("/properties/container", #""container": "?""#),
        (
            "/properties/settings/additionalProperties/properties/form",
            #""settings": {"a": {"form": "?", "about": "x"}}"#
        ),
        (
            "/properties/ask/properties/budget/properties/reset_is",
            #""ask": {"budget": {"remaining": "a", "reset": "b", "reset_is": "?"}}"#
        ),
        (
            "/properties/ask/properties/requests/additionalProperties/properties/paging/properties/by",
            #""ask": {"requests": {"a": {"url": "https://a.example", "paging": {"by": "?"}}}}"#
        ),
        (
            "/$defs/records/properties/kind",
            #""records": {"a": {"at": "@", "kind": "?", "fields": {"native_id": "id"}}}"#
        ),
        ("/$defs/fields/properties/find/anyOf/0/items", field + #""find": ["?"]}}}"#),
        ("/$defs/entityList/properties/unit", field + #""entities": {"each": "a", "type": "b", "unit": "?"}}}}"#),
    ])
    func `the words of a choice are those that the reader knows`(_ path: String, _ parts: String) throws {
        let words = try #require((schema(path) as? [String: Any])?["enum"] as? [String])
        #expect(known(parts, after: "expected one of ") == Set(words))
    }
}
