public import Earshot

/// Reads XML from outside: any charset, well formed or not, and never what a document asks to be fetched or expanded.
///
/// Two passes at most over libxml2's SAX interface: a strict one, and where the document is not well formed one that
/// recovers what can be had. Declared entities are refused rather than left unexpanded; the five of XML and the names
/// of HTML are known.
public enum XML {
    /// What a document said, and how.
    public struct Outcome<Handler: XMLHandling> {
        /// The handler that saw the whole document.
        public let handler: Handler
        /// The charset that the document was in, in lower case.
        public let charset: String
        /// Why the document is not well formed or leaves a prefix undeclared, in libxml2's words; nil where neither is
        /// so.
        public let recovery: Defect?
        /// Whether bytes were not of the charset that was declared, and another was taken.
        public let isCharsetGuessed: Bool
        /// Whether the text of an element was longer than is taken, and was cut.
        public let isCut: Bool

        /// Whether the document was not well formed and was read all the same.
        public var isRecovered: Bool { recovery != nil }
    }

    /// The number of attributes above which a tag, and with it the document, is refused.
    public static let attributeLimit = 256
    /// The number of bytes above which the text of one element is cut.
    public static let textLimit = 4 * 1024 * 1024

    /// Reads a document and tells a handler, made anew for each pass, what stands in it.
    ///
    /// The charset is the byte order mark's, else the media type's of `contentType`, else the XML declaration's, as RFC
    /// 7303 has it; where the bytes are not of that charset UTF-8 and then windows-1252 are taken.
    public static func read<Handler: XMLHandling>(
        _ bytes: [UInt8], contentType: String? = nil, _ make: () -> Handler
    ) throws(MalformedDocument) -> Outcome<Handler> {
        guard bytes.count <= Document.sizeLimit else {
            throw MalformedDocument("larger than \(Document.sizeLimit / 1_048_576) MiB")
        }
        let text = XMLCharset.decode(bytes, contentType: contentType)
        var sections = XMLSections()
        var outline = text.bytes.withBytes { sections.putAside($0) } ?? text.bytes
        let scan = outline.withBytes { XMLScan($0) }
        guard scan.mostAttributes <= attributeLimit else {
            throw MalformedDocument("not XML that can be trusted: a tag has more than \(attributeLimit) attributes")
        }
        if scan.hasNamedReferences { outline = outline.withBytes { XMLRepair.named($0) } }
        let strict = make()
        let first = try XMLPass.run(outline, sections, recovering: false, strict)
        guard let fault = first.fault else {
            return Outcome(
                handler: strict, charset: text.charset, recovery: first.namespaceFault,
                isCharsetGuessed: text.isGuessed,
                isCut: first.isCut)
        }
        // Of all the text: where sections begin and end is not certain in what is not well formed.
        // The repair adds no attributes, but it may open a tag that the scan did not see as one.
        let repaired = text.bytes.withBytes { XMLRepair.repaired($0) }
        guard repaired.withBytes({ XMLScan($0).mostAttributes }) <= attributeLimit else {
            throw MalformedDocument("not XML that can be trusted: a tag has more than \(attributeLimit) attributes")
        }
        let recovered = make()
        let second = try XMLPass.run(repaired, XMLSections(), recovering: true, recovered)
        guard second.elements > 0 else { throw MalformedDocument("not XML: \(fault.reason)", at: fault.location) }
        return Outcome(
            handler: recovered, charset: text.charset, recovery: fault, isCharsetGuessed: text.isGuessed,
            isCut: second.isCut)
    }
}

/// Is told what stands in an XML document, in its order.
///
/// Everything borrowed is valid only during the call.
public protocol XMLHandling: AnyObject {
    /// A number of the handler's own for an element's name; asked once for each name in a document.
    func code(for name: XMLName) -> Int
    /// An element begins.
    func start(_ code: Int, _ element: XMLElement)
    /// A run of text; the text of an element may come in several.
    func text(_ bytes: Bytes)
    /// The element that began last and has not ended ends; also called for what a broken document leaves open.
    func end()
}
