/// What is asked for a caption or comment of which a delivery told the ids alone.
struct InstagramLead: Equatable {
    /// The account that is named.
    var account: String
    /// The media.
    var media: String
    /// The comment; nil where the caption names the account.
    var comment: String?

    /// A lead; nil where one of the ids is none.
    init?(account: String, media: String, comment: String?) {
        guard [account, media, comment ?? media].allSatisfy({ InstagramLead.isID($0) }) else { return nil }
        self.account = account
        self.media = media
        self.comment = comment
    }

    /// The lead that a text is.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count) else { return nil }
        self.init(account: parts[0], media: parts[1], comment: parts.count > 2 ? parts[2] : nil)
    }

    /// The lead as a text: its ids.
    var text: String { ([account, media] + (comment.map { [$0] } ?? [])).joined(separator: "/") }

    /// What is asked for.
    var fields: String {
        guard let comment else {
            return "mentioned_media.media_id(\(media)){id,caption,media_type,timestamp,username,like_count,"
                + "comments_count,media_url,permalink}"
        }
        return "mentioned_comment.comment_id(\(comment)){id,text,timestamp,username,like_count,media{id}}"
    }

    /// The answer of a source that says no more than the ids.
    var bare: String {
        comment.map { #"{"mentioned_comment":{"id":"\#($0)","media":{"id":"\#(media)"}}}"# }
            ?? #"{"mentioned_media":{"id":"\#(media)"}}"#
    }

    /// Digits, as ids are, or what could be one.
    private static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x5F }
    }
}
