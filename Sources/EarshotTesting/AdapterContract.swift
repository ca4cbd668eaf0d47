public import Earshot

/// What every adapter promises, checked over any document: the same reading twice, ids that are unique, and every
/// truncation of the document refused or read but never a trap.
public enum AdapterContract {
    /// The broken promises of `adapter` for a document; none where it keeps them all.
    public static func violations(of adapter: any Adapter, reading document: Document) -> [String] {
        var found: [String] = []
        let first = lines(of: adapter, reading: document)
        if first != lines(of: adapter, reading: document) { found.append("two readings of one document differ") }
        if let reading = try? adapter.read(document) {
            let ids = reading.rows.filter { $0.operation == .create }.map { row in
                reading.string(reading.network(of: row)) + ":" + reading.string(row.nativeID)
            }
            if Set(ids).count != ids.count { found.append("an id stands twice in one reading") }
            if reading.rows.contains(where: { $0.nativeID.isEmpty }) { found.append("a mention has no id") }
        }
        for cut in cuts(of: document.bytes.count) {
            var part = document
            part.bytes = Array(document.bytes.prefix(cut))
            _ = try? adapter.read(part)
        }
        return found
    }

    /// The canonical lines of a reading, or the reason why there is none.
    public static func lines(of adapter: any Adapter, reading document: Document) -> String {
        do throws(MalformedDocument) {
            let reading = try adapter.read(document)
            let kind = adapter.kind
            var writer = MentionWriter(
                origin: .init(channel: "", adapter: kind.name, adapterVersion: kind.version), isFinal: true)
            writer.write(reading, of: document)
            return String(decoding: writer.take().lines, as: UTF8.self)
        } catch {
            return "refused: \(error.description)\n"
        }
    }

    /// Up to sixty-four lengths to cut a document to, spread over it.
    private static func cuts(of count: Int) -> [Int] {
        let step = max(count / 64, 1)
        return Array(stride(from: 0, to: count, by: step))
    }
}
