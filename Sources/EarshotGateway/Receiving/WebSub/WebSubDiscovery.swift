internal import Earshot
internal import EarshotFormats
internal import Foundation

/// What a page says of its hub: the `Link` header before the page's own links (WebSub, section 4).
struct WebSubDiscovery: Equatable {
    /// The hub's address.
    var hub: String?
    /// The page's name at the hub.
    var topic: String?

    /// What a reply says.
    init(_ response: FetchResponse) {
        for field in response.headers where field.name.lowercased() == "link" { readLinks(field.value) }
        if hub == nil || topic == nil { readBody(response) }
        hub = hub.flatMap { WebSubDiscovery.absolute($0, from: response.url) }
        topic = topic.flatMap { WebSubDiscovery.absolute($0, from: response.url) }
    }

    private mutating func note(_ relations: String, _ target: String) {
        for relation in relations.lowercased().split(whereSeparator: \.isWhitespace) {
            if relation == "hub", hub == nil { hub = target }
            if relation == "self", topic == nil { topic = target }
        }
    }

    /// A `Link` header (RFC 8288): addresses in angle brackets, each with parameters.
    private mutating func readLinks(_ field: String) {
        var rest = Substring(field.prefix(8192))
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = String(rest[rest.index(after: open)..<close])
            rest = rest[rest.index(after: close)...]
            let parameters = rest.prefix { $0 != "<" }
            for parameter in parameters.split(whereSeparator: { $0 == ";" || $0 == "," }) {
                let parts = parameter.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces).lowercased() == "rel" else {
                    continue
                }
                note(parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\"")), target)
            }
            rest = rest[parameters.endIndex...]
        }
    }

    private mutating func readBody(_ response: FetchResponse) {
        if response.body.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
            // JSON Feed: "hubs", and "feed_url" for the feed's own name.
            guard let feed = try? JSONValue(parsing: response.body) else { return }
            let hubs = feed["hubs"]?.elements ?? []
            hub = hub ?? hubs.first { $0["type"]?.text?.lowercased() == "websub" }?["url"]?.text
            topic = topic ?? feed["feed_url"]?.text
            return
        }
        guard
            let outcome = try? XML.read(response.body, contentType: response["Content-Type"], { LinkElements() })
        else { return }
        for link in outcome.handler.links { note(link.rel, link.href) }
    }

    private static func absolute(_ address: String, from base: String) -> String? {
        guard let from = URL(string: base), let url = URL(string: address, relativeTo: from)?.absoluteURL,
            let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https", url.host != nil
        else { return nil }
        return url.absoluteString
    }
}

/// The elements `link` with a relation, as they stand in feeds.
private final class LinkElements: XMLHandling {
    private(set) var links: [(rel: String, href: String)] = []
    private static let limit = 64

    func code(for name: XMLName) -> Int { name.local == "link" ? 1 : 0 }

    func start(_ code: Int, _ element: XMLElement) {
        guard code == 1, links.count < LinkElements.limit, !element["rel"].isEmpty, !element["href"].isEmpty else {
            return
        }
        links.append((element["rel"].string, element["href"].string))
    }

    func text(_ bytes: Bytes) {}
    func end() {}
}
