internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Who wrote something: `{id, name, username, picture, category …}`, any of which may be missing.
    mutating func author(_ from: JSONNode) -> AuthorRow {
        var author = AuthorRow()
        from.fields { key, value in
            switch key.count {
            case 2 where key == "id": author.id = reading.keepID(value)
            case 4 where key == "name": author.name = reading.keepText(value)
            case 4 where key == "link": author.url = reading.keep(value)
            case 5 where key == "email": author.address = reading.keep(value)
            case 7 where key == "picture":
                author.avatarURL = reading.keep(value.isObject ? value["data"]["url"] : value)
            case 8 where key == "username": author.handle = reading.keep(value)
            case 8 where key == "category": author.kind = value.exists ? .organization : nil
            default: break
            }
        }
        return author
    }

    /// Adds somebody to the recipients, where anything is known of them.
    mutating func appendRecipient(_ node: JSONNode, as role: RecipientRole) {
        var recipient = RecipientRow(role: role)
        recipient.id = reading.keepID(node["id"])
        recipient.handle = reading.keep(node["username"])
        recipient.name = reading.keepText(node["name"])
        recipient.address = reading.keep(node["email"])
        if recipient.id.isEmpty, recipient.handle.isEmpty, recipient.name.isEmpty { return }
        reading.recipients.append(recipient)
    }

    /// A place with its coordinates, in the shape of posts: `{name, location {latitude, longitude, country}}`.
    mutating func readPlace(_ place: JSONNode, into row: inout MentionRow) {
        guard place.isObject else { return }
        let location = place["location"]
        row.place.name = reading.keepText(place["name"])
        row.place.country = reading.keep(location["country"].isString ? location["country"] : place["country"])
        let latitude = location["latitude"].exists ? location["latitude"] : place["latitude"]
        let longitude = location["longitude"].exists ? location["longitude"] : place["longitude"]
        readCoordinates(latitude, longitude, into: &row)
    }

    /// Degrees north and east, where they are within what degrees can be.
    mutating func readCoordinates(_ latitude: JSONNode, _ longitude: JSONNode, into row: inout MentionRow) {
        guard let north = latitude.double, let east = longitude.double, abs(north) <= 90, abs(east) <= 180 else {
            return
        }
        row.place.latitude = north
        row.place.longitude = east
    }
}
