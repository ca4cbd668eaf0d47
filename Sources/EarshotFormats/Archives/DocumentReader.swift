public import Earshot

/// The documents of a file, a folder, an archive or standard input, one after another, in memory that does not grow
/// with the input. Nothing is ever written to disk.
///
/// Calls block while the disk or a pipe is read, so long inputs belong on a thread of their own.
public final class DocumentReader {
    /// How a file is cut into documents.
    public struct Cut: Sendable {
        /// How a file of the adapter holds its documents.
        public var container: Container
        /// Patterns of files that every other file of the same archive or folder is given as companions.
        public var companions: [String]
        /// The moment that a document is first held.
        public var clock: @Sendable () -> Timestamp

        /// A way of cutting for an adapter.
        public init(_ container: Container, companions: [String] = [], clock: @escaping @Sendable () -> Timestamp) {
            self.container = container
            self.companions = companions
            self.clock = clock
        }
    }

    /// One document of the input, or the reason why there is none at its place.
    public struct Step: Sendable {
        /// The number of the step, counted from 1; the same input gives the same numbers.
        public var ordinal: Int
        /// The file's name, or its path within the archive or folder.
        public var name: String
        /// Where in the file, such as `line 12`; empty where the file is one document.
        public var location: String
        /// The document, or what is wrong.
        public var document: Result<Document, MalformedDocument>
    }

    /// What is handed on at once to one of several who read side by side.
    public enum Share: Sendable {
        /// One document, or the reason why there is none.
        case step(Step)
        /// Several documents, which are cut apart by who reads them.
        case lines(DocumentLines)
    }

    /// The size above which no mail message is read, in bytes.
    public static let messageLimit = MailLimits.message

    private let cut: Cut
    private let passed: Int
    private var files: ArraySlice<InputFile>
    private var companions: [Document] = []
    private var open: OpenFile?
    private var bytesOfClosed = 0

    /// The number of the last step, those passed over included.
    public private(set) var ordinal = 0
    /// How many bytes of the input there are, where that is known.
    public let bytesTotal: Int?
    /// How many bytes of the input were taken so far.
    public var bytesRead: Int { bytesOfClosed + (open?.bytesRead ?? 0) }
    /// How many files were passed over because they hold pictures, sounds, fonts and the like.
    public private(set) var filesPassedOver = 0

    /// A reader of the file or folder at `path`, or of standard input where it is `-`.
    ///
    /// Steps up to the number `ordinal` are passed over, so that an import can go on where it was stopped.
    public init(_ path: String, cut: Cut, after ordinal: Int = 0) throws(InputFailure) {
        self.cut = cut
        passed = ordinal
        let found = try InputFile.all(at: path)
        files = found[...]
        bytesTotal = found.contains { $0.size == nil } ? nil : found.reduce(0) { $0 + ($1.size ?? 0) }
        collectCompanions()
    }

    /// A reader of an open file, which is left open.
    public init(descriptor: Int32, name: String, cut: Cut, after ordinal: Int = 0) {
        self.cut = cut
        passed = ordinal
        let file = InputFile(descriptor: descriptor, name: name)
        files = [file]
        bytesTotal = file.size
    }

    /// The next document or defect, or nil at the end.
    public func next() -> Step? {
        while let step = advance() {
            ordinal += 1
            guard ordinal > passed else { continue }
            return Step(ordinal: ordinal, name: step.name, location: step.location, document: step.result(self))
        }
        return nil
    }

    /// The next documents: as many whole lines as fit in `size` bytes where lines are documents, else one; nil at the
    /// end.
    ///
    /// Lines that are handed on together have no numbers, so that nobody can go on after one of them.
    public func nextShare(of size: Int) -> Share? {
        guard let piece = advance(linesUpTo: size) else { return nil }
        if let first = piece.firstLine, case .success(let bytes) = piece.content {
            return .lines(DocumentLines(template: document([], named: piece.name), bytes: bytes, first: first))
        }
        ordinal += 1
        return .step(
            Step(ordinal: ordinal, name: piece.name, location: piece.location, document: piece.result(self)))
    }

    /// The next piece of the open file, or of the files after it: lines together where they are no longer than `size`.
    private func advance(linesUpTo size: Int = 0) -> Piece? {
        while true {
            if let current = open {
                if let piece = current.next(linesUpTo: size) { return piece }
                filesPassedOver += current.passedOver
                bytesOfClosed += current.bytesRead
                open = nil
            }
            guard let file = files.popFirst() else { return nil }
            guard !file.isPassedOver else {
                filesPassedOver += 1
                bytesOfClosed += file.size ?? 0
                continue
            }
            do throws(MalformedDocument) {
                open = try OpenFile(file, cut: cut)
            } catch {
                return Piece(name: file.name, location: "", content: .failure(error))
            }
        }
    }

    /// Makes a piece's bytes a document.
    fileprivate func document(_ bytes: [UInt8], named name: String) -> Document {
        var document = Document(bytes, observedAt: cut.clock())
        document.name = name
        document.companions = open?.companions ?? []
        document.companions += companions
        return document
    }

    /// Holds the companions among the files of a folder.
    private func collectCompanions() {
        guard files.count > 1, !cut.companions.isEmpty else { return }
        var shelf = CompanionShelf(patterns: cut.companions)
        for file in files where shelf.wants(file.name) {
            guard let stream = try? FileStream(file), let bytes = try? stream.all(upTo: Document.sizeLimit) else {
                continue
            }
            shelf.put(bytes, named: file.name, at: cut.clock())
        }
        companions = shelf.documents
    }
}

/// An input that cannot be opened.
public struct InputFailure: Error, Sendable, CustomStringConvertible {
    /// The path as given.
    public var path: String
    /// What the system said.
    public var reason: String
    /// Whether there is no such file.
    public var isMissing: Bool

    /// Path and reason in one line.
    public var description: String { "\(path): \(reason)" }
}

/// A part of a file that is one document, several lines that are one each, or the reason why it is none.
struct Piece {
    var name: String
    var location = ""
    var content: Result<[UInt8], MalformedDocument>
    /// The number of the first line where there are several.
    var firstLine: Int?

    fileprivate func result(_ reader: DocumentReader) -> Result<Document, MalformedDocument> {
        content.map { reader.document($0, named: name) }
    }
}
