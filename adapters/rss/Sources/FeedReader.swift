internal import Earshot
internal import EarshotFormats

/// Reads the entries of a feed's tree into mentions.
struct FeedReader {
    let view: FeedView
    let feed: Feed
    let identity: FeedIdentity
    let countedAt: Timestamp?
    var reading: Reading
    /// `ext.web.feed`, the same for every entry.
    private(set) var feedFields: [UInt8] = []
    private(set) var scope = Kept.none
    private let feedLanguage: Bytes
    private let feedPeople: FeedPeople

    /// A reader of the feed in a tree; throws what the document is instead.
    init(_ view: FeedView, of document: Document) throws(MalformedDocument) {
        feed = try Feed(view)
        identity = FeedIdentity(claims: view.claims(of: feed), url: document.url)
        let view =
            view.tree.hasAddress ? view : FeedView(tree: view.tree, arena: view.arena, home: view.home(of: feed))
        self.view = view
        // What a file says of counts was true when it was made, which is not known.
        countedAt = document.via == .import ? nil : document.observedAt
        reading = Reading(network: "web", capacity: document.bytes.count)
        feedLanguage = view.language(of: feed)
        feedPeople = view.people(in: feed.root)
        scope = identity.scope.withBytes { reading.keep($0) }
        feedFields = view.fields(of: feed)
    }

    /// Reads every entry.
    mutating func read() -> Reading {
        let links = feed.entries.map { view.links(of: $0) }
        var keys = zip(feed.entries, links).map { view.key(of: $0, at: $1.main) }
        identity.assign(&keys)
        for index in keys.indices where !keys[index].isRevised {
            guard reading.arena.count < Feed.arenaLimit else {
                reading.append(defect: "more text than is kept; entries were left out")
                break
            }
            read(feed.entries[index], keys[index], links[index])
        }
        for node in feed.deleted { delete(node) }
        if feed.isCut { reading.append(defect: "more than \(Feed.entryLimit) entries; the rest was left out") }
        if view.tree.isFull { reading.append(defect: "more than \(FeedTree.limit) elements; the rest was left out") }
        if feed.entries.isEmpty { noteMove() }
        return reading
    }

    private mutating func read(_ node: Int, _ key: FeedKey, _ links: FeedLinks) {
        var row = MentionRow(kind: view.kind(of: node))
        row.nativeID = key.nativeID.withBytes { reading.keep($0) }
        row.feed = scope
        let texts = view.texts(of: node, at: links.main)
        row.title = key.title.withBytes { reading.keepText($0) }
        row.text = texts.main.plain.withBytes { reading.keepText($0) }
        row.html = texts.main.html.withBytes { reading.keepText($0.trimmed) }
        row.truncated = texts.isTruncated
        readAddresses(links, key, &row)
        readLanguage(node, texts.node, &row)
        readMoments(node, &row)
        let people = view.people(of: node, else: feedPeople)
        if let author = people.authors.first { readAuthor(author, &row) }
        readMedia(node, links, &row)
        readMetrics(node, links, &row)
        readReplies(node, &row)
        readPlace(node, &row)
        let categories = view.categories(of: node)
        readTags(categories, &row)
        row.ext = reading.keep(extras(of: node, row, key, texts, links, people, categories))
        reading.append(row)
    }

    private mutating func delete(_ node: Int) {
        let id = view.attribute("ref", of: node)
        guard !id.isEmpty else { return }
        var row = MentionRow(kind: .article)
        row.operation = .delete
        row.editedAt = Times.parse(view.attribute("when", of: node))
        row.nativeID = identity.nativeID(id).withBytes { reading.keep($0) }
        reading.append(row)
    }

    private mutating func noteMove() {
        let target = view.newAddress(of: feed.root)
        if !target.isEmpty {
            reading.append(defect: "the feed has moved to \(String(decoding: target, as: UTF8.self))")
        }
    }

    private mutating func readAddresses(_ links: FeedLinks, _ key: FeedKey, _ row: inout MentionRow) {
        row.url = links.main.withBytes { reading.keep($0) }
        let page = links.original.isEmpty ? links.main : links.original
        row.canonicalURL = page.withBytes { FeedLink.isWeb($0) ? URLs.canonical($0) ?? [] : [] }
            .withBytes { reading.keep($0) }
    }

    private mutating func readLanguage(_ node: Int, _ textNode: Int?, _ row: inout MentionRow) {
        let written = textNode ?? view.first(.title, in: node) ?? node
        let own = view.language(of: written)
        let said = [own, view.text(of: .languageName, in: node), feedLanguage]
        // `xml:lang=""` says that the language is not what it is around.
        if own.isEmpty && view.tree.nodes[written].isLanguageUnsaid { return }
        guard let tag = said.lazy.compactMap({ FeedLanguage.tag($0) }).first else { return }
        row.language.tag = tag.withBytes { reading.keep($0) }
    }

    private mutating func readAuthor(_ author: FeedPerson, _ row: inout MentionRow) {
        row.author.name = author.name.withBytes { reading.keepText($0) }
        row.author.address = author.address.withBytes { reading.keep($0) }
        row.author.url = author.url.withBytes { reading.keep($0) }
        row.author.avatarURL = author.image.withBytes { reading.keep($0) }
    }

    private mutating func readTags(_ categories: [FeedCategory], _ row: inout MentionRow) {
        let start = reading.tags.count
        for category in categories where !category.term.isEmpty {
            let tag = category.term.withBytes { reading.keepText($0) }
            let isKnown = reading.tags[start...].contains { reading.same($0, tag) }
            if !isKnown && reading.tags.count - start < Feed.categoryLimit { reading.append(tag: tag) }
        }
        row.tags = Entries(from: start, to: reading.tags.count)
    }
}

/// Language tags as feeds write them.
enum FeedLanguage {
    /// A BCP 47 tag, or nil where it says none.
    static func tag(_ bytes: Bytes) -> [UInt8]? {
        guard bytes.count >= 2, bytes.count <= 35 else { return nil }
        var tag: [UInt8] = []
        tag.reserveCapacity(bytes.count)
        // Where the present subtag begins; the first is of letters alone.
        var start = 0
        for index in 0..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "_"), UInt8(ascii: "-"):
                guard index - start > (start == 0 ? 1 : 0) else { return nil }
                start = index + 1
                tag.append(UInt8(ascii: "-"))
                continue
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): break
            case UInt8(ascii: "0")...UInt8(ascii: "9") where start > 0: break
            default: return nil
            }
            guard index - start < 8 else { return nil }
            tag.append(bytes[index])
        }
        let isUndetermined = bytes[0..<3].isSpelled("und") && (bytes.count == 3 || tag[3] == UInt8(ascii: "-"))
        return start < bytes.count && !isUndetermined ? tag : nil
    }
}
