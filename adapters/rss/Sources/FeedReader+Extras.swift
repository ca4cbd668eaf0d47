internal import Earshot
internal import EarshotFormats

extension FeedReader {
    /// `ext.web`: what an entry says that no field of a mention holds.
    func extras(
        of entry: Int, _ row: MentionRow, _ key: FeedKey, _ texts: FeedTexts, _ links: FeedLinks, _ people: FeedPeople,
        _ categories: [FeedCategory]
    ) -> JSONFields {
        var fields = JSONFields()
        fields.text("guid", key.guid)
        fields.array("feed", feedFields)
        fields.text("comments_url", commentsAddress(entry, links))
        fields.text("comments_feed_url", commentsFeed(entry, links))
        fields.text("comment_api_url", view.address(of: .wfwComment, in: entry))
        fields.text("original_url", links.original)
        fields.text("summary", texts.summary)
        writePeople(people, &fields)
        if categories.contains(where: { !$0.scheme.isEmpty || !$0.label.isEmpty }) { view.write(categories, &fields) }
        fields.text("rights", view.rights(of: entry))
        fields.text("license", view.license(of: entry, links))
        fields.timestamp("created", view.moment([.created], in: entry))
        if row.editedAt == nil { fields.timestamp("updated", view.moment([.updated], in: entry)) }
        fields.timestamp("expires", view.moment([.expired], in: entry))
        writeSource(entry, &fields)
        view.writeReply(entry, &fields)
        view.writeLinks(links, isFeed: false, &fields)
        if let shape = view.shape(in: entry), !shape.isPlace || shape.points[0].count > 2 {
            Array(shape.json.utf8).withBytes { fields.json("geometry", $0) }
        }
        view.writeGenerator(entry, &fields)
        writePodcast(entry, &fields)
        view.writeMedia(entry, &fields)
        fields.string("slash:section", view.text(of: .slashSection, in: entry))
        fields.string("slash:department", view.text(of: .slashDepartment, in: entry))
        view.writeOthers(entry, &fields)
        return fields
    }

    private func commentsAddress(_ entry: Int, _ links: FeedLinks) -> [UInt8] {
        let said = view.address(of: .comments, in: entry)
        return said.isEmpty ? links.all.first { $0.rel == "replies" && !isFeed($0) }?.target ?? [] : said
    }

    private func commentsFeed(_ entry: Int, _ links: FeedLinks) -> [UInt8] {
        let said = view.address(of: .wfwCommentRSS, in: entry)
        return said.isEmpty ? links.all.first { $0.rel == "replies" && isFeed($0) }?.target ?? [] : said
    }

    /// Whether answers are linked as a feed, and not as a page (RFC 4685, section 4).
    private func isFeed(_ link: FeedLinks.Link) -> Bool {
        let type = view.attribute("type", of: link.node)
        return type.hasPrefix("application/atom+xml") || type.hasPrefix("application/rss+xml")
    }

    private func writePeople(_ people: FeedPeople, _ fields: inout JSONFields) {
        if people.authors.count > 1 { fields.array("authors", view.list(people.authors)) }
        fields.array("contributors", view.list(people.contributors))
        fields.array("publishers", view.list(people.publishers))
    }

    /// The feed that an entry was first in.
    private func writeSource(_ entry: Int, _ fields: inout JSONFields) {
        guard let source = view.first(.source, in: entry) else { return }
        let hasParts = Int(view.tree.nodes[source].end) > source + 1
        let inner = hasParts ? view.fields(of: Feed(source: source)) : []
        fields.object("source") { fields in
            fields.text("url", view.resolved(view.attribute("url", of: source), at: source))
            if !hasParts { fields.string("title", view.text(source)) }
        }
        if hasParts { fields.array("source", inner) }
    }

