internal import Earshot

/// Holds a line's values against the shapes that they should have.
struct MentionCheck {
    /// The mention's network.
    let network: String
    /// Whether the line's version is this one, so that members that are not known are mistakes.
    let isClosed: Bool

    func hold(_ node: JSONNode, _ shape: MentionShape, at place: String) throws(MalformedDocument) {
        guard fits(node, shape) else { throw MalformedDocument("expected \(shape.described)", at: place) }
        switch shape {
        case .list(let element): try each(of: node, element, at: place)
        case .object(let members, let required):
            for name in required where !member(node, name).exists {
                throw MalformedDocument("\"\(name)\" is missing", at: place)
            }
            try fields(of: node, members, at: place)
        default: break
        }
    }

    private func member(_ node: JSONNode, _ name: String) -> JSONNode {
        Array(name.utf8).withBytes { node[$0] }
    }

    private func each(of node: JSONNode, _ shape: MentionShape, at place: String) throws(MalformedDocument) {
        var failure: MalformedDocument?
        var index = 0
        node.each { element in
            if failure == nil { failure = problem(of: element, shape, at: "\(place)/\(index)") }
            index += 1
        }
        if let failure { throw failure }
    }

    private func fields(
        of node: JSONNode, _ members: [String: MentionShape], at place: String
    ) throws(MalformedDocument) {
        var failure: MalformedDocument?
        node.fields { key, value in
            guard failure == nil else { return }
            let name = String(key.string.prefix(100))
            if let shape = members[name] {
                failure = problem(of: value, shape, at: "\(place)/\(name)")
            } else if isClosed {
                failure = MalformedDocument("mention/1.0 has no such member", at: "\(place)/\(name)")
            }
        }
        if let failure { throw failure }
    }

    private func problem(of node: JSONNode, _ shape: MentionShape, at place: String) -> MalformedDocument? {
        do throws(MalformedDocument) {
            try hold(node, shape, at: place)
            return nil
        } catch {
            return error
        }
    }

    private func fits(_ node: JSONNode, _ shape: MentionShape) -> Bool {
        switch shape {
        case .text: !node.string.isEmpty
        case .name: MentionShape.isName(node.string)
        case .id:
            MentionShape.isName(node.string) && node.string.string.utf8.starts(with: "\(network):".utf8)
                && node.string.count > network.utf8.count + 1
        case .time: node.isString && Times.parse(node.string) != nil
        case .truth: node.kind == .boolean
        case .count: node.kind == .integer && node.int64 >= 0
        case .integer: node.kind == .integer && node.int64 != unsaid
        case .number(let bounds):
            (node.kind == .integer || node.kind == .number) && node.double.map { bounds.contains($0) } ?? false
        case .word(let words): words.contains { node.isString && node.string.string == $0 }
        case .sha256:
            node.string.count == 64
                && node.string.array.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
        case .list: node.isArray
        case .object, .open: node.isObject
        case .any: true
        }
    }

    /// Throws where members that are right by themselves are wrong together.
    func holdTogether(_ root: JSONNode) throws(MalformedDocument) {
        let isWord = network.utf8.enumerated().allSatisfy { index, unit in
            (unit >= 0x61 && unit <= 0x7A)
                || (index > 0 && ((unit >= 0x30 && unit <= 0x39) || "_.-".utf8.contains(unit)))
        }
        guard isWord else {
            throw MalformedDocument("expected a lower-case word such as \"mastodon\"", at: "/network")
        }
        if root["language"]["tag"].string == "und" {
            throw MalformedDocument("\"und\" says nothing: leave \"language\" out", at: "/language/tag")
        }
        let ext = root["ext"]
        if ext.exists, ext.count != 1 || member(ext, network).count == 0 || !member(ext, network).isObject {
            throw MalformedDocument("expected one member \"\(network)\", an object that is not empty", at: "/ext")
        }
        try holdPlaces(of: root["entities"], in: root["text"])
    }

    private func holdPlaces(of entities: JSONNode, in text: JSONNode) throws(MalformedDocument) {
        let length = Int64(text.string.string.unicodeScalars.count)
        var wrong: Int?
        var index = 0
        entities.each { entity in
            let (start, end) = (entity["start"], entity["end"])
            let isPlaced = start.exists && end.exists && start.int64 < end.int64 && end.int64 <= length
            if !isPlaced, start.exists || end.exists { wrong = wrong ?? index }
            index += 1
        }
        guard let wrong else { return }
        throw MalformedDocument(
            "expected \"start\" before \"end\" within the text, which has \(length) Unicode scalars",
            at: "/entities/\(wrong)")
    }
}
