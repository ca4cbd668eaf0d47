internal import Earshot
internal import EarshotFormats

/// Turns one message into one mention.
struct EmailReader {
    let message: MailMessage
    let stored: StoredMessage
    /// Which message of a mailbox it is, for defects.
    let location: String
    let keepsRaw: Bool

    /// The Message-ID without brackets; where there is none, a digest of the message.
    let nativeID: String

    /// A reader of one message.
    init(message: MailMessage, stored: StoredMessage, location: String, keepsRaw: Bool) {
        self.message = message
        self.stored = stored
        self.location = location
        self.keepsRaw = keepsRaw
        nativeID = EmailThread.ownID(of: message) ?? message.digest.hexadecimal
    }

    /// Adds the mention and what was wrong.
    mutating func append(to reading: inout Reading) {
        for defect in message.defects { reading.append(defect: defect, at: location) }
        let people = EmailPeople(message)
        for field in people.opaque {
            reading.append(defect: "\(field) has more addresses than the limits; kept as text in ext", at: location)
        }
        let body = EmailBody(message)
        var row = MentionRow(kind: .email)
        row.nativeID = reading.keep(nativeID)
        row.url = reading.keep(archivedAt)
        row.title = reading.keepText(message.text("subject"))
        keepBody(body, &row, &reading)
        row.language.tag = reading.keep(language)
        row.author = people.keepAuthor(in: &reading)
        row.recipients = people.keepRecipients(in: &reading)
        row.visibility = EmailTags.isListPost(message) ? nil : .private
        row.media = body.files.keep(in: &reading)
        EmailThread(message, nativeID: nativeID).keep(in: &row, of: &reading)
        row.tags = EmailTags.keep(message, body.reports, in: &reading)
        row.publishedAt = publishedAt
        row.ext = ext(people, body, row, &reading)
        if keepsRaw { row.raw = raw(&reading) }
        reading.append(row)
    }

    private func keepBody(_ body: EmailBody, _ row: inout MentionRow, _ reading: inout Reading) {
        row.text = reading.keepText(body.text)
        row.html = reading.keepText(body.html)
        TextEntities.append(to: &row, of: &reading, finding: .urls)
    }

    /// `Date`, else when the last server got it, else what the mailbox noted.
    private var publishedAt: Timestamp? {
        if let date = Times.parse(EmailReader.joined(message.text("date"))) { return date }
        for received in message.texts("received").prefix(3) {
            guard let mark = received.lastIndex(of: ";") else { continue }
            if let date = Times.parse(String(received[received.index(after: mark)...])) { return date }
        }
        return Times.parse(message.text("delivery-date")) ?? Times.parse(stored.envelopeDate)
    }

    /// A date without the comments and white space around its colons (RFC 5322, 4.3): `09(comment):   55  :  06 -0600`.
    private static func joined(_ date: String) -> String {
        guard hasGaps(date) else { return date }
        var (depth, output) = (0, "")
        for letter in date {
            if letter == "(" { depth += 1 }
            if depth == 0, letter != " " || output.last != ":" {
                while letter == ":", output.last == " " { output.removeLast() }
                output.append(letter)
            }
            if letter == ")" { depth = max(depth - 1, 0) }
        }
        return output
    }

    /// Whether a space or a comment stands beside a colon.
    private static func hasGaps(_ date: String) -> Bool {
        var before: UInt8 = 0
        for byte in date.utf8 {
            if before == UInt8(ascii: ":"), byte == 0x20 || byte == UInt8(ascii: "(") { return true }
            if byte == UInt8(ascii: ":"), before == 0x20 || before == UInt8(ascii: ")") { return true }
            before = byte
        }
        return false
    }

    /// The first language of `Content-Language` that has the form of a tag (RFC 5646).
    private var language: String {
        let first = message.text("content-language").split { $0 == "," || $0 == ";" || $0 == " " }.first ?? ""
        let parts = first.split(separator: "-", omittingEmptySubsequences: false)
        guard let primary = parts.first, (2...3).contains(primary.utf8.count), primary.utf8.allSatisfy(\.isLetter),
            primary.lowercased() != "und", parts.allSatisfy({ (1...8).contains($0.utf8.count) }),
            first.utf8.allSatisfy({ $0.isLetter || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D })
        else { return "" }
        return String(first)
    }

    /// The page that the message can be read on (RFC 5064).
    private var archivedAt: String {
        let value = message.text("archived-at").filter { $0 != "<" && $0 != ">" && $0 != " " }
        return value.hasPrefix("http://") || value.hasPrefix("https://") ? value : ""
    }

    private func ext(_ people: EmailPeople, _ body: EmailBody, _ row: MentionRow, _ reading: inout Reading) -> Kept {
        var fields = JSONFields()
        EmailFields.write(message, stored, people, to: &fields)
        EmailReports.write(body.reports, to: &fields)
        body.files.writeContentIDs(to: &fields)
        let part = reading.withBytes(of: row.text) { QuotedHistory.newestPart(in: $0) }
        if let part {
            fields.object("newest_part") { inner in
                inner.integer("start", Int64(part.lowerBound))
                inner.integer("end", Int64(part.upperBound))
            }
        }
        return reading.keep(fields)
    }

    private func raw(_ reading: inout Reading) -> Kept {
        var output = Output(capacity: stored.range.count + 64)
        output.string(String(decoding: stored.bytes[stored.range], as: UTF8.self))
        return output.withBytes { reading.keepJSON($0) }
    }
}

extension UInt8 {
    /// Whether it is an ASCII letter.
    fileprivate var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
}
