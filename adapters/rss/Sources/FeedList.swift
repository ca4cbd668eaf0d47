internal import Earshot
internal import EarshotFormats
internal import Foundation

/// The feeds that an OPML document names, however deep its outlines lie in one another.
struct FeedList {
    /// Their addresses, each once, in the document's order.
    private(set) var addresses: [String] = []
    /// Whether there were more than are taken.
    private(set) var isCut = false

    /// The number of feeds above which the rest is left out, and the longest address of one.
    static let limit = 20_000
    private static let longestAddress = 2048

    /// Reads a document; throws what is wrong with it.
    init(_ bytes: [UInt8], contentType: String? = nil) throws(MalformedDocument) {
        let outlines = try XML.read(bytes, contentType: contentType) { FeedOutlines() }.handler
        guard outlines.isList else { throw MalformedDocument("no OPML: its first element is not <opml>") }
        var known: Set<String> = []
        for address in outlines.addresses where address.utf8.count <= FeedList.longestAddress {
            guard known.insert(address).inserted else { continue }
            guard addresses.count < FeedList.limit else {
                isCut = true
                break
            }
            addresses.append(address)
        }
    }

    /// The bytes of a file; throws what is wrong with it.
    static func bytes(at path: String) throws(MalformedDocument) -> [UInt8] {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        guard let size else { throw MalformedDocument("there is no file at \(path)") }
        guard size <= Document.sizeLimit, let data = FileManager.default.contents(atPath: path) else {
            throw MalformedDocument("the file at \(path) cannot be read, or is larger than 16 MiB")
        }
        return Array(data)
    }
}

/// Is told what stands in an OPML document.
private final class FeedOutlines: XMLHandling {
    private(set) var addresses: [String] = []
    private(set) var isList = false
    private var isFirst = true

    /// 1 for an outline, 0 for everything else.
    func code(for name: XMLName) -> Int {
        let word = name.local.string.lowercased()
        if isFirst { isList = word == "opml" }
        isFirst = false
        return word == "outline" ? 1 : 0
    }

    func start(_ code: Int, _ element: XMLElement) {
        guard code == 1, addresses.count < FeedList.limit * 2 else { return }
        for index in 0..<element.attributes.count {
            let attribute = element.attributes[index]
            guard attribute.name.local.count == 6, attribute.name.local.string.lowercased() == "xmlurl" else {
                continue
            }
            let address = attribute.value.trimmed
            if FeedLink.isWeb(address) { addresses.append(address.string) }
        }
    }

    func text(_ bytes: Bytes) {}

    func end() {}
}
