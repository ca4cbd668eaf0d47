internal import Earshot
internal import EarshotFormats

/// Reads what Meta's Graph API, webhooks and exports say, of Facebook and of Instagram, into one reading.
///
/// The parts that both networks share are here and in `Graph…` files of this room; what only one of them says is in an
/// extension in that network's room.
struct GraphReader: ~Copyable {
    /// What was read so far.
    var reading: Reading
    /// The document that is read.
    let document: Document
    /// Whether every mention carries the source's own record.
    let keepsRaw: Bool
    /// Which edge of which object the document lists, as far as an address said so.
    var context: GraphContext
    /// Whose conversations a channel lists, or empty.
    let owner: String
    /// Which network the document, or the one of a list that is being read, is of.
    private(set) var network: GraphNetwork
    /// That network's name, where it is not the reading's.
    private var networkName = Kept.none
    /// Whether a comment was read that not everybody may see.
    var hasPrivateComments = false
    /// Members of `ext` of the mention that is being read.
    private var extra = Output(capacity: 1024)
    /// The row of each native id.
    private var places: RowTable

    /// About how many bytes of a document say a mention.
    private static let sizeOfMention = 640

    /// A reader of one document.
    init(network: GraphNetwork, document: Document, keepsRaw: Bool, owner: String = "") {
        reading = Reading(network: network.rawValue, capacity: document.bytes.count / 2)
        places = RowTable(capacity: document.bytes.count / GraphReader.sizeOfMention)
        self.document = document
        self.keepsRaw = keepsRaw
        self.owner = owner
        self.network = network
        context = GraphContext(address: document.url ?? "")
    }

    /// Reads what follows for a network, as one document of several may be of another.
    mutating func speak(for network: GraphNetwork) {
        guard network != self.network else { return }
        self.network = network
        networkName = reading.keep(network.rawValue)
    }

    /// Gives the reading away.
    consuming func finish() -> Reading {
        if hasPrivateComments { hideAnswers() }
        return reading
    }

    /// Makes a comment private, and with it what answers it.
    mutating func hide(_ row: inout MentionRow) {
        row.visibility = .private
        hasPrivateComments = true
    }

    /// Makes answers to private comments private; lists bring answers before what they answer, too.
    private mutating func hideAnswers() {
        var isJudged = [Bool](repeating: false, count: reading.rows.count)
        for index in reading.rows.indices {
            // From the answer up to what is known already; then down again.
            var chain: [Int] = []
            var next: Int? = index
            while let place = next, !isJudged[place] {
                isJudged[place] = true
                chain.append(place)
                next = reading.rows[place].kind == .reply ? answered(by: reading.rows[place]) : nil
            }
            var isPrivate = next.map { reading.rows[$0].visibility == .private } ?? false
            for place in chain.reversed() {
                isPrivate =
                    isPrivate && reading.rows[place].kind == .reply || reading.rows[place].visibility == .private
                if isPrivate { reading.rows[place].visibility = .private }
            }
        }
        // Of several copies in a document the last says who may see them.
        for index in reading.rows.indices where reading.rows[index].visibility != .private {
            guard let last = places.position(of: reading.rows[index].nativeID, in: reading) else { continue }
            if reading.rows[last].visibility == .private { reading.rows[index].visibility = .private }
        }
    }

    /// The row of the comment that one answers, where it is in the document.
    private func answered(by row: MentionRow) -> Int? {
        for index in row.refs.indices where reading.refs[index].relation == .replyTo {
            return places.position(of: reading.refs[index].id, in: reading)
        }
        return nil
    }

    /// When the counts of this document were true: when it was fetched or delivered; unknown for a file.
    var countedAt: Timestamp? { document.via == .import ? nil : document.observedAt }

    /// Adds a mention with what was said for `ext`; an exact repeat of one in the same document is left out.
    mutating func append(_ mention: MentionRow, of node: JSONNode) {
        var row = mention
        row.network = networkName
        row.ext = keepExtra()
        if keepsRaw, row.operation != .delete { row.raw = reading.keepJSON(node) }
        if row.metrics != MetricsRow() { row.metricsAt = countedAt }
        if !row.url.isEmpty { row.canonicalURL = reading.keepCanonical(of: row.url) }
        if let place = places.position(of: row.nativeID, in: reading) {
            // What came late, and who must not see what another copy shows them.
            if row.isOriginal, reading.rows[place].editedAt != nil { return }
            if row.visibility == .private { reading.rows[place].visibility = .private }
            let isComment = row.kind == .comment || row.kind == .reply
            if isComment, reading.rows[place].visibility == .private { row.visibility = .private }
            if repeats(row, reading.rows[place]) || saysLess(row, than: reading.rows[place]) { return }
            if row.operation == .create, reading.rows[place].operation != .delete { row.operation = .update }
        }
        places.append(row, to: &reading)
    }

