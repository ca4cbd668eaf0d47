internal import Earshot
internal import EarshotFormats

/// A category of an entry or feed.
struct FeedCategory: Equatable {
    var term: [UInt8] = []
    var scheme: [UInt8] = []
    var label: [UInt8] = []
}

extension FeedView {
    /// The categories that an element names.
    func categories(of node: Int) -> [FeedCategory] {
        var found: [FeedCategory] = []
        func add(_ category: FeedCategory) {
            guard !category.term.isEmpty, found.count < Feed.categoryLimit, !found.contains(category) else { return }
            found.append(category)
        }
        func note(_ child: Int) {
            switch name(child) {
            case .category, .mediaCategory, .dcSubject: add(category(child))
            case .itunesCategory:
                add(category(child))
                each(in: child) { if name($0) == .itunesCategory { add(category($0)) } }
            case .itunesKeywords, .mediaKeywords, .keywords, .tags:
                let scheme = name(child) == .itunesKeywords ? Array("http://www.itunes.com/".utf8) : []
                for term in text(child).string.split(separator: ",") {
                    add(FeedCategory(term: Array(term.utf8).withBytes { $0.trimmed.array }, scheme: scheme))
                }
            default: break
            }
        }
        each(in: node) { note($0) }
        for container in containers(of: node) { each(in: container) { note($0) } }
        return found
    }

    private func category(_ node: Int) -> FeedCategory {
        var category = FeedCategory()
        let term = attribute("term", of: node)
        let text = words(node)
        let label = attribute("label", of: node)
        category.label = label.array
        category.term = term.isEmpty ? (text.isEmpty ? attribute("text", of: node).array : text) : term.array
        if category.term.isEmpty { category.term = label.array }
        let scheme = attribute("scheme", of: node)
        category.scheme = (scheme.isEmpty ? attribute("domain", of: node) : scheme).array
        if category.scheme.isEmpty && name(node) == .itunesCategory {
            category.scheme = Array("http://www.itunes.com/".utf8)
        }
        if category.scheme.isEmpty && name(node) == .mediaCategory {
            category.scheme = Array("http://search.yahoo.com/mrss/category_schema".utf8)
        }
        return category
    }

    /// Writes an array member of what `body` makes of each value.
    func list<Value>(_ values: [Value], _ body: (Value, inout JSONFields) -> Void) -> [UInt8] {
        var output = Output()
        for value in values {
            var fields = JSONFields()
            body(value, &fields)
            fields.withBytes { bytes in
                guard !bytes.isEmpty else { return }
                output.byte(UInt8(ascii: output.count == 0 ? "[" : ","))
                output.raw(bytes)
            }
        }
        guard output.count > 0 else { return [] }
        output.byte(UInt8(ascii: "]"))
        return output.array
    }

    /// Writes people as an array.
    func list(_ people: [FeedPerson]) -> [UInt8] {
        list(people) { person, fields in person.write(&fields) }
    }

    /// `ext.web.feed`: what a feed says of itself.
    func fields(of feed: Feed) -> [UInt8] {
        let root = feed.root
        var fields = JSONFields()
        fields.text("title", [plain(of: .title, in: root), plain(of: .dcTitle, in: root)].first { !$0.isEmpty } ?? [])
        let links = links(of: root)
        fields.text("url", links.target("self"))
        fields.text("site_url", links.main)
        if let tag = FeedLanguage.tag(language(of: feed)) { fields.text("language", tag) }
        fields.text("image_url", image(of: root))
        if let id = first(.id, in: root) { fields.text("id", absoluteID(text(id), at: id)) }
        fields.text("subtitle", subtitle(of: root))
        fields.text("info", plain(of: .info, in: root))
        fields.text("rights", plain(of: .rights, in: root))
        let people = people(in: root)
        fields.array("authors", list(people.authors))
        fields.array("contributors", list(people.contributors))
        fields.array("publishers", list(people.publishers))
        write(categories(of: root), &fields)
        fields.timestamp("published", moment([.published, .created], in: root))
        let updated = moment([.updated, .dcDate], in: root) ?? Times.parse(attribute("lastmod", of: root))
        fields.timestamp("updated", updated)
        writeGenerator(root, &fields)
        fields.text("docs", address(of: .docs, in: root))
        fields.text("license", license(of: root, links))
        fields.text("icon", address(of: .icon, in: root))
        fields.text("logo", address(of: .logo, in: root))
        fields.text("new_url", newAddress(of: root))
        fields.string("ttl", text(of: .ttl, in: root))
        writeFlags(root, &fields)
        writeReply(root, &fields)
        writeLinks(links, isFeed: true, &fields)
        let whole = fields.withBytes { $0.array }
        return whole.count <= Feed.fieldLimit ? whole : head(of: feed, links)
    }

    /// What a feed says of itself, without what may be long.
    private func head(of feed: Feed, _ links: FeedLinks) -> [UInt8] {
        func short(_ value: [UInt8]) -> [UInt8] { value.count <= 512 ? value : [] }
        var fields = JSONFields()
        fields.text("title", short(plain(of: .title, in: feed.root)))
        fields.text("url", short(links.target("self")))
        fields.text("site_url", short(links.main))
        if let tag = FeedLanguage.tag(language(of: feed)) { fields.text("language", tag) }
        fields.text("image_url", short(image(of: feed.root)))
        return fields.withBytes { $0.array }
    }

