internal import Earshot
internal import EarshotFormats

/// A person's own comments and live chat messages, as Google Takeout gives them: a table, as CSV or as JSON objects,
/// with columns known by name.
struct YouTubeTakeout {
    private var page: YouTubePage
    private var columns: [String: Int] = [:]
    private var isHeader = true
    private var isSilent = false
    private var refusal: MalformedDocument?

    /// Reads a table.
    static func read(_ document: Document) throws(MalformedDocument) -> Reading {
        var table = YouTubeTakeout(page: YouTubePage(document, keepsRaw: false))
        document.bytes.withBytes { bytes in
            CSV.read(bytes) { cells, line in table.read(cells, line: line) }
        }
        if let refusal = table.refusal { throw refusal }
        return table.page.reading
    }

    /// Reads JSON rows; nil where the JSON is none.
    static func read(_ root: JSONNode, of document: Document) -> Reading? {
        guard isRow(root.isArray ? root[0] : root) else { return nil }
        var table = YouTubeTakeout(page: YouTubePage(document, keepsRaw: false))
        if root.isObject { table.read(Row(root), at: "/") }
        var index = 0
        root.each { row in
            table.read(Row(row), at: "/\(index)")
            index += 1
        }
        return table.page.reading
    }

    /// Whether an object has the columns of a table of comments or live chat messages.
    private static func isRow(_ node: JSONNode) -> Bool {
        var columns: Set<String> = []
        node.fields { key, _ in if columns.count < columnLimit { columns.insert(column(key.string)) } }
        return columns.isSuperset(of: ["comment id", "comment text"])
            || columns.isSuperset(of: ["live chat id", "live chat text"])
    }

    private init(page: YouTubePage) { self.page = page }

    private mutating func read(_ cells: [[UInt8]], line: Int) {
        if isHeader {
            isHeader = false
            return readHeader(CSV.names(cells))
        }
        guard !isSilent, refusal == nil else { return }
        read(Row(cells: cells, columns: columns), at: "line \(line)")
    }

    private mutating func read(_ row: Row, at place: String) {
        let isReadable = row.has("comment id") ? readComment(row) : readChat(row)
        if !isReadable { page.reading.append(defect: "a row without id or text", at: place) }
    }

    private mutating func readHeader(_ names: [String]) {
        for (index, name) in names.enumerated() where columns[name] == nil { columns[name] = index }
        if columns["comment id"] != nil || columns["live chat id"] != nil { return }
        // Subscriptions, playlists and channels are no mentions.
        isSilent = ["channel id", "playlist id", "video id", "channel url"].contains { columns[$0] != nil }
        guard !isSilent else { return }
        let header = names.prefix(6).map { $0.prefix(40) }.joined(separator: ", ")
        refusal = MalformedDocument(
            "neither JSON, XML nor a Takeout table of comments; it begins: \(header)", at: "line 1")
    }

    private mutating func readComment(_ cells: Row) -> Bool {
        let id = cells["comment id"]
        guard !id.isEmpty, let text = cells.text("comment text") else { return false }
        let parent = cells["parent comment id"]
        var row = MentionRow(kind: parent.isEmpty ? .comment : .reply)
        row.nativeID = page.reading.keep(id)
        id.withBytesOfText { id in
            parent.withBytesOfText { parent in
                cells["video id"].withBytesOfText { page.setPlace(of: &row, id: id, parent: parent, video: $0) }
            }
        }
        row.publishedAt = Times.parse(cells["comment create timestamp"])
        append(row, cells, text)
        return true
    }

    private mutating func readChat(_ cells: Row) -> Bool {
        let id = cells["live chat id"]
        guard !id.isEmpty, let text = cells.text("live chat text") ?? cells.text("comment text") else { return false }
        var row = MentionRow(kind: .comment)
        row.nativeID = page.reading.keep(id)
        cells["video id"].withBytesOfText { page.setConversation(of: &row, parent: .none, video: $0) }
        row.publishedAt = Times.parse(cells["live chat create timestamp"])
        append(row, cells, text)
        return true
    }

    private mutating func append(_ row: MentionRow, _ cells: Row, _ text: YouTubeSegments) {
        var row = row
        row.text = page.reading.keepText(text.text)
        page.setEntities(of: &row)
        row.author.id = page.reading.keep(cells["channel id"])
        let price = cells["price"]
        var fields = JSONFields()
        if price != "0" { fields.string("price", price) }
        if text.hasMore { text.json.withBytes { fields.json("segments", $0) } }
        row.ext = page.reading.keep(fields)
        page.reading.append(row)
    }

    /// A row whose cells are known by their columns' names.
    fileprivate struct Row {
        let cells: [[UInt8]]
        let columns: [String: Int]

        func has(_ name: String) -> Bool { columns[name] != nil }

        subscript(name: String) -> String {
            guard let index = columns[name], index < cells.count else { return "" }
            return String(decoding: cells[index], as: UTF8.self)
        }

        /// The text of a cell of segments; nil where there is no such column or cell.
        func text(_ name: String) -> YouTubeSegments? {
            guard let index = columns[name], index < cells.count else { return nil }
            return YouTubeSegments(cells[index])
        }
    }
}

extension YouTubeTakeout.Row {
    /// The row that an object is: a key is a column's name in any letter case, as words, `snake_case` or `camelCase`.
    fileprivate init(_ node: JSONNode) {
        var cells: [[UInt8]] = []
        var columns: [String: Int] = [:]
        node.fields { key, value in
            guard columns.count < YouTubeTakeout.columnLimit else { return }
            columns[YouTubeTakeout.column(key.string)] = cells.count
            var output = Output()
            if value.isString { output.raw(value.string) } else if value.exists { value.write(to: &output) }
            cells.append(output.array)
        }
        self.init(cells: cells, columns: columns)
    }
}

extension YouTubeTakeout {
    /// The most keys of an object that are looked at.
    fileprivate static let columnLimit = 64

    /// `Comment ID`, `comment_id` and `commentId` are one column.
    fileprivate static func column(_ key: String) -> String {
        var name = ""
        var wasSmall = false
        for scalar in key.unicodeScalars.prefix(64) {
            if wasSmall, scalar.properties.isUppercase { name += " " }
            wasSmall = scalar.properties.isLowercase
            name += scalar == "_" ? " " : scalar.properties.lowercaseMapping
        }
        return name
    }
}

/// A text in segments: `{"takeoutSegments":[…]}` until 2024, then `{"text":"a"},{"text":"b"}` without brackets.
struct YouTubeSegments {
    /// The texts one after another.
    private(set) var text = ""
    /// Whether a segment says more than its text: a name, a link, a video.
    private(set) var hasMore = false
    /// The segments as a JSON array.
    private(set) var json: [UInt8] = []

    /// The segments of a cell; a cell that is no JSON is the text itself.
    init(_ cell: [UInt8]) {
        let whole = [UInt8(ascii: "[")] + cell + [UInt8(ascii: "]")]
        var parts = YouTubeSegments()
        let isRead = try? JSON.read(whole) { root, _ in
            let old = root[0]["takeoutSegments"]
            let segments = old.isArray ? old : root[0].isArray ? root[0] : root
            guard segments[0].isObject else { return false }
            segments.each { segment in
                parts.text += segment["text"].string.string
                segment.fields { name, _ in if !(name == "text") { parts.hasMore = true } }
            }
            var output = Output()
            segments.write(to: &output)
            parts.json = output.array
            return true
        }
        if isRead != true { parts.text = String(decoding: cell, as: UTF8.self) }
        self = parts
    }

    private init() {}
}
