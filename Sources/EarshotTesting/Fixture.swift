public import Earshot
public import Foundation

/// A folder with a document and what an adapter reads out of it: a bug report becomes a folder.
///
/// `document.*` (or, for an archive's part, any one file that is not listed here) is the document; `mentions.ndjson`
/// holds the canonical lines, observed at `2026-01-01T00:00:00Z`; `defects.txt`, where there is one, a defect a line.
/// Files under `companions/` are the document's companions.
public struct Fixture: Sendable, CustomStringConvertible {
    /// The folder.
    public let folder: URL
    /// The document.
    public let document: Document
    /// The lines that are expected, `mentions.ndjson`.
    public let expectedLines: String
    /// The defects that are expected, one a line.
    public let expectedDefects: String

    /// The folder's name.
    public var description: String { folder.lastPathComponent }

    /// When every fixture's document was first held.
    public static let observedAt = Timestamp(seconds: 1_767_225_600)

    /// Every fixture in the folder `Fixtures` of the room that the test file `filePath` is in.
    public static func all(beside filePath: String = #filePath) -> [Fixture] {
        let room = URL(fileURLWithPath: filePath).deletingLastPathComponent().deletingLastPathComponent()
        return all(in: room.appendingPathComponent("Fixtures"))
    }

    /// Every fixture in a folder of fixtures, by name.
    public static func all(in folder: URL) -> [Fixture] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { Fixture(folder: folder.appendingPathComponent($0)) }
    }

    /// The fixture in a folder, or nil where the folder holds no document.
    public init?(folder: URL) {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let known = ["mentions.ndjson", "defects.txt", "README.md", "companions", "http.json"]
        guard let name = files.sorted().first(where: { !known.contains($0) && !$0.hasPrefix(".") }),
            let bytes = Fixture.bytes(folder.appendingPathComponent(name))
        else { return nil }
        var document = Document(bytes, observedAt: Fixture.observedAt)
        document.name = name
        let side = folder.appendingPathComponent("companions")
        for file in ((try? FileManager.default.contentsOfDirectory(atPath: side.path)) ?? []).sorted() {
            guard let bytes = Fixture.bytes(side.appendingPathComponent(file)) else { continue }
            var companion = Document(bytes, observedAt: Fixture.observedAt)
            companion.name = file
            document.companions.append(companion)
        }
        self.folder = folder
        self.document = document
        expectedLines = Fixture.text(folder.appendingPathComponent("mentions.ndjson"))
        expectedDefects = Fixture.text(folder.appendingPathComponent("defects.txt"))
    }

    /// What `adapter` makes of the document: the canonical lines and the defects, one a line.
    public func read(with adapter: any Adapter) -> (lines: String, defects: String) {
        let lines = AdapterContract.lines(of: adapter, reading: document)
        let defects = (try? adapter.read(document))?.defects ?? []
        return (lines, defects.map { "\($0.location): \($0.reason)\n" }.joined())
    }

    /// Whether the expected files are to be written anew instead of compared: `EARSHOT_RECORD=1`.
    public static var isRecording: Bool { ProcessInfo.processInfo.environment["EARSHOT_RECORD"] == "1" }

    /// Writes what was read as what is expected.
    public func record(_ read: (lines: String, defects: String)) throws {
        try Data(read.lines.utf8).write(to: folder.appendingPathComponent("mentions.ndjson"))
        let defects = folder.appendingPathComponent("defects.txt")
        if read.defects.isEmpty {
            try? FileManager.default.removeItem(at: defects)
        } else {
            try Data(read.defects.utf8).write(to: defects)
        }
    }

    private static func bytes(_ url: URL) -> [UInt8]? { (try? Data(contentsOf: url)).map { Array($0) } }

    private static func text(_ url: URL) -> String { bytes(url).map { String(decoding: $0, as: UTF8.self) } ?? "" }
}
