internal import Earshot
internal import EarshotFormats

/// A file that a message carries.
struct EmailFile {
    var name = ""
    var mime: String
    var about = ""
    var url = ""
    var count: Int?
    var sha256 = ""
    /// What HTML calls it by, as `cid:…`, without brackets.
    var contentID = ""

    /// A file of a type with its content, of which size and digest are noted.
    init(name: String, mime: String, content: [UInt8]) {
        self.name = name
        self.mime = mime
        count = content.count
        sha256 = content.isEmpty ? "" : Checksum.sha256(content)
    }

    /// A part of a message as a file.
    init(_ part: MailPart, of message: MailMessage) {
        var content = message.content(of: part)
        // The same message has the same digest in a mailbox of CRLF and in one of LF.
        if part.hasEndsOfStore { content.replace([0x0D, 0x0A], with: [0x0A]) }
        self.init(name: part.name ?? "", mime: part.type, content: content)
        about = message.text("content-description", of: part)
        contentID = String(message.text("content-id", of: part).filter { $0 != "<" && $0 != ">" }.prefix(1000))
        let place = message.text("content-location", of: part)
        if place.hasPrefix("http://") || place.hasPrefix("https://") { url = place }
        switch part.type {
        case "message/rfc822", "message/global", "text/rfc822-headers", "message/news":
            let attached = MailMessage(content, in: 0..<content.count)
            if name.isEmpty { name = attached?.text("subject") ?? "" }
        case "message/external-body":
            // What the body names is elsewhere (RFC 2046, 5.2.3).
            url = part.parameter("url") ?? url
            mime = MailMessage(content, in: 0..<content.count)?.root.type ?? mime
            (count, sha256) = (nil, "")
        default: break
        }
    }

    /// What sort of media it is; a name tells where the type says nothing.
    var type: MediaType {
        if count == nil { return .link }
        if mime.hasPrefix("image/") { return .image }
        if mime.hasPrefix("video/") { return .video }
        if mime.hasPrefix("audio/") { return .audio }
        guard mime == "application/octet-stream" else { return .file }
        switch name.split(separator: ".").last?.lowercased() {
        case "jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "tif", "tiff": return .image
        case "mp4", "mov", "avi", "mkv", "webm": return .video
        case "mp3", "m4a", "wav", "ogg", "amr": return .audio
        default: return .file
        }
    }
}

extension Array where Element == EmailFile {
    /// Writes which of the media HTML calls by an id: `[{"content_id": …, "media": 0}]`.
    func writeContentIDs(to fields: inout JSONFields) {
        guard contains(where: { !$0.contentID.isEmpty }) else { return }
        fields.member("content_ids") { output in
            var before: StaticString = "[{\"content_id\":"
            for (index, file) in enumerated() where !file.contentID.isEmpty {
                output.literal(before)
                output.string(file.contentID)
                output.literal(",\"media\":")
                output.integer(Int64(index))
                output.literal("}")
                before = ",{\"content_id\":"
            }
            output.literal("]")
        }
    }

    /// Keeps the files as media.
    func keep(in reading: inout Reading) -> Entries {
        let start = reading.media.count
        for file in self {
            var row = MediaRow(type: file.type)
            row.url = reading.keep(file.url)
            row.alt = reading.keepText(file.about)
            row.mime = reading.keep(file.mime)
            row.name = reading.keepText(file.name)
            row.bytes = file.count.map { Int64($0) } ?? unsaid
            row.sha256 = reading.keep(file.sha256)
            reading.media.append(row)
        }
        return Entries(from: start, to: reading.media.count)
    }
}