    /// What podcasts say of an episode.
    private func writePodcast(_ entry: Int, _ fields: inout JSONFields) {
        fields.string("itunes_duration", view.text(of: .itunesDuration, in: entry))
        view.writeFlags(entry, &fields)
        fields.string("itunes_season", view.either(.itunesSeason, .podcastSeason, in: entry))
        fields.string("itunes_episode", view.either(.itunesEpisode, .podcastEpisode, in: entry))
        fields.string("itunes_episode_type", view.text(of: .itunesEpisodeType, in: entry))
        fields.text("itunes_subtitle", view.plain(of: .itunesSubtitle, in: entry))
        fields.array("transcripts", view.elements(.podcastTranscript, in: entry, text: nil))
        fields.array("persons", view.elements(.podcastPerson, in: entry, text: "name"))
        fields.array("soundbites", view.elements(.podcastSoundbite, in: entry, text: "title"))
        fields.array("podcast_chapters", view.elements(.podcastChapters, in: entry, text: nil))
        if let chapters = view.first(.chapters, in: entry) {
            fields.object("chapters") { fields in
                fields.string("version", view.attribute("version", of: chapters))
                fields.array("chapters", view.elements(.chapter, in: chapters, text: nil))
            }
        }
    }
}

extension FeedView {
    /// What Media RSS says beside the media themselves.
    func writeMedia(_ entry: Int, _ fields: inout JSONFields) {
        let places = [entry] + containers(of: entry)
        guard places.contains(where: { hasMediaDetails(in: $0) }) else { return }
        func first(_ name: FeedName, _ text: StaticString?) -> [UInt8] {
            for place in places {
                let found = elements(name, in: place, text: text)
                if !found.isEmpty { return found }
            }
            return []
        }
        fields.array("media_credits", first(.mediaCredit, "name"))
        fields.array("media_ratings", first(.mediaRating, "rating"))
        fields.array("media_restrictions", first(.mediaRestriction, "value"))
        fields.array("media_licenses", first(.mediaLicense, "name"))
        fields.array("media_players", first(.mediaPlayer, nil))
        fields.array("media_copyrights", first(.mediaCopyright, "text"))
        fields.array(
            "media_star_ratings",
            places.lazy.compactMap { self.first(.mediaCommunity, in: $0) }
                .map { self.elements(.mediaStarRating, in: $0, text: nil) }.first ?? [])
        fields.array("media_texts", first(.mediaText, "text"))
        let thumbnails = first(.mediaThumbnail, nil)
        if thumbnails.count(where: { $0 == UInt8(ascii: "{") }) > 1 { fields.array("media_thumbnails", thumbnails) }
        if places.contains(where: { hasDetails(.mediaContent, in: $0) }) {
            fields.array("media_contents", first(.mediaContent, nil))
        }
    }

    private func hasMediaDetails(in place: Int) -> Bool {
        var isFound = false
        each(in: place) { child in
            switch name(child) {
            case .mediaCredit, .mediaRating, .mediaRestriction, .mediaLicense, .mediaPlayer, .mediaCopyright,
                .mediaText,
                .mediaCommunity, .mediaThumbnail, .mediaContent:
                isFound = true
            default: break
            }
        }
        return isFound
    }

    /// An element's rights as plain text.
    func rights(of node: Int) -> [UInt8] { plain(of: .rights, in: node) }

    /// The text of the first of two elements that says something.
    func either(_ one: FeedName, _ other: FeedName, in node: Int) -> Bytes {
        let text = text(of: one, in: node)
        return text.isEmpty ? self.text(of: other, in: node) : text
    }

    /// Every child of a name as an array of its attributes and, under a name of its own, its text.
    func elements(_ name: FeedName, in node: Int, text key: StaticString?) -> [UInt8] {
        var found: [Int] = []
        guard mayHave(name.bit, in: node) else { return [] }
        each(in: node) { if self.name($0) == name, found.count < 1000 { found.append($0) } }
        return list(found) { child, fields in
            if let key { fields.string(key, text(child)) }
            writeAttributes(of: child, &fields)
        }
    }

    /// Names that `ext.web` gives a meaning of its own.
    static let reserved: Set<String> = [
        "guid", "feed", "comments_url", "comments_feed_url", "comment_api_url", "original_url", "summary", "authors",
        "contributors", "publishers", "categories", "rights", "license", "created", "updated", "expires", "source",
        "in_reply_to", "links", "geometry", "generator", "transcripts", "persons", "soundbites", "chapters",
        "media_contents", "slash:section", "slash:department",
    ]
}
