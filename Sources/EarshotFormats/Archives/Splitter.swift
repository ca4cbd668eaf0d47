internal import Earshot

/// Cuts one file into documents.
enum Splitter {
    /// What a file is known to be before it is looked at.
    enum Form {
        /// One mail message, whatever is in it.
        case message
        /// A file of an adapter.
        case file(Container)
    }

    /// What was cut off: where it stood, and the bytes or what is wrong with them.
    typealias Part = (location: String, content: Result<[UInt8], MalformedDocument>)

    case whole(WholeSplitter)
    case lines(LineSplitter)
    case array(ArraySplitter)
    case mbox(MboxSplitter)

    /// Chooses by the file's beginning how it is cut.
    init(_ window: ByteWindow, of form: Form) throws(MalformedDocument) {
        guard try Splitter.hasContent(window) else { throw MalformedDocument("empty") }
        switch form {
        case .message: self = .whole(WholeSplitter(window, limit: DocumentReader.messageLimit))
        case .file(.single): self = .whole(WholeSplitter(window, limit: Document.sizeLimit))
        case .file(.mbox): self = try MboxSplitter.splitter(for: window)
        case .file(.lines): self = try Splitter.forJSON(window)
        }
    }

    /// The next part, or nil at the end of the file.
    ///
    /// Throws where the file cannot be read any further.
    mutating func next() throws(MalformedDocument) -> Part? {
        switch self {
        case .whole(var splitter):
            defer { self = .whole(splitter) }
            return try splitter.next()
        case .lines(var splitter):
            defer { self = .lines(splitter) }
            return try splitter.next()
        case .array(var splitter):
            defer { self = .array(splitter) }
            return try splitter.next()
        case .mbox(var splitter):
            defer { self = .mbox(splitter) }
            return try splitter.next()
        }
    }

    /// Lines where each of the first is JSON, parts of an array where the file is a large one, else the whole file.
    private static func forJSON(_ window: ByteWindow) throws(MalformedDocument) -> Splitter {
        if try LineSplitter.applies(to: window) { return .lines(LineSplitter(window)) }
        if let prefix = try ArraySplitter.prefix(of: window), try window.hold(ArraySplitter.threshold) {
            return .array(ArraySplitter(window, prefix: prefix))
        }
        return .whole(WholeSplitter(window, limit: Document.sizeLimit))
    }

    /// Whether there is anything but white space; what stands before it is kept.
    private static func hasContent(_ window: ByteWindow) throws(MalformedDocument) -> Bool {
        var searched = 0
        while true {
            while searched < window.count {
                if window[searched] > 0x20 || window[searched] == 0 { return true }
                searched += 1
            }
            if searched > 1 << 20 { return true }
            guard try window.grow() else { return false }
        }
    }
}

/// Gives the file as one document.
struct WholeSplitter {
    private let window: ByteWindow
    private let limit: Int
    private var isFinished = false

    /// All of the file, up to `limit` bytes.
    init(_ window: ByteWindow, limit: Int) {
        self.window = window
        self.limit = limit
    }

    mutating func next() throws(MalformedDocument) -> Splitter.Part? {
        if isFinished { return nil }
        isFinished = true
        if try window.hold(limit + 1) { return ("", .failure(.tooLarge(limit))) }
        return ("", .success(window.take(window.count)))
    }
}
