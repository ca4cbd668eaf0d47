internal import Earshot

/// A file that is being read: plain, or an archive with one entry open at a time.
final class OpenFile {
    private let file: InputFile
    private let stream: FileStream
    private let cut: DocumentReader.Cut
    private let archive: Archive?
    private var splitter: Splitter?
    private var name: String
    private var isFinished = false
    private var firstPass = 0

    /// The companions of every document of the file.
    private(set) var companions: [Document] = []
    /// How many entries hold nothing to read.
    private(set) var passedOver = 0
    /// How many bytes were taken from the file itself.
    var bytesRead: Int { min(stream.bytesRead - firstPass, file.size ?? Int.max) }

    init(_ file: InputFile, cut: DocumentReader.Cut) throws(MalformedDocument) {
        self.file = file
        self.cut = cut
        name = file.name
        let stream = try FileStream(file)
        self.stream = stream
        let head = try stream.peek(FileSignature.length)
        switch head.withBytes({ FileSignature($0) }) {
        case .refused(let kind): throw MalformedDocument("\(kind) data cannot be read")
        case .archive where !file.isMessage:
            let shelf = try OpenFile.companions(in: stream, cut: cut)
            companions = shelf.documents
            if !cut.companions.isEmpty, stream.seekableSize != nil { firstPass = stream.bytesRead }
            archive = try Archive(stream)
        default:
            archive = nil
            splitter = try Splitter(ByteWindow(stream), of: file.isMessage ? .message : .file(cut.container))
        }
    }

    /// The next piece, or nil at the end: as many whole lines as fit in `size` bytes, where one does.
    func next(linesUpTo size: Int) -> Piece? {
        while !isFinished {
            do throws(MalformedDocument) {
                if size > 0, case .lines(var lines) = splitter, let (bytes, first) = try lines.nextLines(upTo: size) {
                    splitter = .lines(lines)
                    return Piece(name: name, content: .success(bytes), firstLine: first)
                }
                if let (location, content) = try splitter?.next() {
                    return Piece(name: name, location: location, content: content)
                }
                splitter = nil
                name = file.name
                guard let archive, let entry = try archive.next() else { break }
                name = entry.isBare ? OpenFile.unpackedName(file.name) : entry.name
                if let refusal = entry.refusal { throw refusal }
                if FileSignature.isAsset(name) || CompanionShelf(patterns: cut.companions).wants(name) {
                    passedOver += FileSignature.isAsset(name) ? 1 : 0
                    continue
                }
                try open(archive)
            } catch {
                splitter = nil
                isFinished = archive?.canGoOn != true
                return Piece(name: name, location: "", content: .failure(error))
            }
        }
        isFinished = true
        return nil
    }

    /// Begins to cut the current entry of an archive.
    private func open(_ archive: Archive) throws(MalformedDocument) {
        let window = ByteWindow(archive)
        _ = try window.hold(FileSignature.length)
        switch try window.withBytes({ (head) throws(MalformedDocument) in FileSignature(head) }) {
        case .archive: throw MalformedDocument("an archive within an archive is not opened")
        case .refused(let kind): throw MalformedDocument("\(kind) data cannot be read")
        case .plain: splitter = try Splitter(window, of: .file(cut.container))
        }
    }

    /// The companions in an archive, for which it is read once before; none where it can be read only once.
    private static func companions(
        in stream: FileStream, cut: DocumentReader.Cut
    ) throws(MalformedDocument) -> CompanionShelf {
        var shelf = CompanionShelf(patterns: cut.companions)
        guard !cut.companions.isEmpty, stream.seekableSize != nil else { return shelf }
        do throws(MalformedDocument) {
            let archive = try Archive(stream)
            while let entry = try archive.next() {
                if entry.refusal == nil, !entry.isBare, shelf.wants(entry.name),
                    let bytes = try archive.all(upTo: Document.sizeLimit)
                {
                    shelf.put(bytes, named: entry.name, at: cut.clock())
                }
            }
        } catch {
            // What is wrong is told by the second reading, which comes to the same place.
        }
        guard stream.seek(to: 0) else { throw MalformedDocument("cannot be read a second time") }
        return shelf
    }

    /// A file's name without the ending that says how it is packed.
    private static func unpackedName(_ name: String) -> String {
        for ending in [".gz", ".zst"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
        return name
    }
}
