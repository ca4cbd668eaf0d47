internal import Earshot
internal import EarshotFormats

/// Reads one document by a declaration.
struct DeclaredReader {
    private let declaration: Declaration
    private var root: JSONValue
    private var words: DeclaredWords
    private let keepsRaw: Bool
    /// The ids that were read; a record that stands twice in a document is one mention.
    private var seen: Set<String> = []
    private var count = 0
    var reading: Reading

    /// The steps that the current record may still take.
    private var steps = 0
    /// Where the current record stands.
    private var place = ""
    /// Whether the current record took too many steps.
    private var isGivenUp = false

    /// A reader of a document of `size` bytes.
    init(_ declaration: Declaration, root: JSONValue, size: Int, keepsRaw: Bool) {
        self.declaration = declaration
        self.root = root
        self.keepsRaw = keepsRaw
        words = DeclaredWords(root: root, tables: declaration.tables, size: size)
        reading = Reading(network: declaration.network, capacity: size)
    }

    /// Reads every record; throws where the document is an error, or nothing that the source sends.
    mutating func read() throws(MalformedDocument) -> Reading {
        try check()
        readRecords(at: "")
        if case .array(let documents) = root, reading.rows.isEmpty, reading.defects.isEmpty { read(documents) }
        return reading
    }

    private mutating func readRecords(at place: String) {
        for section in declaration.records {
            switch ofAll(section.at) {
            case .null: continue
            case .array(let records):
                for (position, record) in records.enumerated() {
                    read(record, as: section, at: "\(place)\(section.name)[\(position)]", depth: 0)
                }
            case let record: read(record, as: section, at: place + section.name, depth: 0)
            }
        }
    }

    /// Reads a list without records of its own as one of documents, such as pages that were put together.
    private mutating func read(_ documents: [JSONValue]) {
        for (position, document) in documents.enumerated() where document.members != nil || document.elements != nil {
            guard !words.isExhausted else { return }
            root = document
            words = words.over(document)
            do throws(MalformedDocument) {
                try check()
                readRecords(at: "[\(position)].")
            } catch {
                reading.append(defect: error.reason, at: "[\(position)]")
            }
        }
    }

    /// Throws where the document is an error, or nothing that the source sends.
    mutating func check() throws(MalformedDocument) {
        if let error { throw MalformedDocument(error) }
        if let knows = declaration.knows, !ofAll(knows).isTruthlike {
            throw MalformedDocument("nothing that \(declaration.name) sends")
        }
    }

    /// What the document says is wrong.
    var error: String? {
        mutating get {
            // Many say 0 where there is none.
            guard let said = declaration.error.map({ ofAll($0) }), said.isTruthlike, said != .integer(0) else {
                return nil
            }
            let reason = said.asID ?? said.description
            return "\(declaration.name) says: \(reason.wholeWords(within: 200))"
        }
    }

    /// Whether the document says that the credentials are not accepted.
    var isUnauthorized: Bool {
        mutating get { declaration.unauthorized.map { ofAll($0).isTruthlike } ?? false }
    }

    /// What an expression says of the whole document.
    private mutating func ofAll(_ expression: DeclaredExpression) -> JSONValue {
        steps = words.stepsOfAll
        place = ""
        return value(of: expression, over: root)
    }

    private mutating func read(_ record: JSONValue, as section: DeclaredRecords, at place: String, depth: Int) {
        guard count < DocumentBudget.records, !words.isExhausted, depth < DocumentBudget.depth else {
            if count < Int.max {
                reading.append(
                    defect: "the document has too many records, or costs too much; the rest is left out", at: place)
            }
            count = Int.max
            return
        }
        count += 1
        steps = words.stepsOfRecord
        self.place = place
        isGivenUp = false
        if section.when.map({ value(of: $0, over: record).isTruthlike }) ?? true, !isGivenUp {
            append(record, as: section)
        }
        guard let below = section.below else { return }
        steps = words.stepsOfAll
        self.place = place
        for (position, inner) in (value(of: below, over: record).elements ?? []).enumerated() {
            if count == Int.max { return }
            read(inner, as: section, at: "\(place)[\(position)]", depth: depth + 1)
        }
    }

    private mutating func append(_ record: JSONValue, as section: DeclaredRecords) {
        let fields = section.fields
        var row = MentionRow(kind: section.kind)
        fill(&row, fields.mention, from: record)
        guard !isGivenUp else { return }
        let id = reading.string(reading.network(of: row)) + ":" + reading.string(row.nativeID)
        guard row.nativeID.isEmpty || row.operation == .update || seen.insert("\(row.operation.word):\(id)").inserted
        else { return }
        fill(&row.author, fields.author, from: record)
        fill(&row.metrics, fields.metrics, from: record)
        fill(&row.place, fields.place, from: record)
        if (row.place.latitude == nil) != (row.place.longitude == nil) {
            (row.place.latitude, row.place.longitude) = (nil, nil)
        }
        texts(&row, fields, record)
        lists(&row, fields, record)
        guard !isGivenUp else { return }
        row.ext = ext(fields.ext, record)
        if keepsRaw { row.raw = record.bytes.withBytes { reading.keepJSON($0) } }
        if row.nativeID.isEmpty { return reading.append(defect: "a record without an id", at: place) }
        reading.append(row)
    }

