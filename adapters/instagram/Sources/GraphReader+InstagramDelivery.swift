internal import Earshot
internal import EarshotFormats

extension GraphReader {
    /// Reads a delivery about Instagram accounts; its entries come in three forms, and one delivery may mix them.
    mutating func instagramDelivery(_ root: JSONNode) {
        var index = 0
        root["entry"].each { entry in
            let place = index
            index += 1
            guard entry.isObject else {
                return reading.append(defect: "an entry that is no object", at: "/entry/\(place)")
            }
            var change = 0
            entry["changes"].each { node in
                instagramChange(node, of: entry["id"], at: "/entry/\(place)/changes/\(change)")
                change += 1
            }
            if entry["field"].isString { instagramChange(entry, of: entry["id"], at: "/entry/\(place)") }
            events(of: entry, at: "/entry/\(place)")
        }
    }

    /// Reads a change of a field that has to do with mentions; insights and reactions say nothing.
    private mutating func instagramChange(
        _ change: JSONNode, of account: JSONNode, at location: @autoclosure () -> String
    ) {
        let field = change["field"].string
        let value = change["value"]
        guard value.isObject else { return }
        if field == "comments" || field == "live_comments" {
            instagramComment(value, in: GraphThread(id: .none, visibility: .public), of: account, at: location())
        } else if field == "mentions" {
            instagramMention(value, of: account, at: location())
        } else if field == "messages" || value["message"].isObject || value["message_edit"].isObject {
            messaging(value, of: account, at: location())
        }
    }

    /// Reads `{media_id, comment_id?}`, which is all that is told of a caption or comment that names the account; the
    /// rest can be looked up.
    private mutating func instagramMention(
        _ value: JSONNode, of account: JSONNode, at location: @autoclosure () -> String
    ) {
        beginExtra()
        let media = reading.keepID(value["media_id"])
        let comment = reading.keepID(value["comment_id"])
        var row = MentionRow(kind: comment.isEmpty ? .post : .comment)
        row.nativeID = comment.isEmpty ? media : comment
        guard !row.nativeID.isEmpty else {
            return reading.append(defect: "a mention without an id", at: location())
        }
        row.visibility = .public
        row.isBare = true
        if comment.isEmpty { row.threadID = media } else { place(&row, in: media, under: .none) }
        say("field", ("mentions" as StaticString).bytes)
        let before = reading.rows.count
        append(row, of: value)
        let asker = reading.keepID(account)
        let lead = InstagramLead(
            account: asker.isEmpty ? owner : reading.string(asker), media: reading.string(media),
            comment: comment.isEmpty ? nil : reading.string(comment))
        guard reading.rows.count > before, let lead else { return }
        reading.leads.append(Lead(row: before, request: lead.text))
    }
}
