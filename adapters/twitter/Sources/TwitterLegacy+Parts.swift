internal import Earshot
internal import EarshotFormats

/// Version 1.1: accounts, entities, media and places.
extension TwitterReader {
    /// An id: the text of it where there is one, as numbers of this size do not survive every JSON writer.
    mutating func legacyID(_ node: JSONNode, _ text: StaticString, _ number: StaticString) -> Kept {
        let id = node[text]
        return id.isString && !id.string.isEmpty ? reading.keep(id.string) : reading.keepID(node[number])
    }

    /// The permanent address of a post whose id and author are kept already.
    mutating func address(of id: Kept, by handle: Kept) -> Kept {
        let name = Array(reading.string(handle).utf8)
        let number = Array(reading.string(id).utf8)
        return number.withBytes { id in name.withBytes { address(of: id, by: $0) } }
    }

    /// Reads an account of version 1.1.
    mutating func legacyAuthor(_ node: JSONNode) -> TwitterAuthor {
        var author = TwitterAuthor()
        author.row.id = legacyID(node, "id_str", "id")
        author.handle = TwitterReader.shared(node["screen_name"].string)
        author.row.handle = reading.keep(author.handle)
        author.row.url = address(of: author.handle)
        author.row.name = keepShared(node["name"].string)
        let image = node["profile_image_url_https"].string
        author.row.avatarURL = keepShared(image.isEmpty ? node["profile_image_url"].string : image)
        author.row.verified = node["verified"].boolean
        author.row.followers = TwitterReader.count(node["followers_count"])
        author.row.following = TwitterReader.count(node["friends_count"])
        author.row.posts = TwitterReader.count(node["statuses_count"])
        author.row.createdAt = Times.parse(node["created_at"].string) ?? Times.parse(node["created_timestamp"].string)
        author.isProtected = node["protected"].boolean
        author.location = keepShared(node["location"].string)
        var profile = TwitterProfile()
        node.fields { profile.take($0, $1) }
        author.profile = keep(profile)
        return author
    }

    /// Notes the entities of a text and appends the accounts it names as recipients.
    mutating func collectLegacyEntities(_ node: JSONNode, beyond prefix: TwitterEntities.Prefix = .none) -> Entries {
        entities.removeAll()
        let first = reading.recipients.count
        node["hashtags"].each { collect($0, .hashtag, name: $0["text"].string) }
        node["symbols"].each { collect($0, .cashtag, name: $0["text"].string) }
        node["user_mentions"].each { mention in
            let name = mention["screen_name"].string
            guard !name.isEmpty, !prefix.holds(mention["indices"][0].int64) else { return }
            var recipient = RecipientRow(role: .mention)
            recipient.handle = reading.keep(name)
            recipient.name = reading.keepText(mention["name"].string)
            let id = legacyID(mention, "id_str", "id")
            // Accounts that are gone are written as -1.
            if !(reading.withBytes(of: id) { $0 == "-1" }) { recipient.id = id }
            reading.recipients.append(recipient)
            collect(mention, .mention, name: name, value: recipient.handle)
        }
        node["urls"].each { url in
            let unwound = url["unwound"]["url"].string
            let expanded = url["expanded_url"].string
            let target = !unwound.isEmpty ? unwound : !expanded.isEmpty ? expanded : url["url"].string
            if !target.isEmpty { collect(url, .url, name: url["url"].string, value: reading.keep(target)) }
        }
        // Several pictures of a post share one link.
        var link: Int64?
        node["media"].each { media in
            let start = media["indices"][0].int64
            let expanded = media["expanded_url"].string
            guard start != link, !expanded.isEmpty else { return }
            link = start
            collect(media, .url, name: media["url"].string, value: reading.keep(expanded))
        }
        return Entries(from: first, to: reading.recipients.count)
    }

    private mutating func collect(_ node: JSONNode, _ type: EntityType, name: Bytes, value: Kept = .none) {
        let indices = node["indices"]
        entities.add(type, from: indices[0].int64, to: indices[1].int64, name: name, value: value)
    }

    /// Appends the media of a post or a message: a list, or one alone.
    mutating func legacyMedia(_ node: JSONNode) -> Entries {
        let first = reading.media.count
        if node.isObject { reading.media.append(legacyMediaRow(node)) }
        node.each { reading.media.append(legacyMediaRow($0)) }
        return Entries(from: first, to: reading.media.count)
    }

    private mutating func legacyMediaRow(_ node: JSONNode) -> MediaRow {
        var row = MediaRow(type: TwitterReader.mediaType(node["type"].string))
        let secure = node["media_url_https"].string
        let image = reading.keep(secure.isEmpty ? node["media_url"].string : secure)
        row.alt = reading.keepText(node["ext_alt_text"].string)
        let large = node["sizes"]["large"]
        let original = node["original_info"]
        row.width = original.isObject ? original["width"].int64 : large["w"].int64
        row.height = original.isObject ? original["height"].int64 : large["h"].int64
        let video = node["video_info"]
        if video.isObject {
            setVariant(&row, video["variants"], rate: "bitrate")
            row.duration = video["duration_millis"].double.map { $0 / 1000 }
        }
        if row.url.isEmpty { row.url = image } else { row.previewURL = image }
        return row
    }

    /// Where a post was made, or else where its author says they are.
    mutating func legacyPlace(_ node: JSONNode, _ author: TwitterAuthor) -> PlaceRow {
        var place = PlaceRow()
        let point = node["coordinates"]["coordinates"]
        (place.longitude, place.latitude) = (point[0].double, point[1].double)
        if place.latitude == nil {
            // The older field has the other order.
            let older = node["geo"]["coordinates"]
            (place.latitude, place.longitude) = (older[0].double, older[1].double)
        }
        let named = node["place"]
        place.name = reading.keepText(named["full_name"].string)
        place.country = reading.keep(named["country_code"].string)
        if place.isEmpty, !author.location.isEmpty {
            place.name = author.location
            place.owner = .author
        }
        return place
    }
}
