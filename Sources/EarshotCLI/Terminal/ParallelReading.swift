internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Reads documents on all cores and hands on what was read in the documents' order, with a bounded number under way.
struct ParallelReading: Sendable {
    /// What is to be read.
    enum Input: Sendable {
        /// A document; `location` is its place in a file of several.
        case document(Document, location: String)
        /// Lines of a file, each a document.
        case lines(DocumentLines)
        /// A place where a document should have been.
        case unreadable(name: String, location: String, MalformedDocument)

        /// How many bytes there are to read.
        fileprivate var size: Int {
            switch self {
            case .document(let document, _): document.bytes.count
            case .lines(let lines): lines.size
            case .unreadable: 0
            }
        }
    }

    /// Something that could not be read.
    struct Finding: Sendable {
        var document: String
        var location: String
        var reason: String
        var isMalformed: Bool
    }

    /// What was read out of some documents.
    struct Part: Sendable {
        var lines = Lines(Output(capacity: 0))
        var findings: [Finding] = []
    }

    /// Written lines, handed from the task that wrote them to the one that prints them.
    ///
    /// Unchecked: nothing changes once it is made.
    final class Lines: @unchecked Sendable {
        private let output: Output

        /// Lines that nobody writes to any more.
        init(_ output: consuming Output) { self.output = output }

        /// The lines, borrowed.
        func withBytes(_ body: (Bytes) throws -> Void) rethrows { try output.withBytes(body) }
    }

    private let adapter: any Adapter

    /// How many bytes of documents one task reads: few, so that they and what is made of them stay in the cache.
    static let shareSize = 1 << 17
    /// The most room for lines that is made at first, in bytes.
    private static let roomLimit = 1 << 22
    /// How many documents one task reads at most.
    private static let shareCount = 256

    /// A reading with one adapter.
    init(adapter: any Adapter) { self.adapter = adapter }

    /// Reads until `next` gives nil; `taken` is called with each part in order.
    func run(over next: () throws -> Input?, taken: (Part) throws -> Void) async throws {
        let width = max(ProcessInfo.processInfo.activeProcessorCount, 1) + 1
        try await withThrowingTaskGroup(of: (Int, Part).self) { group in
            var begun = 0
            var finished: [Int: Part] = [:]
            var handedOn = 0
            var isExhausted = false
            while !isExhausted || handedOn < begun {
                while !isExhausted, begun - handedOn < width {
                    let share = try ParallelReading.share(from: next)
                    isExhausted = share.isEmpty
                    guard !isExhausted else { break }
                    let number = begun
                    begun += 1
                    group.addTask { (number, read(share)) }
                }
                guard handedOn < begun, let (number, part) = try await group.next() else { continue }
                finished[number] = part
                while let part = finished.removeValue(forKey: handedOn) {
                    try taken(part)
                    handedOn += 1
                }
            }
        }
    }

    /// The next documents, as many as one task reads.
    private static func share(from next: () throws -> Input?) rethrows -> [Input] {
        var share: [Input] = []
        var size = 0
        while size < shareSize, share.count < shareCount, let input = try next() {
            size += input.size
            share.append(input)
        }
        return share
    }

    private func read(_ share: [Input]) -> Part {
        let kind = adapter.kind
        var part = Part()
        let size = share.reduce(0) { $0 + $1.size }
        var writer = MentionWriter(
            origin: .init(channel: "", adapter: kind.name, adapterVersion: kind.version), isFinal: true,
            capacity: min(2 * size, ParallelReading.roomLimit))
        for input in share {
            switch input {
            case .unreadable(let name, let location, let failure):
                part.findings.append(
                    Finding(document: name, location: location, reason: failure.description, isMalformed: true))
            case .document(let document, let location):
                read(document, at: location, to: &writer, &part)
            case .lines(let lines):
                lines.forEach { document, line in read(document, at: "line \(line)", to: &writer, &part) }
            }
        }
        part.lines = Lines(writer.takeLines())
        return part
    }

    private func read(
        _ document: Document, at location: @autoclosure () -> String, to writer: inout MentionWriter, _ part: inout Part
    ) {
        do throws(MalformedDocument) {
            let reading = try adapter.read(document)
            writer.write(reading, of: document)
            for defect in reading.defects {
                let place = [location(), defect.location].filter { !$0.isEmpty }.joined(separator: ", ")
                part.findings.append(
                    Finding(document: document.name, location: place, reason: defect.reason, isMalformed: false))
            }
        } catch {
            part.findings.append(
                Finding(document: document.name, location: location(), reason: error.description, isMalformed: true))
        }
    }
}
