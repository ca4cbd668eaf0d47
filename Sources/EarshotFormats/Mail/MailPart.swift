internal import Earshot

/// A part of a message, or the message itself: its header, what it says it is, and where its body is.
public struct MailPart: Sendable {
    /// The fields of its header.
    public let header: MailHeader
    /// Where its body is, still encoded.
    public internal(set) var body: Range<Int>
    /// What it is, as `text/plain`, in lower case.
    public internal(set) var type: String
    /// `inline`, `attachment` or another word of `Content-Disposition`; empty where there is none.
    public let disposition: String
    /// The parts of a multipart.
    public internal(set) var children: [MailPart] = []

    let contentType: MailParameters
    private let dispositionParameters: MailParameters
    private let encoding: MailEncoding

    /// The part whose header begins `range`.
    init(of bytes: Bytes, in range: Range<Int>, defaultType: String) {
        let header = MailHeader(of: bytes, in: range)
        let type = header.field("content-type", of: bytes).flatMap { $0.isOpaque ? nil : bytes[$0.value] }
        let disposition = header.field("content-disposition", of: bytes).flatMap { $0.isOpaque ? nil : bytes[$0.value] }
        contentType = type.map { MailParameters($0) } ?? MailParameters()
        dispositionParameters = disposition.map { MailParameters($0) } ?? MailParameters()
        self.header = header
        self.disposition = dispositionParameters.value
        self.type = MailPart.type(contentType.value, default: defaultType)
        encoding =
            header.field("content-transfer-encoding", of: bytes).map { MailEncoding(bytes[$0.value]) } ?? .none
        body = min(header.end, range.upperBound)..<range.upperBound
    }

    /// A media type as senders write it; what has no form is text (RFC 2045, 5.2).
    private static func type(_ written: String, default defaultType: String) -> String {
        switch written {
        case "", "text": return defaultType
        case "html": return "text/html"
        case "multipart": return "multipart/mixed"
        default:
            let parts = written.split(separator: "/", omittingEmptySubsequences: true)
            return parts.count >= 2 ? written : "application/octet-stream"
        }
    }

    /// A parameter of `Content-Type`, its name in lower case.
    public func parameter(_ name: String) -> String? { contentType[name] }

    /// Whether its type has parts.
    public var isMultipart: Bool { type.hasPrefix("multipart/") }

    /// The file name: that of the disposition, else that of the type.
    public var name: String? {
        let name = dispositionParameters["filename"] ?? contentType["name"] ?? dispositionParameters["name"]
        // Some programs write the whole path.
        let last = name?.split { $0 == "/" || $0 == "\\" }.last.map(String.init)
        return last.flatMap { $0.isEmpty || $0 == "." || $0 == ".." ? nil : $0 }
    }

    /// Whether parameters beyond the limit were left out.
    var isCut: Bool { header.isCut || contentType.isCut || dispositionParameters.isCut }

    /// Whether its content is lines of text whose ends are those of the store, CRLF or LF, and not the sender's.
    public var hasEndsOfStore: Bool {
        switch encoding {
        case .none, .quotedPrintable:
            !["image/", "audio/", "video/"].contains { type.hasPrefix($0) }
        case .base64, .uuencode, .yEnc: false
        }
    }

    /// The body with its transfer encoding undone. A multipart has none worth undoing.
    func content(in bytes: Bytes) -> [UInt8] { encoding.decode(bytes[body]) }
}

/// Takes a message apart into its parts, within the limits.
///
/// GMime would do this too, but only counts parts once it has made them: a message of a hundred thousand takes it two
/// seconds. Here the limits act while the boundaries are looked for.
struct MailStructure {
    private let bytes: Bytes
    private var count = 0
    /// What was left out.
    private(set) var defects: [String] = []

    private init(bytes: Bytes) { self.bytes = bytes }

    /// The root part of the message in `range`, and what was left out.
    static func read(_ bytes: Bytes, in range: Range<Int>) -> (root: MailPart, defects: [String]) {
        var structure = MailStructure(bytes: bytes)
        let root = structure.part(in: range, depth: 0, defaultType: "text/plain")
        return (root, structure.defects)
    }

