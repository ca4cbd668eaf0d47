internal import Earshot
internal import Foundation

/// What a status from 200 to 299 is about.
package enum HTTPReplyForm: String, Decodable, Sendable, CaseIterable {
    /// The whole batch was taken.
    case batch
    /// What the body says of each mention: `{"items": [{"id": "…", "status": 201, "error": "…"}]}`.
    case items
}

/// What a reply says of one mention.
private struct ItemReply: Decodable {
    var id: String
    var status: Int
    var error: String?
}

/// A reply that tells mention by mention.
private struct ItemReplies: Decodable {
    var items: [ItemReply]
}

/// What is read of a mention to know it in a reply.
private struct NamedMention: Decodable {
    var id: String
}

extension HTTPReply {
    /// Returns where every mention was taken, and throws what became of the others: one that is not named is pending.
    func accept(each batch: Batch) throws(DeliveryFailure) {
        guard let replies = try? JSONDecoder().decode(ItemReplies.self, from: Data(response.body)) else {
            throw .transient(reason: "the reply does not tell of each item", retryAfter: retryAfter)
        }
        var places: [String: [Int]] = [:]
        for index in batch.entries.indices.reversed() {
            let mention = try? JSONDecoder().decode(NamedMention.self, from: Data(batch.line(index)))
            places[mention?.id ?? "", default: []].append(index)
        }
        var pending = Set(batch.entries.indices)
        var refused: [Int: String] = [:]
        var reason = "the reply does not name every item"
        for item in replies.items {
            // A mention and its update may stand in one batch: they are told of in their order.
            guard let index = places[item.id]?.popLast() else { continue }
            switch item.status {
            case 200..<300: pending.remove(index)
            case 401, 403, 408, 409, 425, 429, 500...: reason = "status \(item.status) for some items"
            default:
                pending.remove(index)
                refused[index] = "status \(item.status)" + HTTPReply.detail(item.error)
            }
        }
        guard !pending.isEmpty || !refused.isEmpty else { return }
        throw .partial(
            refused: refused, pending: pending.sorted(), reason: pending.isEmpty ? "some items are refused" : reason,
            retryAfter: retryAfter)
    }

    /// The beginning of what was said of an item, in one line.
    private static func detail(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "" }
        return ": "
            + String(text.prefix(200).map { $0.isNewline || $0.asciiValue.map { $0 < 0x20 } == true ? " " : $0 })
    }
}
