internal import Earshot
internal import EarshotFormats

/// The texts of an entry, chosen from all that it has.
struct FeedTexts {
    /// What the mention's `text` and `html` are.
    var main = FeedProse()
    /// The element it comes from.
    var node: Int?
    /// A summary beside it, plain.
    var summary: [UInt8] = []
    /// Whether the source says that there is more than it gives.
    var isTruncated = false
}

extension FeedView {
    /// What sort of thing an entry is.
    func kind(of entry: Int) -> Kind {
        if first(.inReplyTo, in: entry) != nil { return .reply }
        var isVideo = false
        guard mayHave(FeedName.other.bit, in: entry) else { return .article }
        each(in: entry) { child in
            let label = tree.labels[Int(tree.nodes[child].label)]
            if label.family == "yt" && label.local == "videoId" { isVideo = true }
        }
        return isVideo ? .video : .article
    }

    /// What tells an entry from others.
    func key(of entry: Int, at link: [UInt8]) -> FeedKey {
        var key = FeedKey()
        for name in [FeedName.guid, .id, .dcIdentifier] where key.guid.isEmpty {
            guard let node = first(name, in: entry) else { continue }
            let isRelative = name == .id || (name == .guid && !(attribute("ispermalink", of: node) == "false"))
            key.guid = isRelative ? absoluteID(text(node), at: node) : text(node).array
        }
        if key.guid.isEmpty { key.guid = attribute("about", of: entry).array }
        key.link = link
        key.title = title(of: entry)
        for name in [FeedName.published, .dcDate, .created] where key.date.isEmpty {
            key.date = text(of: name, in: entry).array
        }
        key.moment = moment([.updated, .published, .dcDate, .created], in: entry)
        return key
    }

    /// An id that is an address; one that is relative, as only broken feeds have it, is made absolute where a base says.
    func absoluteID(_ id: Bytes, at node: Int) -> [UInt8] {
        guard id.firstIndex(of: UInt8(ascii: ":")) == nil, id.firstIndex(of: UInt8(ascii: "/")) != nil,
            tree.nodes[node].base >= 0
        else { return id.array }
        let address = resolved(id, at: node)
        return address.isEmpty ? id.array : address
    }

    /// An entry's title as plain text.
    func title(of entry: Int) -> [UInt8] {
        let places = [entry] + containers(of: entry)
        for name in [FeedName.title, .dcTitle, .mediaTitle, .itunesTitle] {
            for place in name == .mediaTitle ? places : [entry] {
                let title = plain(of: name, in: place)
                if !title.isEmpty { return title }
            }
        }
        return []
    }

    /// The elements of Media RSS that hold what might as well stand in the entry itself.
    func containers(of entry: Int) -> [Int] {
        var found: [Int] = []
        guard mayHave(FeedName.mediaGroup.bit | FeedName.mediaContent.bit, in: entry) else { return found }
        each(in: entry) { child in
            guard name(child) == .mediaGroup || name(child) == .mediaContent, found.count < 64 else { return }
            found.append(child)
            if name(child) == .mediaGroup {
                each(in: child) { if name($0) == .mediaContent && found.count < 64 { found.append($0) } }
            }
        }
        return found
    }

    /// The text of an entry: its longest content, unless a summary says clearly more.
    func texts(of entry: Int, at link: [UInt8]) -> FeedTexts {
        var content: Int?
        var summaries: [Int] = []
        func note(_ node: Int) {
            switch name(node) {
            case .content, .contentEncoded, .body, .fullItem:
                if tree.nodes[node].text.count > content.map({ tree.nodes[$0].text.count }) ?? 0 { content = node }
            case .summary, .description, .dcDescription, .mediaDescription, .itunesSummary, .itunesSubtitle:
                if tree.nodes[node].text.count > 0 { summaries.append(node) }
            default: break
            }
        }
        each(in: entry) { note($0) }
        for container in containers(of: entry) { each(in: container) { note($0) } }
        return choose(content, summaries, link)
    }

    private func choose(_ content: Int?, _ summaries: [Int], _ link: [UInt8]) -> FeedTexts {
        var texts = FeedTexts()
        let longest = summaries.max { tree.nodes[$0].text.count < tree.nodes[$1].text.count }
        texts.node = content ?? longest
        guard let node = texts.node else { return texts }
        texts.main = prose(node, of: link)
        if let longest, node != longest, texts.main.plain.count < Int(tree.nodes[longest].text.count) {
            let other = prose(longest, of: link)
            if other.plain.count > texts.main.plain.count * 2 {
                texts.node = longest
                texts.main = other
            }
        }
        let order: [FeedName] = [
            .summary, .description, .dcDescription, .mediaDescription, .itunesSummary, .itunesSubtitle,
        ]
        let others = summaries.filter { $0 != texts.node && name($0) != .itunesSubtitle }.sorted {
            (order.firstIndex(of: name($0)) ?? 9, $0) < (order.firstIndex(of: name($1)) ?? 9, $1)
        }
        for other in others where texts.summary.isEmpty {
            let plain = plain(other)
            if plain != texts.main.plain { texts.summary = plain }
        }
        let isSummary = content == nil || texts.node != content
        texts.isTruncated = isSummary && FeedTexts.saysMore(texts.main.plain)
        return texts
    }
}

extension FeedTexts {
    /// Whether a text ends as those that were cut do: with an ellipsis in brackets.
    static func saysMore(_ plain: [UInt8]) -> Bool {
        plain.withBytes { bytes in
            let end = bytes.trimmed
            return end.hasSuffix("[…]") || end.hasSuffix("[...]") || end.hasSuffix("(…)") || end.hasSuffix("(...)")
        }
    }
}
