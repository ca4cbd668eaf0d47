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
        return other("videoId", of: "yt", in: entry) == nil ? .article : .video
    }

    /// The first child of a name that has no other meaning here.
    func other(_ local: String, of family: String, in node: Int) -> Int? {
        guard mayHave(FeedName.other.bit, in: node) else { return nil }
        var found: Int?
        each(in: node) { child in
            let label = tree.labels[Int(tree.nodes[child].label)]
            if found == nil, label.family == family, label.local == local { found = child }
        }
        return found
    }

    /// What tells an entry from others.
    func key(of entry: Int, at link: [UInt8]) -> FeedKey {
        var key = FeedKey()
        for name in [FeedName.guid, .id] where key.guid.isEmpty {
            guard let node = first(name, in: entry) else { continue }
            let isRelative = name == .id || (name == .guid && !(attribute("ispermalink", of: node) == "false"))
            key.guid = isRelative ? absoluteID(text(node), at: node) : text(node).array
        }
        // RDF's own name (RSS 1.0, 5.5) goes before what Dublin Core calls the work, which several entries may be
        // about.
        if key.guid.isEmpty { key.guid = attribute("about", of: entry).array }
        if key.guid.isEmpty { key.guid = text(of: .dcIdentifier, in: entry).array }
        key.link = link
        key.title = title(of: entry)
        for name in [FeedName.published, .dcDate, .created] where key.date.isEmpty {
            key.date = text(of: name, in: entry).array
        }
        key.moment = moment([.updated, .published, .dcDate, .created], in: entry)
        if key.guid.isEmpty {
            let nodes = ownTexts(of: entry)
            key.text = (nodes.content ?? nodes.summaries.first).map { Digest(of: text($0)) }
        }
        return key
    }

    /// An id that is an address; one that is relative, as only broken feeds have it, is made absolute where a base
    /// says.
    func absoluteID(_ id: Bytes, at node: Int) -> [UInt8] {
        guard id.firstIndex(of: UInt8(ascii: ":")) == nil, id.firstIndex(of: UInt8(ascii: "/")) != nil,
            tree.nodes[node].base >= 0
        else { return id.array }
        let address = resolved(id, at: node)
        return address.isEmpty ? id.array : address
    }

    /// An entry's title as plain text.
    func title(of entry: Int) -> [UInt8] {
        for name in [FeedName.title, .dcTitle, .mediaTitle, .itunesTitle] {
            let places = name == .mediaTitle ? [entry] + containers(of: entry).filter { !isMedium($0) } : [entry]
            for place in places {
                let title = plain(of: name, in: place)
                if !title.isEmpty { return title }
            }
        }
        // A medium's title is a caption or the name of a file; it is the entry's where that says nothing at all.
        let media = containers(of: entry).filter { isMedium($0) }
        guard !media.isEmpty, ownTexts(of: entry).isEmpty else { return [] }
        return media.lazy.map { self.plain(of: .mediaTitle, in: $0) }.first { !$0.isEmpty } ?? []
    }

    /// Whether an element is one medium, of which a title or description within it tells, and not of the entry.
    private func isMedium(_ node: Int) -> Bool { name(node) == .mediaContent }

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

    /// The elements of an entry that hold its text, or part of it.
    private struct TextNodes {
        /// The longest content.
        var content: Int?
        var summaries: [Int] = []

        var isEmpty: Bool { content == nil && summaries.isEmpty }
    }

    /// The texts that are the entry's own, and not those of a medium in it.
    private func ownTexts(of entry: Int) -> TextNodes {
        var found = TextNodes()
        note(textsIn: entry, &found)
        for container in containers(of: entry) where !isMedium(container) { note(textsIn: container, &found) }
        return found
    }

    private func note(textsIn place: Int, _ found: inout TextNodes) {
        each(in: place) { node in
            switch name(node) {
            case .content, .contentEncoded, .body, .fullItem:
                let length = found.content.map { tree.nodes[$0].text.count } ?? 0
                if tree.nodes[node].text.count > length { found.content = node }
            case .summary, .description, .dcDescription, .mediaDescription, .itunesSummary, .itunesSubtitle:
                if tree.nodes[node].text.count > 0 { found.summaries.append(node) }
            default: break
            }
        }
    }

    /// The text of an entry: its longest content, unless a summary says clearly more.
    func texts(of entry: Int, at link: [UInt8]) -> FeedTexts {
        var nodes = ownTexts(of: entry)
        if nodes.isEmpty {
            for medium in containers(of: entry) where isMedium(medium) { note(textsIn: medium, &nodes) }
        }
        return choose(nodes, link)
    }

    private func choose(_ nodes: TextNodes, _ link: [UInt8]) -> FeedTexts {
        let (content, summaries) = (nodes.content, nodes.summaries)
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
    /// The most bytes that may come after the end of a text that was cut, in a line of its own or in the same.
    private static let longestFooter = (line: 400, link: 48)

    /// Whether a text ends as those that were cut do, with an ellipsis in brackets; a line that says where the post
    /// first appeared may follow, or some words for the link to the rest.
    static func saysMore(_ plain: [UInt8]) -> Bool {
        plain.withBytes { bytes in
            let text = bytes.trimmed
            let last = max(text.count - longestFooter.line, 0)..<text.count
            let line = last.last { text[$0] == UInt8(ascii: "\n") } ?? text.count
            if isCut(text) || isCut(text[0..<line].trimmed) { return true }
            // What closes a sentence is the end of a quotation that was shortened, and not of the text.
            guard !text.isEmpty, !".!?\"')".utf8.contains(text[text.count - 1]) else { return false }
            let words = max(text.count - longestFooter.link, 0)..<text.count
            return words.contains { isCut(text[0..<$0]) }
        }
    }

    private static func isCut(_ text: Bytes) -> Bool {
        text.hasSuffix("[…]") || text.hasSuffix("[...]") || text.hasSuffix("(…)") || text.hasSuffix("(...)")
    }
}
