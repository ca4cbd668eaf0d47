internal import CXML2
internal import Earshot

/// What is set up once for libxml2: its options, its hooks, and a loader of outside entities that loads none.
enum XMLLibrary {
    /// Strict parsing without network. Never NOENT, DTDLOAD, DTDATTR, DTDVALID, XINCLUDE or HUGE: the first four read
    /// files that a document names, and without HUGE depth stops at 256.
    static let options: Int32 = [
        XML_PARSE_NONET, XML_PARSE_NOERROR, XML_PARSE_NOWARNING, XML_PARSE_COMPACT,
        XML_PARSE_BIG_LINES, XML_PARSE_IGNORE_ENC,
    ].reduce(0) { $0 | Int32(bitPattern: $1.rawValue) }

    /// Readies the library, once.
    static func prepare() { _ = isReady }

    private static let isReady: Bool = {
        xmlInitParser()
        unsafe xmlSetExternalEntityLoader { _, _, _ in nil }
        return true
    }()

    /// The only calls that libxml2 makes to us; what is not here happens nowhere.
    static var hooks: xmlSAXHandler {
        var sax = unsafe xmlSAXHandler()
        unsafe sax.initialized = 0xDEED_BEAF
        unsafe sax.startElementNs = { context, local, prefix, namespace, _, _, count, _, attributes in
            unsafe XMLPass.of(context)?.pointee.start(local, prefix, namespace, attributes, Int(count))
        }
        unsafe sax.endElementNs = { context, _, _, _ in unsafe XMLPass.of(context)?.pointee.end() }
        let text: charactersSAXFunc = { context, start, count in
            unsafe XMLPass.of(context)?.pointee.text(Bytes(start: start, count: Int(count)))
        }
        unsafe sax.characters = text
        unsafe sax.ignorableWhitespace = text
        unsafe sax.cdataBlock = { context, start, count in
            unsafe XMLPass.of(context)?.pointee.section(Bytes(start: start, count: Int(count)))
        }
        unsafe sax.getEntity = { _, name in unsafe xmlGetPredefinedEntity(name) }
        unsafe sax.entityDecl = { context, _, _, _, _, _ in unsafe XMLPass.of(context)?.pointee.refuse(context) }
        unsafe sax.attributeDecl = { context, _, _, _, _, _, tree in
            unsafe xmlFreeEnumeration(tree)
            unsafe XMLPass.of(context)?.pointee.declareAttribute(context)
        }
        return unsafe sax
    }
}
