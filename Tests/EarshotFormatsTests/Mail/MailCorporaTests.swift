import EarshotFormats
import Foundation
import Testing

struct MailCorporaTests {
    @Test(.enabled(if: Corpora.has("mail/notmuch/lkml/cur")))
    func `mail of a real list says who wrote what and when`() throws {
        let files = Corpora.files(in: "mail/notmuch/lkml/cur", ending: "")
        #expect(files.count == 210)
        for file in files {
            let bytes = try Corpora.bytes(of: file)
            let message = try #require(MailMessage(bytes, in: 0..<bytes.count))
            #expect(!message.text("subject").isEmpty, "\(file.lastPathComponent)")
            #expect(message.addresses("from")?.first?.address.contains("@") == true, "\(file.lastPathComponent)")
            #expect(message.messageIDs("message-id").count == 1, "\(file.lastPathComponent)")
            #expect(Times.parse(message.text("date")) != nil, "\(file.lastPathComponent)")
            #expect(!message.text(of: message.root).text.isEmpty || message.root.isMultipart)
        }
    }

    @Test(.enabled(if: Corpora.has("mail/mikel-mail/error_emails")))
    func `broken mail is read or refused, and its text is text`() throws {
        for folder in ["error_emails", "mime_emails", "multi_charset", "rfc2822", "plain_emails"] {
            for file in Corpora.files(in: "mail/mikel-mail/" + folder, ending: ".eml") {
                for stored in Mailbox.messages(in: try Corpora.bytes(of: file)) {
                    guard let message = MailMessage(stored.bytes, in: stored.range) else { continue }
                    #expect(!message.text("from").contains("\n"))
                    #expect(!message.text("subject").contains("=?utf-8?"), "\(file.lastPathComponent)")
                }
            }
        }
    }
}
