internal import Earshot
internal import EarshotFormats

extension DeclarationReader {
    /// Every sort of record, in the order they are written.
    mutating func records(_ value: JSONValue) -> [DeclaredRecords] {
        let sections = named(value, at: "/records")
        if sections.isEmpty, value.members != nil { note("/records", "expected a sort of record or more") }
        return sections.compactMap { section in
            let known = ["at", "when", "below", "kind", "like", "fields"]
            guard let members = object(section.value, known: known, required: ["at", "kind"], at: section.pointer)
            else { return nil }
            let at = expression(members["at"], "at", at: section.pointer + "/at")
            let fields = fields(
                of: section.name, members, in: sections.map { ($0.name, $0.value) }, section.pointer)
            let when = expression(members["when"], "when", at: section.pointer + "/when")
            let below = expression(members["below"], "below", at: section.pointer + "/below")
            let words = Kind.allCases.map { "\($0.word)" }
            let kind = choice(members["kind"], among: words, at: section.pointer + "/kind")
            guard let at, let fields else { return nil }
            return DeclaredRecords(
                name: section.name, at: at, when: when, below: below,
                kind: Kind.allCases.first { "\($0.word)" == kind } ?? .post, fields: fields)
        }
    }

    /// The fields of a section, those of the section that it is like included.
    private mutating func fields(
        of name: String, _ members: JSONObject, in sections: [(name: String, value: JSONValue)], _ pointer: String
    ) -> DeclaredFields? {
        var all = members["fields"] ?? [:]
        if let base = text(members["like"], at: pointer + "/like") {
            guard let other = sections.first(where: { $0.name == base && base != name }), other.value["like"] == nil
            else {
                note(pointer + "/like", "there is no other sort of record \"\(base)\" that is like no further one")
                return fields(all, at: pointer + "/fields")
            }
            all = DeclarationReader.merged(other.value["fields"] ?? [:], all)
        }
        if all["native_id"] == nil, all.members != nil { note(pointer + "/fields", "\"native_id\" is missing") }
        return fields(all, at: pointer + "/fields")
    }

    /// An object over another: members of both are merged where they are objects, and left out where they are null.
    private static func merged(_ base: JSONValue, _ own: JSONValue) -> JSONValue {
        guard var members = base.members, let others = own.members else { return own }
        for (key, value) in others {
            if value.isNull {
                members[key] = nil
            } else if let before = members[key], before.members != nil, value.members != nil, value["html"] == nil,
                value["escaped"] == nil
            {
                members[key] = merged(before, value)
            } else {
                members[key] = value
            }
        }
        return .object(members)
    }

    private mutating func fields(_ value: JSONValue, at pointer: String) -> DeclaredFields? {
        let plain = MentionRow.slots.map(\.name)
        let parts = [
            "title", "text", "language", "author", "metrics", "place", "recipients", "entities", "media", "refs",
            "tags", "find", "ext",
        ]
        guard let members = object(value, known: plain + parts, at: pointer) else { return nil }
        var fields = DeclaredFields()
        fields.mention = group(members, MentionRow.slots, at: pointer)
        fields.author = group(members["author"], at: pointer + "/author")
        fields.metrics = group(members["metrics"], at: pointer + "/metrics")
        fields.place = group(members["place"], at: pointer + "/place")
        fields.title = people(members["title"], "title", at: pointer + "/title")
        fields.text = people(members["text"], "text", at: pointer + "/text")
        fields.language = expression(members["language"], "language", at: pointer + "/language")
        fields.tags = expression(members["tags"], "tags", at: pointer + "/tags")
        fields.recipients = lists(members["recipients"], at: pointer + "/recipients")
        fields.entities = lists(members["entities"], at: pointer + "/entities", hasUnit: true)
        fields.media = lists(members["media"], at: pointer + "/media")
        fields.refs = lists(members["refs"], at: pointer + "/refs")
        fields.find = search(members["find"], at: pointer + "/find")
        for (name, value, pointer) in named(members["ext"], at: pointer + "/ext") {
            if let expression = expression(value, name, at: pointer) { fields.ext.append(expression) }
        }
        return fields
    }

