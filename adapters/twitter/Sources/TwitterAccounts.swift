internal import Earshot
internal import EarshotFormats

/// What the compliance streams say of whole accounts. X names no posts there, so the account itself is what changes:
/// one item, `user:<id>`, whose `author` is the account and whose `title` is X's own word for what happened.
extension TwitterReader {
    /// Reads an event of an account; false where the key names none.
    mutating func readAccount(_ event: Bytes, _ value: JSONNode) -> Bool {
        guard TwitterReader.isOfAccount(event), value.isObject else { return false }
        let id = accountID(value)
        guard !id.isEmpty else {
            reading.append(defect: "an account's event without an id", at: "/\(event.string)")
            return true
        }
        var row = MentionRow(kind: .post)
        row.nativeID = keep("user:", id)
        if event == "user_delete" {
            row.operation = .delete
            row.editedAt = moment(of: value)
        } else {
            row.operation = .update
            setAccount(event, value, id, &row)
        }
        reading.append(row)
        return true
    }

    /// Sets what an update says: which account, what happened to it, since when, and how far.
    private mutating func setAccount(_ event: Bytes, _ value: JSONNode, _ id: [UInt8], _ row: inout MentionRow) {
        row.url = keep("https://x.com/i/user/", id)
        row.canonicalURL = row.url
        row.author.id = id.withBytes { reading.keep($0) }
        row.author.url = row.url
        row.title = reading.keep(event)
        if event == "user_protect" { row.visibility = .followers }
        if event == "user_unprotect" { row.visibility = .public }
        row.editedAt = moment(of: value)
        ext.string("event", event)
        // Where it holds belongs to what people read: a list that grows must not pass for a repeat.
        var reach = ""
        if value["withheld_in_countries"].isArray {
            ext.node("withheld_in_countries", value["withheld_in_countries"])
            value["withheld_in_countries"].each { reach += (reach.isEmpty ? "" : ", ") + $0.string.string }
        }
        let last = [
            value["up_to_tweet_id"], value["up_to_post_id"], value["up_to_status_id_str"], value["up_to_status_id"],
        ]
        .first { $0.exists }
        if let last {
            reach = last.isString ? last.string.string : String(last.int64)
            ext.string("up_to_status_id", reach)
        }
        row.text = reading.keepText(reach)
        row.ext = takeExt()
        row.raw = raw(value)
    }

    /// The account's number, in the forms of every version.
    private func accountID(_ value: JSONNode) -> [UInt8] {
        let places = [value["user"]["id"], value["user_id_str"], value["user_id"], value["id_str"], value["id"]]
        guard let id = places.first(where: { $0.exists }) else { return [] }
        if id.isString { return Array(id.string.string.utf8) }
        return id.kind == .integer && id.int64 != unsaid ? Array(String(id.int64).utf8) : []
    }

    /// When it happened: `event_at`, or milliseconds since 1970 in older lines.
    func moment(of value: JSONNode) -> Timestamp? {
        if let moment = Times.parse(value["event_at"].string) { return moment }
        let stamp = value["timestamp_ms"]
        let milliseconds = stamp.isString ? Int64(decimal: stamp.string) : stamp.kind == .integer ? stamp.int64 : nil
        guard let milliseconds, milliseconds > 0, milliseconds < 253_402_300_800_000 else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Keeps an account's number behind what it is told by.
    mutating func keep(_ head: StaticString, _ id: [UInt8]) -> Kept {
        scratch.removeAll()
        scratch.literal(head)
        scratch.raw(id)
        return scratch.withBytes { reading.keep($0) }
    }

    private static func isOfAccount(_ event: Bytes) -> Bool {
        event == "user_delete" || event == "user_undelete" || event == "user_suspend" || event == "user_unsuspend"
            || event == "user_protect" || event == "user_unprotect" || event == "user_withheld" || event == "scrub_geo"
    }
}
