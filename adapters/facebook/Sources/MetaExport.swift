internal import Earshot
internal import EarshotFormats

/// What is common to the files of "Download your information", of Facebook and of Instagram.
enum MetaExport {
    /// The files that say whose export it is.
    static let companions = ["*profile_information.json", "*personal_information.json"]

    /// The record lists of a file: the file itself, or the arrays of an object that wraps them.
    static func lists(of root: JSONNode, _ body: (_ name: Bytes, _ list: JSONNode) -> Void) {
        if root.isArray, isRecord(root[0]) { return body(.none, root) }
        if isRecord(root), root["label_values"].isArray { return body(.none, root) }
        root.fields { key, value in
            if value.isArray, !(key == "data"), !(key == "entry"), isRecord(value[0]) { body(key, value) }
        }
    }

    /// Whether an object looks like a record of an export: a time, but no id.
    static func isRecord(_ node: JSONNode) -> Bool {
        guard node.isObject, !node["id"].exists else { return false }
        return node["timestamp"].kind == .integer || node["creation_timestamp"].kind == .integer
            || node["string_map_data"].isObject || node["label_values"].isArray
            || node["media"][0]["uri"].isString
    }

    /// A string as it was meant, and once only.
    static func text(_ node: JSONNode) -> [UInt8] {
        let bytes = node.string
        return Mojibake.repaired(bytes) ?? bytes.array
    }
}

/// Whose export it is, as far as a companion file says so.
struct ExportOwner {
    /// The name people read.
    var name: [UInt8] = []
    /// The account's short name.
    var handle: [UInt8] = []
    /// The profile's address.
    var address: [UInt8] = []

    /// What the profile among a document's companions says.
    init(of document: Document) {
        for companion in document.companions {
            let owner = try? JSON.read(companion.bytes) { root, _ in ExportOwner(root) }
            if let owner, !owner.name.isEmpty || !owner.handle.isEmpty {
                self = owner
                return
            }
        }
    }

    private init(_ root: JSONNode) {
        root.fields { key, value in
            guard key.hasPrefix("profile") else { return }
            let map = value[0]["string_map_data"]
            let full = value["name"].isObject ? value["name"]["full_name"] : value["name"]
            name = MetaExport.text(map.isObject ? map["Name"]["value"] : full)
            handle = MetaExport.text(map.isObject ? map["Username"]["value"] : value["username"])
            address = MetaExport.text(value["profile_uri"])
        }
    }
}

extension GraphReader {
    /// Reads a file of an export; false where the document is none.
    mutating func export(_ root: JSONNode, of network: GraphNetwork) -> Bool {
        let owner = ExportOwner(of: document)
        if root["messages"].isArray, root["participants"].isArray {
            exportThread(root, owner)
            return true
        }
        var isExport = false
        MetaExport.lists(of: root) { name, list in
            isExport = true
            var index = 0
            let records = list.isArray ? list : root
            if records.isObject { return exportRecord(records, in: name, of: network, owner, at: "/") }
            records.each { record in
                exportRecord(record, in: name, of: network, owner, at: "/\(name.string)/\(index)")
                index += 1
            }
        }
        return isExport
    }

    private mutating func exportRecord(
        _ record: JSONNode, in list: Bytes, of network: GraphNetwork, _ owner: ExportOwner, at location: String
    ) {
        beginExtra()
        if record["label_values"].isArray {
            labelledRecord(record, in: list, owner)
        } else if network == .facebook {
            facebookRecord(record, owner)
        } else {
            instagramRecord(record, in: list, owner)
        }
    }

    /// Sets the export's owner as the author.
    mutating func setAuthor(_ owner: ExportOwner, of row: inout MentionRow) {
        row.author.name = keepText(owner.name)
        row.author.handle = keepText(owner.handle)
        row.author.url = keepText(owner.address)
    }

    /// Keeps a repaired text.
    mutating func keepText(_ text: [UInt8]) -> Kept { text.withBytes { reading.keepText($0) } }

    /// Keeps a repaired string.
    mutating func keepRepaired(_ node: JSONNode) -> Kept { keepText(MetaExport.text(node)) }

    /// Gives a mention an id, as exports have none: a digest of account, time and content; and adds it.
    mutating func appendExported(_ mention: MentionRow, of node: JSONNode, by account: [UInt8]) {
        var row = mention
        if row.nativeID.isEmpty {
            var source = account
            let time = row.publishedAt.map { String($0.milliseconds) } ?? ""
            source.append(contentsOf: "\n\(row.kind)\n\(time)\n".utf8)
            for text in [row.threadID, row.title, row.text] {
                reading.withBytes(of: text) { source.append(contentsOf: $0.array) }
                source.append(0)
            }
            for index in row.media.indices {
                let media = reading.media[index]
                reading.withBytes(of: media.url.isEmpty ? media.name : media.url) {
                    source.append(contentsOf: $0.array)
                }
                source.append(0)
            }
            row.nativeID = reading.keep("export-" + Digest(of: source).hexadecimal)
        }
        append(row, of: node)
    }

    /// Adds a file of the export, which has a path, or something on the web, which has an address.
    mutating func appendExportedMedia(_ node: JSONNode, as type: MediaType? = nil) {
        let uri = MetaExport.text(node["uri"])
        guard !uri.isEmpty else { return }
        var media = MediaRow(type: type ?? GraphReader.mediaType(ofPath: uri))
        let isWeb = uri.withBytes { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
        if isWeb { media.url = keepText(uri) } else { media.name = keepText(uri) }
        media.alt = keepRepaired(node["description"])
        reading.media.append(media)
    }

    private static func mediaType(ofPath path: [UInt8]) -> MediaType {
        path.withBytes { path in
            if path.hasSuffix(".mp4") || path.hasSuffix(".mov") || path.hasSuffix(".webm") { return .video }
            if path.hasSuffix(".gif") { return .gif }
            if path.hasSuffix(".mp3") || path.hasSuffix(".m4a") || path.hasSuffix(".wav") { return .audio }
            if path.hasSuffix(".jpg") || path.hasSuffix(".jpeg") || path.hasSuffix(".png") { return .image }
            return path.hasSuffix(".webp") || path.hasSuffix(".heic") ? .image : .file
        }
    }
}