    /// A text for people: an expression, `{"escaped": expression}` or `{"html": expression, "without": expression}`.
    private mutating func people(_ value: JSONValue?, _ name: String, at pointer: String) -> DeclaredText? {
        guard let value else { return nil }
        guard let given = value.members else {
            return expression(value, name, at: pointer).map { DeclaredText(expression: $0) }
        }
        let required = given["escaped"] == nil ? ["html"] : []
        guard let members = object(value, known: ["html", "without", "escaped"], required: required, at: pointer)
        else { return nil }
        if let escaped = members["escaped"] {
            for other in ["html", "without"] where members[other] != nil {
                note(pointer + "/" + other, "\"escaped\" stands alone")
            }
            return expression(escaped, name, at: pointer + "/escaped").map {
                DeclaredText(expression: $0, form: .escaped)
            }
        }
        let without = expression(members["without"], name, at: pointer + "/without")
        return expression(members["html"], name, at: pointer + "/html").map {
            DeclaredText(expression: $0, form: .html, without: without)
        }
    }

    private mutating func group<Row: DeclarableRow>(_ value: JSONValue?, at pointer: String) -> FieldGroup<Row> {
        guard let value, let members = object(value, known: Row.slots.map(\.name), at: pointer) else {
            return FieldGroup()
        }
        return group(members, Row.slots, at: pointer)
    }

    private mutating func group<Row>(
        _ members: JSONObject, _ slots: [FieldSlot<Row>], at pointer: String
    ) -> FieldGroup<Row> {
        var group = FieldGroup<Row>()
        for slot in slots {
            if let expression = expression(members[slot.name], slot.name, at: pointer + "/" + slot.name) {
                group.members.append((slot, expression))
            }
        }
        return group
    }

    /// One list of entries, or several, each an object with `each`.
    private mutating func lists<Row: DeclarableEntry>(
        _ value: JSONValue?, at pointer: String, hasUnit: Bool = false
    ) -> [DeclaredList<Row>] {
        guard let value else { return [] }
        guard let elements = value.elements else { return [list(value, at: pointer, hasUnit)].compactMap(\.self) }
        return elements.enumerated().compactMap { list($0.element, at: "\(pointer)/\($0.offset)", hasUnit) }
    }

    private mutating func list<Row: DeclarableEntry>(
        _ value: JSONValue, at pointer: String, _ hasUnit: Bool
    ) -> DeclaredList<Row>? {
        let known = ["each"] + (hasUnit ? ["unit"] : []) + Row.slots.map(\.name)
        guard let members = object(value, known: known, required: ["each", Row.sort], at: pointer) else { return nil }
        let units = OffsetUnit.allCases.map(\.rawValue)
        let unit = choice(members["unit"], among: units, at: pointer + "/unit")
        let fields: FieldGroup<Row> = group(members, Row.slots, at: pointer)
        guard let each = expression(members["each"], "each", at: pointer + "/each"),
            let sort = fields.members.first(where: { $0.slot.name == Row.sort })?.expression
        else { return nil }
        return DeclaredList(
            each: each, sort: sort, unit: unit.flatMap { OffsetUnit(rawValue: $0) } ?? .scalars, fields: fields)
    }

    /// What is to be found in texts: `["hashtag", "mention", "url", "cashtag"]`.
    private mutating func search(_ value: JSONValue?, at pointer: String) -> TextEntities.Search? {
        guard let value else { return nil }
        let words: [(String, TextEntities.Search)] = [
            ("hashtag", .hashtags), ("mention", .mentions), ("url", .urls), ("cashtag", .cashtags),
        ]
        guard let elements = value.elements, !elements.isEmpty else {
            note(pointer, "expected a list of \(words.map(\.0).joined(separator: ", "))")
            return nil
        }
        var search: TextEntities.Search = []
        for (position, element) in elements.enumerated() {
            guard let word = choice(element, among: words.map(\.0), at: "\(pointer)/\(position)") else { continue }
            for known in words where known.0 == word { search.insert(known.1) }
        }
        return search
    }
}
