internal import Earshot
internal import EarshotFormats

/// The posts that the owner of an archive liked: by anybody, told by id, text and address alone.
extension TwitterReader {
    /// Appends a liked post, which is told in full by whatever else brings it. X leaves out the text of posts that are
    /// gone or protected.
    mutating func readLike(_ node: JSONNode, of owner: AuthorRow, at place: String) {
        let id = reading.keepID(node["tweetId"])
        guard !id.isEmpty else { return reading.append(defect: "a like without an id", at: place) }
        let link = node["expandedUrl"].string
        let handle = TwitterReader.handle(in: link)
        var row = MentionRow(kind: .post)
        row.isPartial = true
        row.nativeID = id
        row.author.handle = reading.keep(handle)
        row.author.url = address(of: handle)
        row.canonicalURL = address(of: id, by: row.author.handle)
        row.url = link.hasPrefix("https://") || link.hasPrefix("http://") ? reading.keep(link) : row.canonicalURL
        let text = node["fullText"].string
        row.text = reading.keepText(text, escapes: .xml)
        row.truncated = TwitterReader.isCut(text)
        row.entities = TextEntities.append(from: row.text, to: &reading)
        ext.boolean("liked", true)
        ext.string("liked_by", reading.string(owner.handle))
        row.ext = takeExt()
        row.raw = raw(node)
        reading.append(row)
    }
}
