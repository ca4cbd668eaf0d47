package import Earshot
internal import EarshotFormats

/// Facebook pages: posts, comments, reviews and messages, by the Graph API, webhooks or a downloaded export.
package struct FacebookAdapter: Adapter {
    package static let name = "facebook"
    package static let version = "1.0"
    package static let about = "Facebook pages: posts, comments, reviews, messages (Graph API, webhooks, exports)"
    package static let container = Container.lines
    package static let companions = MetaExport.companions

    /// What may be set.
    package struct Settings: Decodable, Sendable {
        var listen: String?
        var page_id: String?
        var post_id: String?
        var token: String?
        var app_secret: String?
        var verify_token: String?
        var version: String?
        var base_url: String?
        var look_back: String?
        var backfill: String?
        var keep_raw: Bool?
    }

    let setup: Settings
    let listing: GraphListing?

    package init(settings: Settings) throws {
        setup = settings
        listing = try FacebookAdapter.listing(settings)
    }

    package func read(_ document: Document) throws(MalformedDocument) -> Reading {
        try GraphDocument.read(document, as: .facebook, keepsRaw: setup.keep_raw == true, owner: setup.page_id)
    }
}