    /// Whether two rows with the same id say the same.
    private func repeats(_ one: MentionRow, _ other: MentionRow) -> Bool {
        one.operation == other.operation && one.metrics == other.metrics && one.media.count == other.media.count
            && reading.same(one.text, other.text) && reading.same(one.title, other.title)
            && reading.same(one.ext, other.ext) && reading.same(one.author.id, other.author.id)
            && one.visibility == other.visibility
            && zip(one.media.indices, other.media.indices).allSatisfy {
                reading.same(reading.media[$0].url, reading.media[$1].url)
            }
    }

    /// Whether a row only names what another tells: a notice of a mention after its comment, a status after its photo.
    private func saysLess(_ row: MentionRow, than other: MentionRow) -> Bool {
        row.operation == .create && other.operation == .create && row.metrics == MetricsRow() && row.media.isEmpty
            && (row.text.isEmpty || reading.same(row.text, other.text))
            && (row.title.isEmpty || reading.same(row.title, other.title))
            && (row.author.id.isEmpty || reading.same(row.author.id, other.author.id))
            && (row.visibility == nil || row.visibility == other.visibility)
    }

    // What goes to `ext`.

    /// Forgets what was said for `ext`, as a new mention begins.
    mutating func beginExtra() { extra.removeAll() }

    /// Says a member of `ext` under the platform's own name, unless it says nothing.
    mutating func say(_ key: Bytes, _ value: JSONNode) {
        guard value.saysSomething else { return }
        separateExtra(key)
        value.write(to: &extra)
    }

    /// Says a truth under a name of `ext`.
    mutating func say(_ key: StaticString, _ value: Bool) {
        separateExtra(key.bytes)
        extra.boolean(value)
    }

    /// Says a text under a name of `ext`, unless it is empty.
    mutating func say(_ key: StaticString, _ value: Bytes) {
        guard !value.isEmpty else { return }
        separateExtra(key.bytes)
        extra.string(value)
    }

    /// Says a whole number under a name of `ext`, unless it is unsaid.
    mutating func say(_ key: StaticString, _ value: Int64) {
        guard value != unsaid else { return }
        separateExtra(key.bytes)
        extra.integer(value)
    }

    /// Says what is JSON already under a name of `ext`, unless it is empty.
    mutating func say(_ key: StaticString, json value: Bytes) {
        guard !value.isEmpty else { return }
        separateExtra(key.bytes)
        extra.raw(value)
    }

    private mutating func separateExtra(_ key: Bytes) {
        extra.byte(UInt8(ascii: extra.count == 0 ? "{" : ","))
        extra.string(key)
        extra.byte(UInt8(ascii: ":"))
    }

    private mutating func keepExtra() -> Kept {
        guard extra.count > 0 else { return .none }
        extra.byte(UInt8(ascii: "}"))
        let kept = extra.withBytes { reading.keepJSON($0) }
        extra.removeAll()
        return kept
    }
}

extension JSONNode {
    /// Whether it is true, or 1.
    var saysTrue: Bool {
        switch kind {
        case .boolean: boolean == true
        case .integer: int64 == 1
        default: false
        }
    }

    /// Whether there is anything in it: no null, no empty text, list or object.
    var saysSomething: Bool {
        switch kind {
        case .absent, .null: false
        case .string: !string.isEmpty
        case .array, .object: !isHollow
        case .boolean, .integer, .number: true
        }
    }

    /// Whether an array or object has nothing in it.
    private var isHollow: Bool { isArray ? self[0].kind == .absent : count == 0 }

    /// The moment that a text or a number of seconds or milliseconds says.
    var moment: Timestamp? {
        if isString { return Times.parse(string) }
        let number = int64
        return number == unsaid || number <= 0 ? nil : Times.epoch(number)
    }

    /// A node that is not there.
    var absent: JSONNode { self[-1] }

    /// Whether a text or a number is the same id as another.
    func isSameID(as other: JSONNode) -> Bool {
        if isString, other.isString { return string == other.string }
        let number = int64
        return number != unsaid && number == other.int64
    }
}
