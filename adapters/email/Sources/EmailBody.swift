internal import Earshot
internal import EarshotFormats

/// What a message says, chosen from its parts: text, HTML, files, and reports that programs made.
struct EmailBody {
    /// One stretch of the message, as plain text, as HTML, or as both.
    struct Piece {
        var plain: String?
        var html: String?
    }

    /// The files.
    private(set) var files: [EmailFile] = []
    /// Delivery, read and abuse reports, and invitations.
    private(set) var reports: [EmailReport] = []
    private var pieces: [Piece] = []
    private let message: MailMessage

    /// What `message` says.
    init(_ message: MailMessage) {
        self.message = message
        pieces = pieces(of: message.root, isRoot: true)
    }

    /// The plain reading of all stretches.
    var text: String {
        pieces.map { EmailBody.text(of: $0).trimmed }.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// The sanitized HTML of all stretches; empty where none has any.
    var html: String {
        guard pieces.contains(where: { $0.html != nil }) else { return "" }
        return pieces.map { piece in
            piece.html.map { HTML.sanitized($0).trimmed } ?? EmailBody.escaped((piece.plain ?? "").trimmed)
        }.joined(separator: "\n")
    }

    /// The plain text where there is one, unless it is but a hint that there is HTML.
    private static func text(of piece: Piece) -> String {
        guard let plain = piece.plain else { return piece.html.map { HTML.text(of: $0) } ?? "" }
        guard let html = piece.html, plain.utf8.count < 300 else { return plain }
        let rich = HTML.text(of: html)
        let length = plain.trimmed.utf8.count
        guard length > 0 else { return rich }
        // A short message may have a long signature in HTML; a hint is of words that stand nowhere there.
        return rich.utf8.count > length * 2 + 80 && !folded(rich).contains(folded(plain).prefix(40)) ? rich : plain
    }

    /// The words of a text with a space between two.
    private static func folded(_ text: String) -> String {
        text.split { $0.isWhitespace }.joined(separator: " ").lowercased()
    }

    private static func escaped(_ text: String) -> String {
        var output = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\r": break
            case "\n": output += "<br>"
            default: output.unicodeScalars.append(character)
            }
        }
        return "<p>" + output + "</p>"
    }

    // Parts.

    private mutating func pieces(of part: MailPart, isRoot: Bool = false) -> [Piece] {
        switch part.type {
        case "multipart/alternative": return alternative(part)
        case "multipart/related": return related(part)
        case "multipart/encrypted":
            for child in part.children { files.append(EmailFile(child, of: message)) }
            return []
        case let type where type.hasPrefix("multipart/"):
            var all: [Piece] = []
            for child in part.children { all += pieces(of: child, after: all) }
            return all
        default: return leaf(part, isRoot: isRoot)
        }
    }

    /// The stretches of a part that follows others: a named text after them is a file.
    private mutating func pieces(of part: MailPart, after others: [Piece]) -> [Piece] {
        guard !others.isEmpty, !part.isMultipart, part.name != nil else { return pieces(of: part) }
        keepFile(part)
        return []
    }

    /// One stretch that is both the first plain and the last HTML reading.
    private mutating func alternative(_ part: MailPart) -> [Piece] {
        var readings: [[Piece]] = []
        for child in part.children { readings.append(pieces(of: child)) }
        let plain = readings.first { !$0.isEmpty && $0.allSatisfy { $0.html == nil } }
        guard let rich = readings.last(where: { $0.contains { $0.html != nil } }) else { return plain ?? [] }
        guard let plain else { return rich }
        let html = rich.map { $0.html ?? EmailBody.escaped($0.plain ?? "") }.joined(separator: "\n")
        return [Piece(plain: plain.compactMap(\.plain).joined(separator: "\n\n"), html: html)]
    }

    /// The root, which `start` names or which comes first; what it is related to are files.
    private mutating func related(_ part: MailPart) -> [Piece] {
        let start = part.parameter("start") ?? ""
        let named = part.children.firstIndex { !start.isEmpty && message.text("content-id", of: $0) == start }
        var all: [Piece] = []
        for (index, child) in part.children.enumerated() {
            if index == named ?? 0 {
                all = pieces(of: child)
            } else {
                keepFile(child)
            }
        }
        return all
    }

    private mutating func keepFile(_ part: MailPart) {
        guard !part.isMultipart else { return part.children.forEach { keepFile($0) } }
        if let report = EmailReport(part, of: message) { reports.append(report) }
        files.append(EmailFile(part, of: message))
    }

    private mutating func leaf(_ part: MailPart, isRoot: Bool) -> [Piece] {
        guard part.disposition != "attachment" || isRoot else {
            keepFile(part)
            return []
        }
        switch part.type {
        case "text/html", "text/xhtml", "application/xhtml+xml":
            return [Piece(plain: nil, html: message.text(of: part).text)]
        case "text/plain": return [Piece(plain: plain(part), html: nil)]
        case "text/enriched", "text/richtext": return [Piece(plain: EnrichedText.plain(plain(part)), html: nil)]
        case "message/delivery-status", "message/disposition-notification", "message/feedback-report",
            "message/global-delivery-status":
            if let report = EmailReport(part, of: message) { reports.append(report) }
            return []
        case "text/calendar", "text/rfc822-headers", "text/x-amp-html": break
        case let type where type.hasPrefix("text/") && isRoot: return [Piece(plain: plain(part), html: nil)]
        default: break
        }
        if part.type != "text/x-amp-html" { keepFile(part) }
        return []
    }

    /// The text of a plain part, its lines joined where they flow, the files written into it taken out.
    private mutating func plain(_ part: MailPart) -> String {
        let (text, embedded) = message.text(of: part)
        for file in embedded {
            files.append(EmailFile(name: file.name, mime: "application/octet-stream", content: file.content))
        }
        guard part.parameter("format")?.lowercased() == "flowed" else { return text }
        return FlowedText.joined(text, deletesSpace: part.parameter("delsp")?.lowercased() == "yes")
    }
}

extension String {
    /// The text without empty lines before it and white space after it.
    fileprivate var trimmed: String {
        var bytes = Array(utf8)[...]
        while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
        var start = bytes.startIndex
        for index in bytes.indices {
            if bytes[index] == 0x0A || bytes[index] == 0x0D { start = index + 1 }
            if bytes[index] > 0x20 { break }
        }
        return String(decoding: bytes[start...], as: UTF8.self)
    }
}
