package import Earshot
internal import EarshotFormats

/// Instagram professional accounts: media, comments, mentions and messages, by the Graph API, webhooks or an export.
package struct InstagramAdapter: Adapter {
    package static let name = "instagram"
    package static let version = "1.0"
    package static let about = "Instagram accounts: media, comments, mentions, messages (Graph API, webhooks, exports)"
    package static let container = Container.lines
    package static let companions = MetaExport.companions

    /// What may be set.
    package struct Settings: Decodable, Sendable {
        var listen: String?
        var user_id: String?
        var media_id: String?
        var hashtag_id: String?
        var hashtag: String?
        var token: String?
        var app_secret: String?
        var verify_token: String?
        var version: String?
        var base_url: String?
        var look_back: String?
        var backfill: String?
        var look_up: Bool?
        var keep_raw: Bool?
    }

    let setup: Settings
    let listing: GraphListing?

    package init(settings: Settings) throws {
        setup = settings
        listing = try InstagramAdapter.listing(settings)
    }

    package func read(_ document: Document) throws(MalformedDocument) -> Reading {
        try GraphDocument.read(document, as: .instagram, keepsRaw: setup.keep_raw == true, owner: setup.user_id)
    }
}
