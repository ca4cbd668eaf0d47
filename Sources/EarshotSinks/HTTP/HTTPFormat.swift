internal import Earshot

/// How a request's body holds a batch.
package enum HTTPFormat: String, Decodable, Sendable, CaseIterable {
    /// A mention a line.
    case ndjson
    /// An array of mentions.
    case json
    /// A batch of CloudEvents 1.0 in the JSON format, each with a mention as its data.
    case cloudevents

    /// The media type.
    var contentType: String {
        switch self {
        case .ndjson: "application/x-ndjson"
        case .json: "application/json"
        case .cloudevents: "application/cloudevents-batch+json"
        }
    }

    /// The body for a batch.
    func body(of batch: Batch) -> [UInt8] {
        guard self != .ndjson else { return batch.lines }
        var body = Output(capacity: batch.lines.count + batch.count * 256 + 2)
        body.byte(UInt8(ascii: "["))
        for index in batch.entries.indices {
            if index > 0 { body.byte(UInt8(ascii: ",")) }
            let line = Array(batch.line(index))
            if self == .cloudevents {
                HTTPFormat.event(batch, index, line, &body)
            } else {
                body.raw(line)
            }
        }
        body.byte(UInt8(ascii: "]"))
        return body.array
    }

    /// An event is the same event however often it is posted: its id is its mention's and its place in the log.
    private static func event(_ batch: Batch, _ index: Int, _ line: [UInt8], _ body: inout Output) {
        let entry = batch.entries[index]
        let channel = batch.channel(of: entry)
        body.literal("{\"specversion\":\"1.0\",\"id\":\"")
        body.hexadecimal(entry.key.high)
        body.hexadecimal(entry.key.low)
        body.byte(UInt8(ascii: "-"))
        body.integer(entry.position)
        body.literal("\",\"source\":")
        body.string("/earshot/" + PathTemplate.safe(channel))
        body.literal(",\"type\":\"mention.")
        body.literal(entry.operation.word)
        body.literal("\",\"time\":\"")
        body.timestamp(entry.observedAt)
        body.literal("\",\"datacontenttype\":\"application/json\",\"data\":")
        body.raw(line)
        body.literal("}")
    }
}
