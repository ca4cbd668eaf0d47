internal import Earshot
internal import EarshotFormats

/// What an adapter makes of a document, field by field, to be compared with what it makes of another.
struct MentionSnapshot {
    private var mentions: [[String: JSONValue]] = []
    private var defects: [Defect] = []
    private var failure: MalformedDocument?

    /// What tells of the reading and not of the source, or follows from other fields.
    private static let silent: Set<String> = ["schema", "digest", "observed_at", "provenance", "raw"]

    /// What `adapter` makes of a document.
    init(of document: Document, by adapter: any Adapter) {
        do throws(MalformedDocument) {
            let reading = try adapter.read(document)
            defects = reading.defects
            let kind = adapter.kind
            var writer = MentionWriter(origin: .init(channel: "", adapter: kind.name, adapterVersion: kind.version))
            writer.write(reading, of: document)
            for line in writer.take().lines.split(separator: UInt8(ascii: "\n")) {
                mentions.append(MentionSnapshot.fields(of: try JSONValue(parsing: Array(line))))
            }
        } catch {
            failure = error
        }
    }

    /// Why nothing could be read.
    var refusal: MalformedDocument? { failure }

    /// Whether there is nothing to say of the document.
    var isEmpty: Bool { mentions.isEmpty && defects.isEmpty && failure == nil }

    /// The fields by name, those of an object under its name: `author.handle`; all of `ext` is one.
    private static func fields(of mention: JSONValue) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        for member in mention.members ?? [:] where !silent.contains(member.key) {
            if member.key != "ext", let parts = member.value.members {
                for part in parts { fields["\(member.key).\(part.key)"] = part.value }
            } else {
                fields[member.key] = member.value
            }
        }
        return fields
    }

    /// The names of the fields that differ; `*` where there are other mentions, `defect` where a defect tells of it.
    func differences(from other: MentionSnapshot) -> Set<String> {
        if failure != other.failure { return ["*"] }
        var names: Set<String> = defects == other.defects ? [] : ["defect"]
        guard mentions.count == other.mentions.count else { return names.union(["*"]) }
        for (one, another) in zip(mentions, other.mentions) where one != another {
            for name in Set(one.keys).union(another.keys) where one[name] != another[name] { names.insert(name) }
        }
        return names
    }

    /// Every text and number in the mentions; of an id also what follows its network.
    var said: Set<String> {
        var said: Set<String> = []
        for mention in mentions {
            for value in mention.values {
                for leaf in JSONLeaf.all(in: value) {
                    let text = leaf.value.text ?? leaf.value.description
                    said.insert(text)
                    if let colon = text.firstIndex(of: ":") { said.insert(String(text[text.index(after: colon)...])) }
                }
            }
        }
        return said
    }
}
