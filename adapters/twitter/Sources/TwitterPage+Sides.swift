internal import Earshot
internal import EarshotFormats

/// v2: what stands in the side tables of a page.
extension TwitterReader {
    /// The author of a post: the included account, or what the post alone says.
    mutating func author(_ post: TwitterPost) -> TwitterAuthor {
        if let author = knownAuthor(post.authorID) { return author }
        var author = TwitterAuthor()
        author.row.id = reading.keep(post.authorID)
        author.row.handle = reading.keep(post.username)
        author.row.url = address(of: post.username)
        author.handle = post.username
        return author
    }

    /// The included account with an id, read once.
    mutating func knownAuthor(_ id: Bytes) -> TwitterAuthor? {
        guard let position = includes.users.position(of: id) else { return nil }
        if let known = includes.authors[position] { return known }
        let author = author(includes.users.nodes[position])
        includes.authors[position] = author
        return author
    }

    /// Reads a v2 account, or one beside the events of version 1.1, which is written as that version writes it.
    mutating func author(_ node: JSONNode) -> TwitterAuthor {
        var author = TwitterAuthor()
        var profile = TwitterProfile()
        var isLegacy = false
        node.fields { key, value in
            profile.take(key, value)
            switch key.count {
            case 2: if key == "id" { author.row.id = keepShared(value.string) }
            case 4: if key == "name" { author.row.name = keepShared(value.string) }
            case 8:
                if key == "username" {
                    author.handle = TwitterReader.shared(value.string)
                } else if key == "verified" {
                    author.row.verified = value.boolean
                } else if key == "location" {
                    author.location = keepShared(value.string)
                }
            case 9: if key == "protected" { author.isProtected = value.boolean }
            case 10: if key == "created_at" { author.row.createdAt = Times.parse(value.string) }
            case 11:
                if key == "affiliation" {
                    if value["description"].string == "Automated" { author.row.kind = .bot }
                } else if key == "screen_name" {
                    isLegacy = true
                }
            case 13: if key == "verified_type" { TwitterReader.setKind(&author.row, value.string) }
            case 14:
                if key == "public_metrics" {
                    TwitterReader.setCounts(&author.row, value)
                } else if key == "pinned_post_id" {
                    author.pinned = value.string
                }
            case 15: if key == "pinned_tweet_id" { author.pinned = value.string }
            case 17: if key == "profile_image_url" { author.row.avatarURL = keepShared(value.string) }
            default: break
            }
        }
        if isLegacy { return legacyAuthor(node) }
        author.row.handle = reading.keep(author.handle)
        author.row.url = address(of: author.handle)
        author.profile = keep(profile)
        return author
    }

    /// What an account says of itself and mention v1 has no field for, kept once for all of its posts.
    mutating func keep(_ profile: TwitterProfile) -> Kept {
        var fields = JSONFields()
        fields.string("description", TwitterReader.shared(profile.description))
        let link = profile.entities?["url"]["urls"][0]["expanded_url"].string ?? .none
        fields.string("url", TwitterReader.shared(link.isEmpty ? profile.url : link))
        if !(profile.verifiedType == "none") {
            fields.string("verified_type", TwitterReader.shared(profile.verifiedType))
        }
        return fields.isEmpty ? .none : reading.keep(fields)
    }

    /// Writes `ext.twitter.author`.
    mutating func writeProfile(of author: TwitterAuthor) {
        guard !author.profile.isEmpty else { return }
        reading.withBytes(of: author.profile) { ext.json("author", $0) }
    }

    private static func setKind(_ author: inout AuthorRow, _ type: Bytes) {
        if type == "business" || type == "government" { author.kind = .organization }
    }

    private static func setCounts(_ author: inout AuthorRow, _ metrics: JSONNode) {
        metrics.fields { key, value in
            switch key.count {
            case 10: if key == "post_count" { author.posts = value.int64 }
            case 11: if key == "tweet_count" { author.posts = value.int64 }
            case 15:
                if key == "followers_count" {
                    author.followers = value.int64
                } else if key == "following_count" {
                    author.following = value.int64
                }
            default: break
            }
        }
    }

    /// Appends the included media of a post.
    mutating func media(of post: TwitterPost) -> Entries {
        guard post.attachments.isObject, includes.media.count > 0 else { return .none }
        return media(under: post.attachments["media_keys"])
    }

    /// Appends the included media with some keys.
    mutating func media(under keys: JSONNode) -> Entries {
        let first = reading.media.count
        keys.each { key in
            guard let position = includes.media.position(of: key.string) else { return }
            let row = includes.mediaRows[position] ?? mediaRow(includes.media.nodes[position])
            includes.mediaRows[position] = row
            reading.media.append(row)
        }
        return Entries(from: first, to: reading.media.count)
    }

    private mutating func mediaRow(_ node: JSONNode) -> MediaRow {
        var row = MediaRow(type: .file)
        node.fields { key, value in
            switch key.count {
            case 3: if key == "url" { row.url = keepShared(value.string) }
            case 4: if key == "type" { row.type = TwitterReader.mediaType(value.string) }
            case 5: if key == "width" { row.width = value.int64 }
            case 6: if key == "height" { row.height = value.int64 }
            case 8:
                if key == "alt_text" {
                    row.alt = value.string.count > TwitterReader.longestAlt ? .none : reading.keepText(value.string)
                } else if key == "variants" {
                    setVariant(&row, value, rate: "bit_rate")
                }
            case 11: if key == "duration_ms" { row.duration = value.double.map { $0 / 1000 } }
            case 17: if key == "preview_image_url" { row.previewURL = keepShared(value.string) }
            default: break
            }
        }
        return row
    }

    /// Takes the best file of a video: the highest rate, as the playlist among them says none.
    mutating func setVariant(_ row: inout MediaRow, _ variants: JSONNode, rate key: StaticString) {
        var best: JSONNode?
        var highest = Int64(-1)
        variants.each { variant in
            let rate = variant[key].int64
            if best == nil || rate > highest {
                best = variant
                highest = rate
            }
        }
        guard let best else { return }
        row.url = keepShared(best["url"].string)
        row.mime = keepShared(best["content_type"].string)
    }

    static func mediaType(_ type: Bytes) -> MediaType {
        if type == "photo" { return .image }
        if type == "video" { return .video }
        return type == "animated_gif" ? .gif : .file
    }

    /// Where a post was made, or else where its author says they are.
    mutating func place(of post: TwitterPost, _ author: TwitterAuthor) -> PlaceRow {
        var place = PlaceRow()
        if post.geo.isObject {
            let point = post.geo["coordinates"]["coordinates"]
            (place.longitude, place.latitude) = (point[0].double, point[1].double)
            if let node = includes.places.table[post.geo["place_id"].string] {
                let name = node["full_name"]
                place.name = keepShared(name.isString ? name.string : node["name"].string)
                place.country = keepShared(node["country_code"].string)
            }
        }
        if place.isEmpty, !author.location.isEmpty {
            place.name = author.location
            place.owner = .author
        }
        return place
    }
}
