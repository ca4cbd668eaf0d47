internal import Earshot

/// An entry's addresses.
struct FeedLinks {
    /// A link that is more than the entry's own address.
    struct Link {
        var node: Int
        var rel: String
        var target: [UInt8]
    }

    /// The address people read the entry at.
    var main: [UInt8] = []
    /// The address that a service which counts clicks stands before.
    var original: [UInt8] = []
    /// Whether the guid is the address.
    var isGuid = false
    /// Every link element with an address.
    var all: [Link] = []

    /// The first target of a relation.
    func target(_ rel: String) -> [UInt8] { all.first { $0.rel == rel }?.target ?? [] }
}

extension FeedView {
    /// The addresses of an entry.
    func links(of entry: Int) -> FeedLinks {
        var links = FeedLinks()
        var html: [UInt8] = []
        each(in: entry) { child in
            switch name(child) {
            case .link:
                guard links.all.count < 256 else { return }
                let reference = attribute("href", of: child)
                var target = resolved(reference.isEmpty ? text(child) : reference, at: child)
                // `href=""` is the address of the base itself, which only a feed can mean by it.
                if attribute("rel", of: child) == "self" && target.isEmpty && has("href", of: child) {
                    target = base(of: child)
                }
                guard !target.isEmpty else { return }
                let rel = relation(attribute("rel", of: child))
                links.all.append(FeedLinks.Link(node: child, rel: rel, target: target))
                guard rel == "alternate" else { return }
                if links.main.isEmpty { links.main = target }
                let type = attribute("type", of: child)
                if html.isEmpty, type == "text/html" || type == "application/xhtml+xml" { html = target }
            case .origLink: links.original = resolved(text(child), at: child)
            default: break
            }
        }
        if !html.isEmpty { links.main = html }
        if links.main.isEmpty { links.main = resolved(attribute("href", of: entry), at: entry) }
        if links.main.isEmpty { readGuid(of: entry, &links) }
        return links
    }

    /// An entry without a link may be found at its guid, at what RDF says it is about, or where its content is.
    private func readGuid(of entry: Int, _ links: inout FeedLinks) {
        if let guid = first(.guid, in: entry), attribute("ispermalink", of: guid).string.lowercased() != "false" {
            let text = text(guid)
            if FeedLink.isWeb(text) {
                links.main = text.array
                links.isGuid = true
                return
            }
        }
        let about = attribute("about", of: entry)
        if FeedLink.isWeb(about) { links.main = about.array }
        if links.main.isEmpty, let content = first(.content, in: entry) {
            let target = resolved(attribute("src", of: content), at: content)
            if target.withBytes({ FeedLink.isWeb($0) }) { links.main = target }
        }
    }

    /// A link's relation; IANA's names may be written as addresses.
    private func relation(_ rel: Bytes) -> String {
        if rel.isEmpty || rel == "alternate" { return "alternate" }
        let name = rel.string.lowercased()
        let registry = "http://www.iana.org/assignments/relation/"
        return name.hasPrefix(registry) ? String(name.dropFirst(registry.count)) : name
    }
}
