internal import Earshot
internal import EarshotFormats

/// A text of a feed: what it reads as, and the HTML it came as.
struct FeedProse {
    /// The plain reading.
    var plain: [UInt8] = []
    /// Sanitized HTML; empty where the source sent plain text.
    var html: [UInt8] = []
}

extension FeedView {
    /// Calls `body` with the markup or text of a construct, and whether it is markup; not where it is neither.
    func withSource<Result>(of node: Int, _ body: (_ bytes: Bytes, _ isMarkup: Bool) -> Result) -> Result? {
        let bytes = text(node)
        guard !bytes.isEmpty else { return nil }
        var form = tree.nodes[node].form
        if isBase64(node) {
            guard let decoded = FeedBase64.decoded(bytes) else { return nil }
            if form == .opaque { form = decoded.withBytes { HTML.isLikely($0) } ? .html : .plain }
            return decoded.withBytes { body($0, isMarkup($0, form, node)) }
        }
        return form == .opaque ? nil : body(bytes, isMarkup(bytes, form, node))
    }

    private func isMarkup(_ bytes: Bytes, _ form: FeedForm, _ node: Int) -> Bool {
        if form == .plain { return !tree.isAtom && HTML.isLikely(bytes) }
        // RSS has words and markup in the same place; `2 < 3` is no markup.
        let isGuess = form == .html && attribute("type", of: node).isEmpty && name(node) != .contentEncoded
        return !isGuess || HTML.isLikely(bytes) || FeedMarkup.hasTag(bytes)
    }

    /// The plain reading of a construct.
    func plain(_ node: Int) -> [UInt8] {
        withSource(of: node) { bytes, isMarkup in isMarkup ? HTML.text(of: bytes) : bytes.array } ?? []
    }

    /// A construct as text and HTML; links in it are relative to `xml:base`, else to the entry's own address.
    func prose(_ node: Int, of link: [UInt8]) -> FeedProse {
        let isSaid = Int(tree.nodes[node].base) >= (tree.hasAddress ? 1 : 0)
        let isBase = link.count <= FeedLink.longestBase && link.withBytes { FeedLink.isWeb($0) }
        let base = isSaid || !isBase ? base(of: node) : link
        return withSource(of: node) { bytes, isMarkup in
            guard isMarkup else { return FeedProse(plain: bytes.array) }
            let prose = base.withBytes { HTML.prose(of: bytes, base: $0) }
            return FeedProse(plain: prose.text, html: prose.html)
        } ?? FeedProse()
    }

    /// The plain reading of the first child of a name that has one.
    func plain(of name: FeedName, in node: Int) -> [UInt8] {
        var found: [UInt8] = []
        guard mayHave(name.bit, in: node) else { return found }
        each(in: node) { child in
            if found.isEmpty, self.name(child) == name { found = name.isConstruct ? plain(child) : text(child).array }
        }
        return found
    }

    private func isBase64(_ node: Int) -> Bool {
        if attribute("mode", of: node) == "base64" { return true }
        return tree.nodes[node].form == .opaque && attribute("src", of: node).isEmpty
    }
}

extension FeedMarkup {
    /// Whether something in a text looks like an end tag or a link.
    static func hasTag(_ bytes: Bytes) -> Bool {
        var place = bytes.firstIndex(of: UInt8(ascii: "<"))
        while let start = place {
            let rest = bytes[start..<bytes.count]
            if rest.hasPrefix("</") || rest.hasPrefix("<a ") { return true }
            place = bytes.firstIndex(of: UInt8(ascii: "<"), from: start + 1)
        }
        return false
    }
}

/// Base64 as feeds carry it: with line ends anywhere.
enum FeedBase64 {
    /// The bytes that a text stands for, or nil where it is no base64.
    static func decoded(_ bytes: Bytes) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte <= 0x20 || byte == UInt8(ascii: "=") { continue }
            guard let value = value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 1
            guard count == 4 else { continue }
            result += [UInt8(bits >> 16 & 0xFF), UInt8(bits >> 8 & 0xFF), UInt8(bits & 0xFF)]
            bits = 0
            count = 0
        }
        if count == 2 { result.append(UInt8(bits >> 4 & 0xFF)) }
        if count == 3 { result += [UInt8(bits >> 10 & 0xFF), UInt8(bits >> 2 & 0xFF)] }
        return result.withBytes { $0.isUTF8 } ? result : nil
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
