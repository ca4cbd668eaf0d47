internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads a rating or recommendation of a page, or the Open Graph story that stands for one.
    mutating func review(_ node: JSONNode, at location: @autoclosure () -> String) {
        let story = node["open_graph_story"].isObject ? node["open_graph_story"] : node
        let said = story["data"]
        beginExtra()
        var row = MentionRow(kind: .review)
        row.publishedAt = (node["created_time"].exists ? node["created_time"] : story["start_time"]).moment
        row.author = author(node["reviewer"].isObject ? node["reviewer"] : story["from"])
        keepMessage(GraphReader.text(of: node, story), tags: node.absent, into: &row)
        row.nativeID = reading.keepID(story["id"])
        if row.nativeID.isEmpty { row.nativeID = reviewID(of: row) }
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a review without an id, a reviewer, words or a time", at: location())
        }
        row.threadID = row.nativeID
        row.visibility = .public
        row.metrics.rating = GraphReader.rating(node["rating"], said["rating"])
        row.metrics.likes = GraphCount.of(story["likes"])
        row.metrics.replies = GraphCount.of(story["comments"])
        if said["language"].isString {
            row.language.tag = reading.keep(said["language"])
        }
        readPlace(reviewed: said, into: &row)
        sayReview(node, said)
        append(row, of: node)
        comments(story["comments"], of: GraphThread(id: row.nativeID, visibility: .public))
    }

    /// The share of the scale's top: `{value, scale}` where the scale is said, else stars of Facebook's five.
    static func rating(_ stars: JSONNode, _ scaled: JSONNode) -> Double? {
        let value = scaled["value"].double ?? stars.double
        let top = scaled["scale"].double ?? 5
        guard let value, top > 0, value >= 0, value <= top else { return nil }
        return value / top
    }

    /// What the reviewer wrote, wherever the version put it.
    private static func text(of node: JSONNode, _ story: JSONNode) -> JSONNode {
        if node["review_text"].isString { return node["review_text"] }
        let said = story["data"]["review_text"]
        return said.isString ? said : story["message"]
    }

    /// An id for a review without a story, which has none: a digest of who wrote it and when, or of what and when.
    private mutating func reviewID(of row: MentionRow) -> Kept {
        guard let time = row.publishedAt, !row.author.id.isEmpty || !row.text.isEmpty else { return .none }
        let said = row.author.id.isEmpty ? "\n" + reading.string(row.text) : reading.string(row.author.id)
        let source = "\(said)\n\(time)"
        return reading.keep("review-" + Digest(of: Array(source.utf8)).hexadecimal)
    }

    /// Whom it is about, which is a page and no mention: a reference with its address.
    private mutating func readPlace(reviewed said: JSONNode, into row: inout MentionRow) {
        let place = said["seller"].isObject ? said["seller"] : said["generic_place"]
        var ref = RefRow(.attachedTo, to: reading.keepID(place["id"]))
        guard !ref.id.isEmpty else { return }
        ref.url = reading.keep(place["url"])
        row.refs = Entries(from: reading.refs.count, to: reading.refs.count + 1)
        reading.refs.append(ref)
    }

    private mutating func sayReview(_ node: JSONNode, _ said: JSONNode) {
        let type = node["recommendation_type"].isString ? node["recommendation_type"] : said["recommendation_type"]
        say(("recommendation_type" as StaticString).bytes, type)
        say(("has_rating" as StaticString).bytes, node["has_rating"])
        say(("has_review" as StaticString).bytes, node["has_review"])
        say(("is_hidden" as StaticString).bytes, said["is_hidden"])
        say(("is_draft" as StaticString).bytes, said["is_draft"])
    }
}
