internal import Earshot
internal import EarshotFormats

/// Tells by its header what sort of mail a message is.
enum EmailTags {
    /// Keeps the sorts, then the sender's keywords and the mailbox's labels.
    static func keep(_ message: MailMessage, _ reports: [EmailReport], in reading: inout Reading) -> Entries {
        let start = reading.tags.count
        var seen: Set<String> = []
        for tag in sorts(of: message, reports) + labels(of: message) where seen.insert(tag).inserted {
            reading.append(tag: reading.keepText(tag))
        }
        return Entries(from: start, to: reading.tags.count)
    }

    /// Whether it went through a list that people discuss on, and that others may read therefore.
    static func isListPost(_ message: MailMessage) -> Bool {
        message.has("list-post") && !message.text("list-post").hasPrefix("NO")
            || message.has("list-archive") || message.has("mailing-list") || message.has("x-mailing-list")
            || message.has("archived-at")
    }

    private static func sorts(of message: MailMessage, _ reports: [EmailReport]) -> [String] {
        let precedence = message.text("precedence").lowercased()
        let isBounce = EmailTags.isBounce(message, reports)
        let isReceipt = reports.contains { $0.sort == .reading }
        let isList = isListPost(message) || message.has("list-id") || precedence == "list"
        var tags: [String] = []
        if !isBounce && !isReceipt && isAutomatic(message, precedence) { tags.append("auto-reply") }
        if isBounce { tags.append("bounce") }
        if isReceipt { tags.append("read-receipt") }
        if reports.contains(where: { $0.sort == .complaint }) { tags.append("complaint") }
        if reports.contains(where: { $0.sort == .calendar }) { tags.append("calendar") }
        if isList { tags.append("list") }
        if message.has("list-unsubscribe") && !isListPost(message) { tags.append("newsletter") }
        if precedence == "bulk" || precedence == "junk" { tags.append("bulk") }
        if message.text("x-spam-flag").lowercased() == "yes" { tags.append("spam") }
        return tags
    }

    /// Whether a program answered or sent it by itself (RFC 3834, and what came before).
    private static func isAutomatic(_ message: MailMessage, _ precedence: String) -> Bool {
        let word = message.text("auto-submitted").lowercased()
        if !word.isEmpty && !word.hasPrefix("no") { return true }
        if message.has("x-autoreply") || message.has("x-autorespond") || message.has("x-auto-response-suppress-sent") {
            return message.text("x-autoreply").lowercased() != "no"
        }
        return precedence == "auto_reply" || precedence == "auto-reply" || message.has("x-autoreply-from")
    }

    /// Whether it tells that a message could not be delivered.
    private static func isBounce(_ message: MailMessage, _ reports: [EmailReport]) -> Bool {
        if message.has("x-failed-recipients") || reports.contains(where: \.tellsFailure) { return true }
        // What was delivered, or is late, has not come back.
        if reports.contains(where: { $0.sort == .delivery }) { return false }
        let author = message.addresses("from")?.first?.address.lowercased() ?? ""
        if author.hasPrefix("mailer-daemon") { return true }
        // The null sender is used for all notices; the postmaster's are bounces.
        return message.text("return-path") == "<>" && author.hasPrefix("postmaster")
    }

    /// `Keywords`, and the labels that Gmail's export writes.
    private static func labels(of message: MailMessage) -> [String] {
        (message.texts("keywords") + message.texts("x-gmail-labels") + message.texts("x-keywords").filter { $0 != "" })
            .flatMap { $0.split(separator: ",").map { String($0).trimmedLabel } }
            .filter { !$0.isEmpty }.prefix(100).map { $0 }
    }
}

extension String {
    fileprivate var trimmedLabel: String {
        String(drop { $0 == " " || $0 == "\"" }.reversed().drop { $0 == " " || $0 == "\"" }.reversed())
    }
}
