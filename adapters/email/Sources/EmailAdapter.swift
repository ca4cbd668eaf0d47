internal import Earshot
internal import EarshotFormats

/// Reads mail: messages of RFC 5322 and MIME, from a mailbox, alone, in an mbox, a Maildir or from Apple Mail.
struct EmailAdapter: MailAdapter {
    typealias Settings = EmailSettings

    static let name = "email"
    static let version = "1.0"
    static let about = "Mail: IMAP, POP3, Maildir, LMTP; and files: messages, mbox, Apple Mail"
    static let container = Container.mbox
    static let settings = EmailSettings.all

    let mail: MailSource?
    private let keepsRaw: Bool

    init(settings: EmailSettings) throws {
        keepsRaw = settings.keepRaw ?? false
        mail = try settings.source
    }

    func read(_ document: Document) throws(MalformedDocument) -> Reading {
        try EmailAdapter.refuseOthers(document)
        try GMime.require()
        let messages = Mailbox.messages(in: document.bytes, name: document.name)
        var reading = Reading(network: EmailAdapter.name, capacity: document.bytes.count / 4 + 1024)
        var seen: [String: Digest] = [:]
        for (index, stored) in messages.enumerated() {
            let location = messages.count > 1 ? "message \(index + 1)" : ""
            guard stored.range.count <= MailLimits.message else {
                reading.append(defect: "larger than \(MailLimits.message >> 20) MiB", at: location)
                continue
            }
            guard let message = MailMessage(stored.bytes, in: stored.range) else {
                if messages.count == 1 { throw MalformedDocument("no mail: it does not begin with fields of mail") }
                reading.append(defect: "no mail: it does not begin with fields of mail", at: location)
                continue
            }
            var email = EmailReader(message: message, stored: stored, location: location, keepsRaw: keepsRaw)
            guard let known = seen[email.nativeID] else {
                seen[email.nativeID] = message.digest
                email.append(to: &reading)
                continue
            }
            if known != message.digest {
                reading.append(defect: "Message-ID <\(email.nativeID)> came before in this file", at: location)
            }
        }
        return reading
    }

    /// Refuses what people take for mail files and is something else.
    private static func refuseOthers(_ document: Document) throws(MalformedDocument) {
        let bytes = document.bytes
        if bytes.isEmpty && !document.name.hasSuffix(".mbox") { throw MalformedDocument("empty") }
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw MalformedDocument("an Outlook .msg file, which is no mail message; save it as .eml")
        }
        if bytes.starts(with: [0x21, 0x42, 0x44, 0x4E]) {
            throw MalformedDocument("an Outlook .pst file; export its messages as .eml or mbox")
        }
    }
}
