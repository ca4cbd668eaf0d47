internal import Earshot
internal import EarshotFormats

extension FeedReader {
    /// What is attached to an entry: enclosures, Media RSS, pictures.
    mutating func readMedia(_ entry: Int, _ links: FeedLinks, _ row: inout MentionRow) {
        let start = reading.media.count
        view.each(in: entry) { child in
            switch view.name(child) {
            case .enclosure: readEnclosure(child, "url", entry, since: start)
            case .mediaContent: readContent(child, entry, since: start)
            case .mediaGroup:
                view.each(in: child) { if view.name($0) == .mediaContent { readContent($0, child, since: start) } }
            case .content: readOutside(child, since: start)
            default: break
            }
        }
        for link in links.all where link.rel == "enclosure" { readEnclosure(link.node, "href", entry, since: start) }
        readPictures(entry, since: start)
        row.media = Entries(from: start, to: reading.media.count)
    }

    private mutating func readEnclosure(_ node: Int, _ name: StaticString, _ entry: Int, since start: Int) {
        let reference =
            [view.attribute(name, of: node), view.attribute("resource", of: node), view.attribute("href", of: node)]
            .first { !$0.isEmpty } ?? view.text(node)
        let mime = view.attribute("type", of: node)
        let target = view.resolved(reference, at: node)
        guard !target.isEmpty else { return }
        var media = MediaRow(type: FeedMedia.type(mime, target))
        media.mime = reading.keep(mime)
        media.bytes = view.size("length", of: node)
        media.name = reading.keepText(view.attribute("title", of: node))
        if media.type == .audio || media.type == .video {
            media.duration = FeedMedia.seconds(view.text(of: .itunesDuration, in: entry))
        }
        append(media, target, since: start)
    }

    private mutating func readContent(_ node: Int, _ around: Int, since start: Int) {
        var target = view.resolved(view.attribute("url", of: node), at: node)
        if target.isEmpty, let player = view.first(.mediaPlayer, in: node) {
            target = view.resolved(view.attribute("url", of: player), at: player)
        }
        guard !target.isEmpty else { return }
        let mime = view.attribute("type", of: node)
        var media = MediaRow(type: FeedMedia.type(mime, target, medium: view.attribute("medium", of: node)))
        media.mime = reading.keep(mime)
        media.bytes = view.size("filesize", of: node)
        media.width = view.size("width", of: node)
        media.height = view.size("height", of: node)
        media.duration = FeedMedia.seconds(view.attribute("duration", of: node))
        if let thumbnail = view.first(.mediaThumbnail, in: node) ?? view.first(.mediaThumbnail, in: around) {
            media.previewURL = view.resolved(view.attribute("url", of: thumbnail), at: thumbnail)
                .withBytes { reading.keep($0) }
        }
        media.name = view.plain(of: .mediaTitle, in: node).withBytes { reading.keepText($0) }
        media.alt = view.plain(of: .mediaDescription, in: node).withBytes { reading.keepText($0) }
        append(media, target, since: start)
    }

    /// Atom's content that is elsewhere or is no text.
    private mutating func readOutside(_ node: Int, since start: Int) {
        let target = view.resolved(view.attribute("src", of: node), at: node)
        let mime = view.attribute("type", of: node)
        guard !target.isEmpty, !mime.hasPrefix("text/html"), !mime.isEmpty else { return }
        var media = MediaRow(type: FeedMedia.type(mime, target))
        media.mime = reading.keep(mime)
        append(media, target, since: start)
    }

    /// Pictures that belong to no other media.
    private mutating func readPictures(_ entry: Int, since start: Int) {
        let places = [entry] + (view.first(.mediaGroup, in: entry).map { [$0] } ?? [])
        for place in places {
            view.each(in: place) { child in
                let isPreviewed = (start..<reading.media.count).contains { !reading.media[$0].previewURL.isEmpty }
                switch view.name(child) {
                case .mediaThumbnail where !isPreviewed:
                    readPicture(view.attribute("url", of: child), child, since: start)
                case .itunesImage, .itunesLink: readPicture(view.picture(child), child, since: start)
                case .image: readPicture(view.picture(child), child, since: start)
                default: break
                }
            }
        }
    }

    private mutating func readPicture(_ reference: Bytes, _ node: Int, since start: Int) {
        let target = view.resolved(reference, at: node)
        guard !target.isEmpty else { return }
        var media = MediaRow(type: .image)
        media.width = view.size("width", of: node)
        media.height = view.size("height", of: node)
        append(media, target, since: start)
    }

    /// Adds what is not there under the same address.
    private mutating func append(_ media: MediaRow, _ target: [UInt8], since start: Int) {
        guard reading.media.count - start < 100 else { return }
        let isKnown = target.withBytes { target in
            reading.media[start...].contains { known in reading.withBytes(of: known.url) { $0 == target } }
        }
        guard !isKnown else { return }
        var media = media
        media.url = target.withBytes { reading.keep($0) }
        reading.media.append(media)
    }
}

extension FeedView {
    /// The address of a picture: an attribute, an inner `url` or `link`, or the text itself.
    func picture(_ node: Int) -> Bytes {
        for name in ["href", "url", "resource"] as [StaticString] {
            let address = attribute(name, of: node)
            if !address.isEmpty { return address }
        }
        let inner = text(of: .url, in: node)
        return inner.isEmpty ? text(node) : inner
    }
}

/// What media are by what feeds say of them.
enum FeedMedia {
    /// The type by media type, by Media RSS's medium, or by the ending of the address.
    static func type(_ mime: Bytes, _ target: [UInt8], medium: Bytes = .none) -> MediaType {
        for said in [mime, medium] {
            if said.hasPrefix("image/gif") { return .gif }
            if said.hasPrefix("image") { return .image }
            if said.hasPrefix("video") { return .video }
            if said.hasPrefix("audio") { return .audio }
            if said == "document" || said == "executable" { return .file }
        }
        let end = target.withBytes { address -> String in
            let path = address[0..<(address.firstIndex(of: UInt8(ascii: "?")) ?? address.count)]
            return path[max(path.count - 5, 0)..<path.count].string.lowercased()
        }
        if [".jpg", ".jpeg", ".png", ".webp", ".avif"].contains(where: end.hasSuffix) { return .image }
        if end.hasSuffix(".gif") { return .gif }
        if [".mp3", ".m4a", ".ogg", ".opus", ".wav", ".aac", ".flac"].contains(where: end.hasSuffix) { return .audio }
        if [".mp4", ".m4v", ".mov", ".webm", ".mkv"].contains(where: end.hasSuffix) { return .video }
        return .file
    }

    /// The seconds of `75`, `1:15`, `0:01:15` or `75.5`.
    static func seconds(_ bytes: Bytes) -> Double? {
        guard !bytes.isEmpty, bytes.count <= 20 else { return nil }
        var total = 0.0
        for part in bytes.string.split(separator: ":", omittingEmptySubsequences: false) {
            guard let value = Double(part), value.isFinite, value >= 0 else { return nil }
            total = total * 60 + value
        }
        return total
    }
}
