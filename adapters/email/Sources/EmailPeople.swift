internal import Earshot
internal import EarshotFormats

/// Who wrote a message and to whom.
struct EmailPeople {
    /// Those in `From`.
    let from: [MailAddress]
    /// The one in `Sender`.
    let sender: [MailAddress]
    /// Those in `Reply-To`.
    let replyTo: [MailAddress]
    /// Fields that hold more than is read.
    private(set) var opaque: [String] = []

    private var recipients: [(role: RecipientRole, address: MailAddress)] = []

    /// The people of a message.
    init(_ message: MailMessage) {
        from = message.addresses("from") ?? []
        sender = message.addresses("sender") ?? []
        replyTo = message.addresses("reply-to") ?? []
        if message.addresses("from") == nil { opaque.append("From") }
        add(message.addresses("to"), .to, "To")
        add(message.addresses("cc"), .cc, "Cc")
        add(message.addresses("bcc"), .bcc, "Bcc")
    }

    private mutating func add(_ addresses: [MailAddress]?, _ role: RecipientRole, _ field: String) {
        guard let addresses else {
            opaque.append(field)
            return
        }
        recipients += addresses.map { ($0.isGroup ? .group : role, $0) }
    }

    /// The author: the first of `From`, else the sender.
    var author: MailAddress? { from.first { !$0.isGroup } ?? sender.first }

    /// Keeps the author.
    func keepAuthor(in reading: inout Reading) -> AuthorRow {
        var row = AuthorRow()
        guard let author else { return row }
        row.name = reading.keepText(author.name)
        row.address = reading.keepText(author.address)
        return row
    }

    /// Keeps the recipients: a group by its name, its members after it.
    func keepRecipients(in reading: inout Reading) -> Entries {
        let start = reading.recipients.count
        for (role, address) in recipients {
            var row = RecipientRow(role: role)
            row.name = reading.keepText(address.name)
            row.address = reading.keepText(address.address)
            reading.recipients.append(row)
        }
        return Entries(from: start, to: reading.recipients.count)
    }
}

extension MailAddress {
    /// The address as people write it: `Name <user@host>`.
    var written: String {
        name.isEmpty ? address : address.isEmpty ? name : "\(name) <\(address)>"
    }
}
