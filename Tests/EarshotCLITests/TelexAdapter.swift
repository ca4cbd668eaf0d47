import Earshot

/// The adapter that *Writing an adapter* goes through, so that what the guide shows compiles.
struct TelexAdapter: Adapter {
    struct Settings: Decodable, Sendable {}

    static let name = "telex"
    static let version = "1.0"
    static let about = "One message a line."
    static let settings: [Setting] = []

    init(settings: Settings) {}

    func read(_ document: Document) throws(MalformedDocument) -> Reading {
        if document.bytes.isEmpty { throw MalformedDocument("empty") }
        var reading = Reading(network: "telex", capacity: document.bytes.count)
        for line in document.bytes.split(separator: UInt8(ascii: "\n")) {
            var row = MentionRow(kind: .message)
            let bytes = Array(line)
            row.nativeID = reading.keep(Digest(of: bytes).hexadecimal)
            row.text = bytes.withBytes { reading.keepText($0) }
            row.visibility = .private
            reading.append(row)
        }
        return reading
    }
}
