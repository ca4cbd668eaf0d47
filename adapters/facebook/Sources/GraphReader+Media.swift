internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads what is attached to a post, in the current spelling or in the ones before.
    mutating func readMedia(of post: FacebookPost, as shape: FacebookShape, into row: inout MentionRow) {
        let start = reading.media.count
        switch shape {
        case .photo: appendPhoto(post)
        case .video: appendVideo(post)
        default:
            post.attachments["data"].each { appendAttachment($0, depth: 0) }
            if reading.media.count == start { appendLegacyAttachment(of: post) }
        }
        row.media = Entries(from: start, to: reading.media.count)
    }

    /// Adds a photo by its largest picture.
    private mutating func appendPhoto(_ post: FacebookPost) {
        var best = post.images[0]
        post.images.each { image in if image["width"].int64 > best["width"].int64 { best = image } }
        var media = MediaRow(type: .image)
        let source = best["source"].isString ? best["source"] : post.source.isString ? post.source : post.picture
        media.url = keepAddress(source.string)
        media.width = best["width"].exists ? best["width"].int64 : post.width.int64
        media.height = best["height"].exists ? best["height"].int64 : post.height.int64
        media.alt = reading.keepText(post.alt)
        if !media.url.isEmpty { reading.media.append(media) }
    }

    private mutating func appendVideo(_ post: FacebookPost) {
        var media = MediaRow(type: .video)
        media.url = keepAddress(post.source.string)
        media.previewURL = keepAddress(post.picture.string)
        media.duration = post.length.double
        var widest = unsaid
        post.format.each { format in
            guard format["width"].int64 > widest else { return }
            widest = format["width"].int64
            media.width = widest
            media.height = format["height"].int64
            if media.previewURL.isEmpty { media.previewURL = keepAddress(format["picture"].string) }
        }
        if media.previewURL.isEmpty { media.previewURL = keepAddress(GraphReader.thumbnail(of: post).string) }
        if !media.url.isEmpty || !media.previewURL.isEmpty { reading.media.append(media) }
    }

    /// The thumbnail that the author chose, else the first.
    private static func thumbnail(of post: FacebookPost) -> JSONNode {
        let list = post.thumbnails["data"]
        var chosen = list[0]
        list.each { thumbnail in if thumbnail["is_preferred"].boolean == true { chosen = thumbnail } }
        return chosen["uri"]
    }

    /// Adds an attachment, or the parts of an album in its place.
    mutating func appendAttachment(_ node: JSONNode, depth: Int) {
        let parts = node["subattachments"]["data"]
        if parts[0].isObject, depth < 4 { return parts.each { appendAttachment($0, depth: depth + 1) } }
        var attachment = FacebookAttachment(node.absent)
        node.fields { key, value in attachment.take(key, value) }
        let image = attachment.media["image"]
        var media = MediaRow(type: attachment.mediaType)
        switch media.type {
        case .link, .file:
            let url = attachment.unshimmed.isString ? attachment.unshimmed : attachment.url
            media.url = keepAddress(url.isString ? url.string : attachment.target["url"].string)
            media.previewURL = keepAddress(image["src"].string)
        case .image:
            media.url = keepAddress(image["src"].isString ? image["src"].string : attachment.url.string)
            media.width = image["width"].int64
            media.height = image["height"].int64
        default:
            let source = attachment.media["source"]
            media.url = keepAddress(source.isString ? source.string : attachment.url.string)
            media.previewURL = keepAddress(image["src"].string)
            media.width = image["width"].int64
            media.height = image["height"].int64
        }
        media.name = reading.keepText(attachment.title)
        media.alt = reading.keepText(attachment.description)
        if media.url.isEmpty, media.previewURL.isEmpty, media.name.isEmpty { return }
        reading.media.append(media)
        if media.type == .image { appendTarget(of: attachment) }
    }

    /// Adds the page that a picture leads to, where it leads away from Facebook.
    private mutating func appendTarget(of attachment: FacebookAttachment) {
        let address = attachment.unshimmed.isString ? attachment.unshimmed.string : attachment.url.string
        guard let target = GraphAddress.unwrapped(address) else { return }
        var media = MediaRow(type: .link)
        media.url = target.withBytes { reading.keep($0) }
        reading.media.append(media)
    }

    /// Adds what posts said of their attachment before there were attachments.
    private mutating func appendLegacyAttachment(of post: FacebookPost) {
        post.children.each { child in
            appendLink(
                child["link"], named: child["name"], described: child["description"], picture: child["picture"])
        }
        if post.children[0].isObject { return }
        let picture = post.fullPicture.isString ? post.fullPicture : post.picture
        if post.type.string == "video", post.source.isString {
            var media = MediaRow(type: .video)
            media.url = keepAddress(post.source.string)
            media.previewURL = keepAddress(picture.string)
            media.name = reading.keepText(post.name)
            reading.media.append(media)
        } else if post.link.isString, !(post.type.string == "photo") {
            appendLink(post.link, named: post.name, described: post.description, picture: picture)
        } else if picture.isString {
            var media = MediaRow(type: .image)
            media.url = keepAddress(picture.string)
            reading.media.append(media)
        }
    }

    /// Adds a link with its card.
    mutating func appendLink(
        _ link: JSONNode, named name: JSONNode, described description: JSONNode, picture: JSONNode
    ) {
        guard !link.string.isEmpty else { return }
        var media = MediaRow(type: .link)
        media.url = keepAddress(link.string)
        media.previewURL = keepAddress(picture.string)
        media.name = reading.keepText(name)
        media.alt = reading.keepText(description)
        reading.media.append(media)
    }

    /// Adds a picture, film or file of which only the address is known.
    mutating func appendMedia(_ type: MediaType, at address: Bytes) {
        guard !address.isEmpty else { return }
        var media = MediaRow(type: type)
        media.url = keepAddress(address)
        reading.media.append(media)
    }
}

/// The fields of a `StoryAttachment`.
private struct FacebookAttachment {
    var type, mediaKind, title, description, url, unshimmed, target, media: JSONNode

    init(_ absent: JSONNode) {
        (type, mediaKind, title, description) = (absent, absent, absent, absent)
        (url, unshimmed, target, media) = (absent, absent, absent, absent)
    }

    mutating func take(_ key: Bytes, _ value: JSONNode) {
        switch key.count {
        case 3 where key == "url": url = value
        case 4 where key == "type": type = value
        case 5 where key == "title": title = value
        case 5 where key == "media": media = value
        case 6 where key == "target": target = value
        case 10 where key == "media_type": mediaKind = value
        case 11 where key == "description": description = value
        case 13 where key == "unshimmed_url": unshimmed = value
        default: break
        }
    }

    /// What sort of media it is, by `media_type` where there is one, else by the many words of `type`.
    var mediaType: MediaType {
        let kind = mediaKind.string.isEmpty ? type.string : mediaKind.string
        if kind == "link" || kind == "share" || kind == "event" || kind == "fallback" { return .link }
        if kind.hasPrefix("animated_image") { return .gif }
        if kind.hasPrefix("video") || media["source"].isString { return .video }
        if kind == "file_upload" { return .file }
        if kind == "photo" || kind == "album" || kind == "new_album" || kind == "sticker" || kind.hasSuffix("photo") {
            return .image
        }
        if kind.hasSuffix("_media") { return .image }
        return url.isString || unshimmed.isString || target["url"].isString ? .link : .image
    }
}