    private mutating func texts(_ row: inout MentionRow, _ fields: DeclaredFields, _ record: JSONValue) {
        if let title = fields.title, let text = prose(of: title, record) {
            row.title =
                title.form == .html ? Array(text.utf8).withBytes { reading.keepText(html: $0) } : reading.keepText(text)
        }
        if let language = fields.language, let tag = said(language, over: record).text, tag != "und", !tag.isEmpty {
            row.language.tag = reading.keep(tag)
        }
        let text = fields.text.flatMap { prose(of: $0, record) } ?? ""
        let isHTML = fields.text?.form == .html
        let first = reading.entities.count
        var places = OffsetPlaces(text)
        for list in fields.entities {
            for entity in rows(of: list, over: record) {
                var entity = entity
                let isPlaced = entity.start >= 0 && !isHTML
                (entity.start, entity.end) =
                    isPlaced ? places.scalars(from: entity.start, to: entity.end, in: list.unit) : (-1, -1)
                // A place that is none is of nothing that people see.
                if entity.start >= 0 || !entity.text.isEmpty || !isPlaced && !entity.value.isEmpty {
                    reading.entities.append(entity)
                }
            }
        }
        let declared = Entries(from: first, to: reading.entities.count)
        var search = fields.find
        if isHTML {
            row.text = Array(text.utf8).withBytes { reading.keepText(html: $0) }
            row.html = Array(text.utf8).withBytes { reading.keepHTML($0) }
            if search?.remove(.urls) != nil { reading.appendLinks(of: row.html) }
        } else {
            row.text = Array(text.utf8).withBytes { reading.keepText($0, moving: declared) }
        }
        reading.finishEntities(from: first, of: row.text, finding: search)
        row.entities = Entries(from: first, to: reading.entities.count)
    }

    /// What a text says: HTML without the elements that are left out, else as people read it.
    private mutating func prose(of text: DeclaredText, _ record: JSONValue) -> String? {
        guard let prose = said(text.expression, over: record).asID else { return nil }
        if text.form == .escaped {
            return Array(prose.utf8).withBytes { String(decoding: HTML.unescaped($0), as: UTF8.self) }
        }
        guard let name = text.without.flatMap({ said($0, over: record).text }) else { return prose }
        return Array(prose.utf8).withBytes { html in
            Array(name.utf8).withBytes { String(decoding: HTML.removing(class: $0, from: html), as: UTF8.self) }
        }
    }

    private mutating func lists(_ row: inout MentionRow, _ fields: DeclaredFields, _ record: JSONValue) {
        let starts = (reading.recipients.count, reading.media.count, reading.refs.count, reading.tags.count)
        for list in fields.recipients { reading.recipients += rows(of: list, over: record) }
        for list in fields.media { reading.media += rows(of: list, over: record) }
        for list in fields.refs { reading.refs += rows(of: list, over: record).filter { !$0.id.isEmpty } }
        if let tags = fields.tags {
            let value = said(tags, over: record)
            for tag in value.elements ?? [value] {
                if let text = tag.asID { reading.append(tag: reading.keepText(text)) }
            }
        }
        row.recipients = Entries(from: starts.0, to: reading.recipients.count)
        row.media = Entries(from: starts.1, to: reading.media.count)
        row.refs = Entries(from: starts.2, to: reading.refs.count)
        row.tags = Entries(from: starts.3, to: reading.tags.count)
    }

    private mutating func ext(_ members: [DeclaredExpression], _ record: JSONValue) -> Kept {
        var fields = JSONFields()
        for member in members {
            let value = self.value(of: member, over: record)
            if value != .boolean(false), !value.isTruthlike { continue }
            value.withoutNulls.bytes.withBytes { bytes in
                Array(member.name.utf8).withBytes { fields.json(named: $0, bytes) }
            }
        }
        return reading.keep(fields)
    }

    // Values.

    private mutating func rows<Row>(of list: DeclaredList<Row>, over record: JSONValue) -> [Row] {
        let value = said(list.each, over: record)
        guard value.isTruthlike else { return [] }
        var rows: [Row] = []
        for element in value.elements ?? [value] where !isGivenUp && element.isTruthlike {
            guard !said(list.sort, over: element).isNull else { continue }
            var row = Row.blank
            if fill(&row, list.fields, from: element) { rows.append(row) }
        }
        return rows
    }

    /// Fills a row's fields; false where its sort is none, without which an entry of a list says nothing.
    @discardableResult
    private mutating func fill<Row>(_ row: inout Row, _ group: FieldGroup<Row>, from record: JSONValue) -> Bool {
        let sort = (Row.self as? any DeclarableEntry.Type)?.sort
        var isSorted = true
        for (slot, expression) in group.members where !isGivenUp {
            let value = slot.takesFalse ? value(of: expression, over: record) : said(expression, over: record)
            if value.isNull || slot.set(value, &row, &reading) { continue }
            if slot.name == sort { isSorted = false }
            reading.append(defect: "\(slot.name): expected \(slot.expected), found \(value.shown)", at: place)
        }
        return isSorted
    }

    /// What an expression says; `false` says nothing, as sources write it where there is no value.
    private mutating func said(_ expression: DeclaredExpression, over record: JSONValue) -> JSONValue {
        let value = value(of: expression, over: record)
        return value == .boolean(false) ? .null : value
    }

    /// What an expression says; null, and a defect, where it fails.
    private mutating func value(of expression: DeclaredExpression, over record: JSONValue) -> JSONValue {
        do throws(JMESPathFailure) {
            return try words.evaluate(expression, over: record, spending: &steps)
        } catch {
            guard !isGivenUp else { return .null }
            isGivenUp = error.kind == .limit
            reading.append(defect: "\(expression.name): \(error.description)", at: place)
            return .null
        }
    }
}

extension JSONValue {
    /// The value where it is short, else what sort it is.
    fileprivate var shown: String {
        guard let text, text.utf8.count <= 40 else { return sort }
        return "\"\(text)\""
    }
}
