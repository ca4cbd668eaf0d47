internal import Earshot
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

/// A note beside the files of what they were like before a delivery that the sink's state does not know of yet.
///
/// A file that is new to the state is noted here, durably, before its first byte is written. If the delivery is never
/// confirmed, the note tells how to undo it; a note of any other delivery is out of date.
struct FileLedger: Codable {
    /// The number of the delivery that is being made.
    var delivery: Int
    /// The origin of the state that it follows.
    var origin: String?
    /// The length that each file had; nil where there was none.
    var lengths: [String: Int?] = [:]

    /// The note at a path, or nil where there is none; one that cannot be read must not be taken for none.
    static func read(_ path: String) throws(DeliveryFailure) -> FileLedger? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path),
            let ledger = try? JSONDecoder().decode(FileLedger.self, from: data)
        else { throw .blocked(reason: "\(path), which tells how to undo a delivery, cannot be read") }
        return ledger
    }

    /// Replaces the note at a path.
    func write(_ path: String, syncs: Bool) throws(DeliveryFailure) {
        guard let data = try? JSONEncoder().encode(self) else { throw .transient(reason: "the note has no form") }
        try Directory.make(for: path)
        let draft = path + ".new"
        if let file = try Descriptor(draft, O_WRONLY | O_CREAT | O_TRUNC) {
            try file.write(Array(data), draft)
            if syncs { try file.sync(draft) }
        }
        guard unsafe rename(draft, path) == 0 else { throw DeliveryFailure(at: path) }
        if syncs { try Directory.sync(for: path) }
    }
}
