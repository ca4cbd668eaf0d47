internal import Earshot
internal import EarshotFormats

/// v2: what a post says and mention v1 has no field for.
extension TwitterReader {
    /// Writes `ext.twitter` under X's own names.
    mutating func writeExt(_ post: TwitterPost, by author: TwitterAuthor, rules: JSONNode, to row: inout MentionRow) {
        if post.history[1].exists { ext.node("edit_history", post.history) }
        if post.editControls.isObject { ext.node("edit_controls", post.editControls) }
        if row.kind == .repost, row.refs.isEmpty, let repeated = TwitterRepostText.parse(post.text) {
            ext.string("retweeted_screen_name", repeated.handle)
        }
        ext.string("source", post.source)
        ext.boolean("possibly_sensitive", post.isSensitive)
        // Everybody may reply to nearly every post.
        if !(post.replySettings == "everyone") { ext.string("reply_settings", post.replySettings) }
        ext.string("community_id", post.community)
        ext.node("withheld", post.withheld)
        ext.node("context_annotations", post.annotations)
        ext.node("annotations", post.entities["annotations"])
        writeLinks(post)
        writePolls(post)
        writeAttachments(post)
        writePlace(post)
        ext.node("scopes", post.scopes)
        ext.node("non_public_metrics", post.ownMetrics)
        ext.node("organic_metrics", post.organicMetrics)
        ext.node("promoted_metrics", post.promotedMetrics)
        ext.node("matching_rules", rules)
        writeProfile(of: author)
        row.ext = takeExt()
    }

    /// The linked pages as X describes them.
    private mutating func writeLinks(_ post: TwitterPost) {
        let urls = post.entities["urls"]
        var isDescribed = false
        urls.each { isDescribed = isDescribed || $0["title"].isString }
        guard isDescribed else { return }
        ext.member("urls") { output in
            output.byte(UInt8(ascii: "["))
            var isFirst = true
            urls.each { url in
                guard url["title"].isString else { return }
                if !isFirst { output.byte(UInt8(ascii: ",")) }
                isFirst = false
                TwitterReader.writeLink(url, to: &output)
            }
            output.byte(UInt8(ascii: "]"))
        }
    }

    private static func writeLink(_ url: JSONNode, to output: inout Output) {
        output.literal("{\"url\":")
        output.string(url["url"].string)
        url.fields { key, value in
            switch key.count {
            case 5 where key == "title": output.literal(",\"title\":")
            case 6 where key == "images" || key == "status":
                output.literal(key == "images" ? ",\"images\":" : ",\"status\":")
            case 11 where key == "description": output.literal(",\"description\":")
            default: return
            }
            value.write(to: &output)
        }
        output.byte(UInt8(ascii: "}"))
    }

    private mutating func writePolls(_ post: TwitterPost) {
        guard post.attachments.isObject, includes.polls.table.count > 0 else { return }
        let poll = includes.polls.json(post.attachments["poll_ids"][0].string, in: &reading)
        guard !poll.isEmpty else { return }
        reading.withBytes(of: poll) { poll in
            ext.member("polls") { output in
                output.byte(UInt8(ascii: "["))
                output.raw(poll)
                output.byte(UInt8(ascii: "]"))
            }
        }
    }

    /// What is attached, as it is named, where the page does not have all of it.
    private mutating func writeAttachments(_ post: TwitterPost) {
        guard post.attachments.isObject else { return }
        var isThere =
            !post.attachments["media_source_tweet_id"].exists && !post.attachments["media_source_post_id"].exists
        post.attachments["media_keys"].each { isThere = isThere && includes.media.position(of: $0.string) != nil }
        post.attachments["poll_ids"].each {
            isThere = isThere && !includes.polls.json($0.string, in: &reading).isEmpty
        }
        if !isThere { ext.node("attachments", post.attachments) }
    }

    private mutating func writePlace(_ post: TwitterPost) {
        guard post.geo.isObject else { return }
        let place = includes.places.json(post.geo["place_id"].string, in: &reading)
        guard !place.isEmpty else { return ext.node("geo", post.geo) }
        reading.withBytes(of: place) { ext.json("place", $0) }
    }
}
