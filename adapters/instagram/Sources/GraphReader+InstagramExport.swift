internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads a record of an Instagram export: a comment, a post with its media, or a story.
    mutating func instagramRecord(_ record: JSONNode, in list: Bytes, _ owner: ExportOwner) {
        if record["string_map_data"].isObject {
            exportedComment(record, owner)
        } else {
            exportedMedia(record, in: list, owner)
        }
    }

    /// One picture has caption and time itself, several have them on the record around them.
    private mutating func exportedMedia(_ record: JSONNode, in list: Bytes, _ owner: ExportOwner) {
        let first = record["media"].isArray ? record["media"][0] : record
        var row = MentionRow(kind: .post)
        let time = record["creation_timestamp"]
        row.publishedAt = (time.exists ? time : first["creation_timestamp"]).moment
        setAuthor(owner, of: &row)
        let title = MetaExport.text(record["title"])
        keepCaption(title.isEmpty ? MetaExport.text(first["title"]) : title, into: &row)
        let start = reading.media.count
        if record["media"].isArray {
            record["media"].each { appendExportedMedia($0) }
        } else {
            appendExportedMedia(record)
        }
        row.media = Entries(from: start, to: reading.media.count)
        say(("cross_post_source" as StaticString).bytes, first["cross_post_source"]["source_app"])
        if list == "ig_stories" { say("media_product_type", ("STORY" as StaticString).bytes) }
        if row.text.isEmpty, row.media.isEmpty { return beginExtra() }
        appendExported(row, of: record, by: owner.handle)
    }

    /// Keys are in the owner's language: the entry with a time is the time, the first text the comment.
    private mutating func exportedComment(_ record: JSONNode, _ owner: ExportOwner) {
        var row = MentionRow(kind: .comment)
        var words: [UInt8] = []
        var mediaOwner: [UInt8] = []
        record["string_map_data"].fields { key, entry in
            let value = MetaExport.text(entry["value"])
            if entry["timestamp"].kind == .integer, let time = entry["timestamp"].moment {
                row.publishedAt = time
            } else if key == "Media Owner" {
                mediaOwner = value
            } else if words.isEmpty {
                words = value
            } else if mediaOwner.isEmpty {
                mediaOwner = value
            }
        }
        guard !words.isEmpty, row.publishedAt != nil else { return beginExtra() }
        setAuthor(owner, of: &row)
        keepCaption(words, into: &row)
        let start = reading.media.count
        record["media_list_data"].each { appendExportedMedia($0) }
        row.media = Entries(from: start, to: reading.media.count)
        mediaOwner.withBytes { say("media_owner", $0) }
        appendExported(row, of: record, by: owner.handle)
    }

    private mutating func keepCaption(_ text: [UInt8], into row: inout MentionRow) {
        text.withBytes { keepCaption($0, into: &row) }
    }
}
