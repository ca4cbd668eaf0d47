internal import Earshot
internal import EarshotFormats

/// Writes what a message's header says and no field of a mention holds into `ext`, under the header's own names.
enum EmailFields {
    /// How much of a field is written, in characters.
    private static let longest = 8192

    /// Fields that are written as they are.
    private static let plain: [(name: StaticString, key: StaticString)] = [
        ("list-post", "list_post"), ("list-archive", "list_archive"), ("list-unsubscribe", "list_unsubscribe"),
        ("return-path", "return_path"), ("x-mailer", "x_mailer"), ("user-agent", "user_agent"),
        ("organization", "organization"), ("precedence", "precedence"), ("auto-submitted", "auto_submitted"),
        ("importance", "importance"), ("x-priority", "x_priority"), ("sensitivity", "sensitivity"),
        ("comments", "comments"), ("newsgroups", "newsgroups"), ("supersedes", "supersedes"),
        ("thread-topic", "thread_topic"), ("thread-index", "thread_index"), ("feedback-id", "feedback_id"),
        ("disposition-notification-to", "disposition_notification_to"), ("x-failed-recipients", "x_failed_recipients"),
        ("x-spam-status", "x_spam_status"), ("authentication-results", "authentication_results"),
        ("x-original-from", "x_original_from"), ("x-forwarded-to", "x_forwarded_to"), ("resent-from", "resent_from"),
        ("x-gm-thrid", "x_gm_thrid"), ("expires", "expires"), ("x-original-to", "x_original_to"),
        ("mail-followup-to", "mail_followup_to"), ("comments-to", "comments_to"), ("priority", "priority"),
        ("received-spf", "received_spf"), ("content-class", "content_class"), ("x-spam-flag", "x_spam_flag"),
        ("x-spam-score", "x_spam_score"), ("x-spam-level", "x_spam_level"),
    ]

    /// How other fields begin that are written too: ticket systems, lists and senders of campaigns have their own.
    private static let others = ["x-", "resent-", "list-"]

    /// How fields begin that only tell of the way a message came, or are read for what they mean.
    private static let passedOver = [
        "x-received", "x-ms-", "x-microsoft", "x-forefront", "x-spam", "x-virus", "x-antivirus", "x-scanned",
        "x-amavis",
        "x-google", "x-gm-", "x-gmail-", "x-mime", "x-mozilla", "x-uid", "x-proofpoint", "x-ironport", "x-barracuda",
        "x-originalarrivaltime", "x-me-", "x-sg-", "x-authority-analysis", "x-bogosity", "x-greylist", "x-sieve",
        "x-status", "x-keywords", "x-label", "x-apple-", "x-universally-unique-identifier", "x-evolution", "x-tuid",
        "x-envelope-", "x-from", "x-beenthere", "x-mailman-version", "x-msmail-priority", "list-id",
    ]
    private static let mostOthers = 32

    /// Writes the fields of a message and what its mailbox notes.
    static func write(
        _ message: MailMessage, _ stored: StoredMessage, _ people: EmailPeople, to fields: inout JSONFields
    ) {
        fields.string("list_id", listID(message.text("list-id")))
        fields.strings("reply_to", people.replyTo.prefix(50).map(\.written))
        let sender = people.sender.first { $0.address != people.author?.address }
        fields.string("sender", sender?.written ?? "")
        if people.from.count > 1 { fields.strings("from", people.from.prefix(50).map(\.written)) }
        fields.strings("delivered_to", Array(message.texts("delivered-to").prefix(10)))
        for (name, key) in plain where message.has(name) {
            fields.string(key, String(message.text(name).prefix(longest)))
        }
        writeOthers(message, to: &fields)
        for field in people.opaque { opaque(field, message, to: &fields) }
        fields.string("content_type", special(message.root.type))
        let noted =
            stored.flags + MailFlags.mbox(message.text("status"), message.text("x-status"))
            + MailFlags.mozilla(message.text("x-mozilla-status"))
        fields.strings("flags", noted.enumerated().filter { !noted[..<$0.offset].contains($0.element) }.map(\.element))
    }

    /// Writes fields that mean something only to whoever sent or sorted the message.
    private static func writeOthers(_ message: MailMessage, to fields: inout JSONFields) {
        let found = message.fields { name in
            others.contains { name.hasPrefix($0) } && !passedOver.contains { name.hasPrefix($0) }
                && !plain.contains { $0.name.bytes.string == name }
        }
        for field in found.prefix(mostOthers) {
            let key = Array(field.name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 })
            let text = Array(field.text.prefix(longest / 8).utf8)
            key.withBytes { key in text.withBytes { fields.string(named: key, $0) } }
        }
    }

    /// A list's id without its brackets and description (RFC 2919).
    private static func listID(_ value: String) -> String {
        guard let open = value.lastIndex(of: "<"), let close = value[open...].firstIndex(of: ">") else { return value }
        return String(value[value.index(after: open)..<close])
    }

    /// A type that tells more than how the message is put together.
    private static func special(_ type: String) -> String {
        switch type {
        case "multipart/signed", "multipart/encrypted", "multipart/report", "application/pkcs7-mime",
            "application/x-pkcs7-mime":
            type
        default: ""
        }
    }

    /// Writes a field of addresses that is not read as such.
    private static func opaque(_ field: String, _ message: MailMessage, to fields: inout JSONFields) {
        switch field {
        case "From": fields.string("from", String(message.text("from").prefix(longest)))
        case "To": fields.string("to", String(message.text("to").prefix(longest)))
        case "Cc": fields.string("cc", String(message.text("cc").prefix(longest)))
        default: fields.string("bcc", String(message.text("bcc").prefix(longest)))
        }
    }
}
