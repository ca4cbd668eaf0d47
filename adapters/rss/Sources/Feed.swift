internal import Earshot
internal import EarshotFormats

/// What a feed says of itself, and where its entries are.
struct Feed {
    /// The element that holds what the feed says of itself.
    var root = 0
    /// Its entries, in the document's order.
    var entries: [Int] = []
    /// Entries that it says are gone.
    var deleted: [Int] = []
    /// Whether there were more entries than are read.
    var isCut = false

    /// The number of entries above which a feed is cut.
    static let entryLimit = 20_000
    /// The number of categories above which an entry's others are left out.
    static let categoryLimit = 256
    /// The number of bytes of kept text above which no further entry is read.
    static let arenaLimit = 96 * 1024 * 1024
    /// The number of bytes that `ext.web.feed`, which every entry has, may take; a feed that says more is cut.
    static let fieldLimit = 4096

    /// The feed that an entry's `source` tells of.
    init(source: Int) { root = source }

    /// Finds a feed in a tree; throws what the document is instead.
    init(_ view: FeedView) throws(MalformedDocument) {
        guard !view.tree.nodes.isEmpty else { throw MalformedDocument("an empty document") }
        switch view.name(0) {
        case .html: throw MalformedDocument("an HTML page, not a feed")
        case .opml: throw MalformedDocument("an OPML list of feeds, not a feed")
        default: break
        }
        var found: Int?
        for node in view.tree.nodes.indices {
            switch view.name(node) {
            case .channel, .feed: if found == nil || view.name(found ?? 0) != .channel { found = found ?? node }
            case .item where !isWithinEntry(node, view): append(node)
            case .atDeleted where !isWithinEntry(node, view): deleted.append(node)
            default: break
            }
        }
        root = found ?? 0
        let isFeed = found != nil || !entries.isEmpty || view.name(0) == .rss || view.name(0) == .rdf
        guard isFeed else {
            let name = view.tree.labels[Int(view.tree.nodes[0].label)].local
            throw MalformedDocument("XML, but not a feed: it begins with <\(name)>")
        }
    }

    private mutating func append(_ node: Int) {
        if entries.count < Feed.entryLimit { entries.append(node) } else { isCut = true }
    }

    /// Whether an element is part of the last entry; one that stands directly within it is not, as that was never
    /// closed.
    private func isWithinEntry(_ node: Int, _ view: FeedView) -> Bool {
        guard let last = entries.last, node < Int(view.tree.nodes[last].end) else { return false }
        var isChild = false
        view.each(in: last) { if $0 == node { isChild = true } }
        return !isChild
    }
}

extension FeedView {
    /// The names by which a feed calls itself, in the order of their worth as identity.
    func claims(of feed: Feed) -> [[UInt8]] {
        let root = feed.root
        let id = text(of: .id, in: root).array
        var selves: [[UInt8]] = []
        var sites: [[UInt8]] = []
        each(in: root) { child in
            guard name(child) == .link else { return }
            let address = attribute("href", of: child)
            let target = resolved(address.isEmpty ? text(child) : address, at: child)
            switch attribute("rel", of: child).string.lowercased() {
            case "self": selves.append(target)
            case "", "alternate": sites.append(target)
            default: break
            }
        }
        let isName = id.withBytes { FeedLink.isWeb($0) || $0.hasPrefix("tag:") }
        let about = attribute("about", of: root).array
        let title = plain(of: .title, in: root)
        let others = selves + [about] + (isName ? [] : [id]) + [attribute("href", of: root).array] + sites + [title]
        return isName ? [id] + others : others
    }

    /// The address that a feed in a file says it was fetched from, else the base that CDF has, else its site.
    func home(of feed: Feed) -> [UInt8] {
        let links = links(of: feed.root)
        let said = [links.target("self"), attribute("base", of: feed.root).array, links.main]
        return said.first { $0.count <= FeedLink.longestBase && $0.withBytes { FeedLink.isWeb($0) } } ?? []
    }

    /// The language of a feed.
    func language(of feed: Feed) -> Bytes {
        let said = text(of: .languageName, in: feed.root)
        return said.isEmpty ? language(of: feed.root) : said
    }
}
