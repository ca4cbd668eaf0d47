internal import Earshot
internal import EarshotFormats

/// Somebody a feed names.
struct FeedPerson: Equatable {
    var name: [UInt8] = []
    var address: [UInt8] = []
    var url: [UInt8] = []
    var image: [UInt8] = []
    var role: [UInt8] = []

    var isEmpty: Bool { name.isEmpty && address.isEmpty && url.isEmpty }

    /// The person that `name (address)`, `address (name)` or `name <address>` means.
    init(written bytes: Bytes) {
        // Nobody's name is longer, and an author of the feed is written down for every entry.
        let bytes = bytes.wholeScalars(within: FeedPerson.longestName)
        guard let range = FeedPerson.address(in: bytes) else {
            name = bytes.trimmed.array
            return
        }
        address = bytes[range].array
        var end = range.upperBound
        if bytes[end..<bytes.count].hasPrefix("?subject=") {
            while end < bytes.count, bytes[end] > 0x20 { end += 1 }
        }
        var rest = (bytes[0..<range.lowerBound].array + bytes[end..<bytes.count].array)
        for empty in ["mailto:", "()", "<>", "&lt;&gt;"] { rest = FeedPerson.removing(Array(empty.utf8), from: rest) }
        name = rest.withBytes { rest in
            var trimmed = rest.trimmed
            if trimmed.hasPrefix("(") { trimmed = trimmed[1..<trimmed.count] }
            if trimmed.hasSuffix(")") { trimmed = trimmed[0..<(trimmed.count - 1)] }
            return trimmed.trimmed.array
        }
    }

    /// Nobody.
    init() {}

    /// The longest name, in bytes.
    static let longestName = 1000

    /// Where a mail address is in a text.
    private static func address(in bytes: Bytes) -> Range<Int>? {
        var place = bytes.firstIndex(of: UInt8(ascii: "@"))
        while let at = place {
            var start = at
            while start > 0, isLocal(bytes, start - 1) { start -= 1 }
            while start < at, bytes[start] == UInt8(ascii: "'") || bytes[start] == UInt8(ascii: "&") { start += 1 }
            var end = at + 1
            while end < bytes.count, isHost(bytes, end) { end += 1 }
            while end > at, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
            let host = bytes[(at + 1)..<end]
            if start < at, let dot = host.firstIndex(of: UInt8(ascii: ".")), dot > 0 { return start..<end }
            place = bytes.firstIndex(of: UInt8(ascii: "@"), from: at + 1)
        }
        return nil
    }

    private static func isLocal(_ bytes: Bytes, _ index: Int) -> Bool {
        isHost(bytes, index) || "_+'&~".utf8.contains(bytes[index])
    }

    private static func isHost(_ bytes: Bytes, _ index: Int) -> Bool {
        let byte = bytes[index]
        return (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte >= 0x80 && isLetter(bytes, index)
    }

    /// Whether the character that a byte belongs to is a letter: those of any language are in addresses (RFC 6531,
    /// 3.3).
    private static func isLetter(_ bytes: Bytes, _ index: Int) -> Bool {
        var start = index
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return bytes[start..<(start + 4)].string.unicodeScalars.first?.properties.isAlphabetic ?? false
    }

    private static func removing(_ part: [UInt8], from bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= part.count,
            let start = (0...(bytes.count - part.count)).first(where: { bytes[$0..<($0 + part.count)] == part[...] })
        else { return bytes }
        return Array(bytes[..<start] + bytes[(start + part.count)...])
    }
}

/// The people of an entry.
struct FeedPeople {
    var authors: [FeedPerson] = []
    var contributors: [FeedPerson] = []
    var publishers: [FeedPerson] = []
}

extension FeedView {
    /// The people of an entry; where it names no author, its source's and in Atom the feed's count.
    func people(of entry: Int, else feed: FeedPeople) -> FeedPeople {
        var people = people(in: entry)
        if people.authors.isEmpty, let source = first(.source, in: entry) {
            people.authors = self.people(in: source).authors
        }
        if people.authors.isEmpty && tree.isAtom { people.authors = feed.authors }
        return people
    }

    /// The people that an element names.
    func people(in node: Int) -> FeedPeople {
        var people = FeedPeople()
        var podcaster: FeedPerson?
        each(in: node) { child in
            guard people.authors.count < 64, people.contributors.count < 64 else { return }
            let name = name(child)
            guard name.isPerson, case let person = person(child), !person.isEmpty else { return }
            switch name {
            case .itunesAuthor: podcaster = person
            case .contributor, .dcContributor: people.contributors.append(person)
            case .publisher, .webMaster, .itunesOwner: people.publishers.append(person)
            default:
                if !people.authors.contains(person) { people.authors.append(person) }
            }
        }
        if people.authors.isEmpty, let podcaster { people.authors.append(podcaster) }
        return people
    }

    /// The person that an element means: by parts, or as one text.
    func person(_ node: Int) -> FeedPerson {
        var person = FeedPerson()
        var hasParts = false
        each(in: node) { child in
            switch name(child) {
            case .name, .itunesName: person.name = part(child).array
            case .email, .itunesEmail: person.address = part(child).array
            case .uri, .url: person.url = resolved(part(child), at: child)
            case .link: readLink(child, &person)
            case .rdf, .other: nested(child, &person)
            default: break
            }
            hasParts = true
        }
        if person.isEmpty && (!hasParts || !text(node).isEmpty) {
            person = words(node).withBytes { FeedPerson(written: $0) }
        }
        if person.address.isEmpty && !person.name.isEmpty {
            let written = person.name.withBytes { FeedPerson(written: $0) }
            if !written.address.isEmpty {
                person.name = written.name
                person.address = written.address
            }
        }
        return person
    }

    /// The words of an element; outside Atom they may be markup.
    func words(_ node: Int) -> [UInt8] {
        let text = text(node)
        let isMarkup = !tree.isAtom && text.firstIndex(of: UInt8(ascii: "@")) == nil && HTML.isLikely(text)
        return isMarkup ? HTML.text(of: text) : text.array
    }

    /// A link of a person: to their page where nothing else is, or to their picture.
    private func readLink(_ node: Int, _ person: inout FeedPerson) {
        let reference = attribute("href", of: node)
        let target = resolved(reference.isEmpty ? part(node) : reference, at: node)
        let rel = attribute("rel", of: node)
        if rel == "avatar" || rel == "photo" {
            if person.image.isEmpty { person.image = target }
        } else if person.url.isEmpty, rel.isEmpty || rel == "alternate" || rel == "me" {
            person.url = target
        }
    }

    /// What an element says of a person, as far as anybody's name or address goes.
    private func part(_ node: Int) -> Bytes { text(node).wholeScalars(within: FeedPerson.longestName) }

    /// A person within another element: `foaf:Agent`, `gd:image`.
    private func nested(_ node: Int, _ person: inout FeedPerson) {
        let label = tree.labels[Int(tree.nodes[node].label)]
        if label.local == "image" { person.image = resolved(attribute("src", of: node), at: node) }
        var inner = FeedPerson()
        each(in: node) { child in
            let local = tree.labels[Int(tree.nodes[child].label)].local
            if local == "name" { inner.name = text(child).array }
            if local == "mbox" { inner.address = text(child).array }
        }
        if person.name.isEmpty { person.name = inner.name }
        if person.address.isEmpty { person.address = inner.address }
    }
}
