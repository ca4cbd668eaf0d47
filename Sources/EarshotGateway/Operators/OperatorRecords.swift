package import Earshot
internal import EarshotFormats

extension CursorRecord {
    /// The record as JSON.
    package var json: [UInt8] {
        var fields = JSONFields()
        fields.string("channel", channel)
        fields.integer("revision", revision)
        Array(cursor.utf8).withBytes { fields.json("cursor", $0) }
        return fields.withBytes { $0.array }
    }

    /// A record from JSON.
    init?(_ value: JSONValue) {
        guard let channel = value["channel"]?.text, let revision = value["revision"]?.wholeNumber,
            let cursor = value["cursor"]
        else { return nil }
        self.init(
            channel: channel, revision: revision, cursor: String(decoding: cursor.bytes, as: UTF8.self))
    }
}

extension DeadLetter {
    /// The letter as JSON, the mention in it where `isWhole`, else its id alone.
    package func json(isWhole: Bool) -> [UInt8] {
        let mention = try? JSONValue(parsing: line)
        var fields = JSONFields()
        fields.string("sink", sink)
        fields.integer("position", position)
        fields.timestamp("at", at)
        fields.integer("attempts", Int64(attempts))
        fields.string("reason", reason)
        fields.string("id", mention?["id"]?.text ?? "")
        fields.string("document", mention?["provenance"]?["document"]?.text ?? "")
        if isWhole { line.withBytes { fields.json("mention", $0) } }
        return fields.withBytes { $0.array }
    }

    /// A letter from JSON that holds the mention.
    init?(_ value: JSONValue) {
        guard let sink = value["sink"]?.text, let position = value["position"]?.wholeNumber,
            let at = (value["at"]?.text).flatMap({ Times.parse($0) }), let mention = value["mention"]
        else { return nil }
        self.init(
            sink: sink, position: position, reason: value["reason"]?.text ?? "",
            attempts: Int(truncatingIfNeeded: value["attempts"]?.wholeNumber ?? 0), at: at, line: mention.bytes)
    }
}

extension LetterChoice {
    /// The choice as JSON.
    var json: [UInt8] {
        var object = JSONObject()
        object["sink"] = .string(sink)
        if let positions { object["positions"] = .array(positions.sorted().map { .integer($0) }) }
        return JSONValue.object(object).bytes
    }

    /// A choice from JSON.
    init?(_ value: JSONValue) {
        guard let sink = value["sink"]?.text else { return nil }
        self.init(sink: sink, positions: value["positions"]?.elements.map { Set($0.compactMap(\.wholeNumber)) })
    }
}

extension Courier.Redelivery {
    /// What became of letters, as JSON.
    var json: [UInt8] {
        var fields = JSONFields()
        fields.integer("delivered", Int64(delivered))
        fields.integer("refused", Int64(refused))
        fields.string("trouble", trouble ?? "")
        return fields.withBytes { $0.array }
    }

    /// What became of letters, from JSON.
    init?(_ value: JSONValue) {
        guard let delivered = value["delivered"]?.wholeNumber, let refused = value["refused"]?.wholeNumber else {
            return nil
        }
        self.init(
            delivered: Int(truncatingIfNeeded: delivered), refused: Int(truncatingIfNeeded: refused),
            trouble: value["trouble"]?.text)
    }
}