    private mutating func part(in range: Range<Int>, depth: Int, defaultType: String) -> MailPart {
        count += 1
        var part = MailPart(of: bytes, in: range, defaultType: defaultType)
        if part.isCut { note("a header is larger than the limits; the rest of it is left out") }
        guard part.isMultipart else { return part }
        guard depth < MailLimits.depth else {
            note("parts lie deeper than \(MailLimits.depth); what is deeper is not taken apart")
            part.type = "application/octet-stream"
            return part
        }
        let ranges = split(part)
        if ranges.isEmpty {
            // A multipart without boundaries is what it looks like: text.
            part.type = "text/plain"
            return part
        }
        let inner = part.type == "multipart/digest" ? "message/rfc822" : "text/plain"
        for range in ranges {
            guard count < MailLimits.parts else {
                note("more than \(MailLimits.parts) parts; the rest is left out")
                break
            }
            part.children.append(self.part(in: range, depth: depth + 1, defaultType: inner))
        }
        return part
    }

    private mutating func note(_ defect: String) {
        if !defects.contains(defect) { defects.append(defect) }
    }

    /// Where the parts of a multipart are, at most one more than may still be read.
    private func split(_ part: MailPart) -> [Range<Int>] {
        if let named = part.parameter("boundary") {
            let ranges = split(part, at: Array(named.utf8))
            if !ranges.isEmpty { return ranges }
        }
        return guessed(part).map { split(part, at: $0) } ?? []
    }

    private func split(_ part: MailPart, at boundary: [UInt8]) -> [Range<Int>] {
        boundary.withBytes { boundary in
            var ranges: [Range<Int>] = []
            var start: Int?
            var position = part.body.lowerBound
            while let dashes = nextDashes(from: position, in: part.body) {
                let line = MailLine(of: bytes, at: dashes, before: part.body.upperBound)
                position = line.next
                guard let isLast = delimits(line, boundary) else { continue }
                if let start { ranges.append(start..<contentEnd(before: dashes, from: start)) }
                start = isLast ? nil : line.next
                if isLast || count + ranges.count > MailLimits.parts { return ranges }
            }
            if let start, start < part.body.upperBound { ranges.append(start..<part.body.upperBound) }
            return ranges
        }
    }

    /// The next line that begins with two dashes.
    private func nextDashes(from position: Int, in range: Range<Int>) -> Int? {
        var position = position
        let limited = bytes[0..<range.upperBound]
        while position < range.upperBound {
            if bytes[position] == 0x2D, position + 1 < range.upperBound, bytes[position + 1] == 0x2D { return position }
            guard let feed = limited.firstIndex(of: 0x0A, from: position) else { return nil }
            position = feed + 1
        }
        return nil
    }

    /// Whether a line is the boundary and then whether it is the last; nil where it is another line.
    private func delimits(_ line: MailLine, _ boundary: Bytes) -> Bool? {
        let text = bytes[line.range]
        let length = boundary.count + 2
        guard boundary.count > 0, text.count >= length, text[2..<length] == boundary else { return nil }
        let rest = text[length..<text.count]
        let isLast = rest.hasPrefix("--")
        return (isLast ? rest[2..<rest.count] : rest).trimmed.isEmpty ? isLast : nil
    }

    /// The line end before a boundary belongs to the boundary (RFC 2046, 5.1.1).
    private func contentEnd(before dashes: Int, from start: Int) -> Int {
        var end = dashes
        if end > start, bytes[end - 1] == 0x0A { end -= 1 }
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return max(end, start)
    }

    /// The boundary that a body seems to have where the header names none, or one that is not there: a line of dashes before a field.
    private func guessed(_ part: MailPart) -> [UInt8]? {
        guard let dashes = nextDashes(from: part.body.lowerBound, in: part.body) else { return nil }
        let line = MailLine(of: bytes, at: dashes, before: part.body.upperBound)
        let next = bytes[line.next..<part.body.upperBound]
        let boundary = bytes[line.range].trimmed
        guard next.hasPrefix(lowercase: "content-"), boundary.count > 2 else { return nil }
        return boundary[2..<boundary.count].array
    }
}