    /// Where a feed says that it has moved to.
    func newAddress(of root: Int) -> [UInt8] {
        let places = root == 0 ? [0] : [root, 0]
        for place in places + (first(.redirect, in: 0).map { [$0] } ?? []) {
            for name in [FeedName.newLocation, .itunesNewFeed] {
                let target = address(of: name, in: place)
                if !target.isEmpty { return target }
            }
        }
        return []
    }

    private func subtitle(of root: Int) -> [UInt8] {
        let names: [FeedName] = [.subtitle, .description, .dcDescription, .itunesSubtitle, .itunesSummary]
        return names.lazy.map { self.plain(of: $0, in: root) }.first { !$0.isEmpty } ?? []
    }

    /// The picture of a feed: its own, the podcast's, or the image that RDF puts beside the channel.
    private func image(of root: Int) -> [UInt8] {
        for place in root == 0 ? [root] : [root, 0] {
            for name in [FeedName.image, .itunesImage, .itunesLink, .logo, .icon] {
                guard let node = first(name, in: place) else { continue }
                let target = resolved(picture(node), at: node)
                if !target.isEmpty { return target }
            }
        }
        return []
    }

    /// The address that an element's text is.
    func address(of name: FeedName, in node: Int) -> [UInt8] {
        first(name, in: node).map { resolved(text($0), at: $0) } ?? []
    }

    /// The address of the licence of an element.
    func license(of node: Int, _ links: FeedLinks) -> [UInt8] {
        if let license = first(.license, in: node) {
            let resource = attribute("resource", of: license)
            return resolved(resource.isEmpty ? text(license) : resource, at: license)
        }
        return links.target("license")
    }

    /// Writes the program that made a feed.
    func writeGenerator(_ node: Int, _ fields: inout JSONFields) {
        guard let generator = first(.generator, in: node) else { return }
        let uri =
            [attribute("uri", of: generator), attribute("url", of: generator), attribute("resource", of: generator)]
            .first { !$0.isEmpty } ?? .none
        fields.object("generator") { fields in
            fields.string("name", text(generator))
            fields.text("url", resolved(uri, at: generator))
            fields.string("version", attribute("version", of: generator))
        }
    }

    /// Writes categories that are more than a word.
    func write(_ categories: [FeedCategory], _ fields: inout JSONFields) {
        fields.array(
            "categories",
            list(categories) { category, fields in
                fields.text("term", category.term)
                fields.text("scheme", category.scheme)
                fields.text("label", category.label)
            })
    }

    /// Writes what podcasts say about who should hear and list them.
    func writeFlags(_ node: Int, _ fields: inout JSONFields) {
        switch text(of: .itunesExplicit, in: node).string {
        case "yes", "Yes", "true", "True", "explicit": fields.boolean("itunes_explicit", true)
        case "no", "false", "clean": fields.boolean("itunes_explicit", false)
        default: break
        }
        if first(.itunesBlock, in: node) != nil {
            fields.boolean("itunes_block", ["yes", "Yes"].contains(text(of: .itunesBlock, in: node).string))
        }
    }

    /// Writes what something answers, as it says it.
    func writeReply(_ node: Int, _ fields: inout JSONFields) {
        guard let answer = first(.inReplyTo, in: node) else { return }
        fields.object("in_reply_to") { fields in
            fields.string("ref", attribute("ref", of: answer))
            fields.text("href", resolved(attribute("href", of: answer), at: answer))
            fields.string("source", attribute("source", of: answer))
            fields.string("type", attribute("type", of: answer))
        }
    }

    /// Writes the links that no other field holds.
    func writeLinks(_ links: FeedLinks, isFeed: Bool, _ fields: inout JSONFields) {
        let others = links.all.filter { link in
            if link.rel == (isFeed ? "self" : "enclosure") { return false }
            let extra: [StaticString] = ["title", "hreflang", "length"]
            let isPlain = extra.allSatisfy { attribute($0, of: link.node).isEmpty }
            return !(link.rel == "alternate" && link.target == links.main && isPlain)
        }
        fields.array(
            "links",
            list(others) { link, fields in
                fields.string("rel", link.rel)
                fields.text("href", link.target)
                fields.string("type", attribute("type", of: link.node))
                fields.string("hreflang", attribute("hreflang", of: link.node))
                fields.string("title", attribute("title", of: link.node))
                fields.string("length", attribute("length", of: link.node))
            })
    }
}

extension FeedPerson {
    /// Writes the person's members.
    func write(_ fields: inout JSONFields) {
        fields.text("name", name)
        fields.text("email", address)
        fields.text("url", url)
        fields.text("image_url", image)
        fields.text("role", role)
    }
}

extension JSONFields {
    /// Writes a text member, unless it is empty.
    mutating func text(_ key: StaticString, _ value: [UInt8]) {
        value.withBytes { string(key, $0) }
    }

    /// Writes a member that is JSON already, unless it is empty.
    mutating func array(_ key: StaticString, _ value: [UInt8]) {
        value.withBytes { json(key, $0) }
    }
}
