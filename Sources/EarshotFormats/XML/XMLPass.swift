internal import CXML2
internal import Earshot

/// One pass of libxml2 over a document in UTF-8, with every hook that could fetch or expand something closed.
///
/// Hooks reach it by its place in memory, and are called dozens of times for an entry of a feed: a class would be held,
/// and exclusive access to it checked, with each call.
@safe struct XMLPass: ~Copyable {
    /// How a pass went.
    struct Outcome {
        /// What is not well formed.
        var fault: Defect?
        /// Which prefix is not declared, where that is all that is wrong.
        var namespaceFault: Defect?
        /// How many elements began.
        var elements: Int
        /// Whether the text of an element was cut.
        var isCut: Bool
    }

    /// libxml2 ends a run of text at each reference, and escaped HTML has one after every few bytes: runs up to this
    /// long are gathered.
    private static let shortText = 256
    /// No more is gathered where there is as much.
    private static let pendingText = 4096

    private let handler: any XMLHandling
    private var depth = 0
    private var elements = 0
    private var textCount = 0
    private var isCut = false
    private var isRefused = false
    private var declaredAttributes = 0
    private var codes = XMLCodes()
    /// Short runs of text that the handler has not been told of.
    private var pending = Output(capacity: 1024)
    private var values = Output(capacity: 256)
    private var table: [UnsafePointer<UInt8>?] = unsafe []

    private let sections: XMLSections

    private init(_ handler: any XMLHandling, _ sections: XMLSections) {
        self.handler = handler
        self.sections = sections
    }

    /// Reads the text, with `sections` where it has their numbers; throws where it declares entities, which is refused
    /// whatever else it says.
    static func run(
        _ text: [UInt8], _ sections: XMLSections, recovering: Bool, _ handler: any XMLHandling
    ) throws(MalformedDocument) -> Outcome {
        XMLLibrary.prepare()
        guard let context = unsafe xmlNewParserCtxt() else { throw MalformedDocument("no memory to read XML") }
        defer { unsafe free(context) }
        let place = UnsafeMutablePointer<XMLPass>.allocate(capacity: 1)
        unsafe place.initialize(to: XMLPass(handler, sections))
        defer {
            unsafe place.deinitialize(count: 1)
            unsafe place.deallocate()
        }
        unsafe context.pointee.sax.pointee = XMLLibrary.hooks
        unsafe context.pointee._private = UnsafeMutableRawPointer(place)
        var options = XMLLibrary.options
        if recovering { options |= Int32(bitPattern: XML_PARSE_RECOVER.rawValue) }
        unsafe text.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let tree = unsafe xmlCtxtReadMemory(
                context, start, Int32(truncatingIfNeeded: buffer.count), nil, nil, options)
            if let tree = unsafe tree { unsafe xmlFreeDoc(tree) }
        }
        guard unsafe !place.pointee.isRefused else {
            throw MalformedDocument("XML that declares entities is not read")
        }
        while unsafe place.pointee.depth > 0 { unsafe place.pointee.end() }
        let fault = unsafe context.pointee.wellFormed == 1 ? nil : fault(of: context)
        let undeclared = unsafe fault == nil && context.pointee.nsWellFormed == 0 ? XMLPass.fault(of: context) : nil
        return unsafe Outcome(
            fault: fault, namespaceFault: undeclared, elements: place.pointee.elements, isCut: place.pointee.isCut)
    }

    private static func free(_ context: xmlParserCtxtPtr) {
        if let tree = unsafe context.pointee.myDoc { unsafe xmlFreeDoc(tree) }
        unsafe context.pointee.myDoc = nil
        unsafe xmlFreeParserCtxt(context)
    }

    private static func fault(of context: xmlParserCtxtPtr) -> Defect {
        let error = unsafe context.pointee.lastError
        let message = unsafe error.message.map { unsafe String(cString: $0) } ?? "not well formed"
        let reason = message.split(separator: "\n").first.map { String($0) } ?? message
        return Defect(reason: reason, location: unsafe error.line > 0 ? "line \(error.line)" : "")
    }

    /// Whose pass a context is.
    @unsafe
    static func of(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<XMLPass>? {
        let context = unsafe context?.assumingMemoryBound(to: xmlParserCtxt.self)
        return unsafe context?.pointee._private?.assumingMemoryBound(to: XMLPass.self)
    }

    /// Stops the parser as the document is refused.
    mutating func refuse(_ context: UnsafeMutableRawPointer?) {
        isRefused = true
        unsafe xmlStopParser(context?.assumingMemoryBound(to: xmlParserCtxt.self))
    }

    /// Notes an attribute with a default value, which libxml2 compares with every other as it does those in a tag.
    mutating func declareAttribute(_ context: UnsafeMutableRawPointer?) {
        declaredAttributes += 1
        if declaredAttributes > XML.attributeLimit { unsafe refuse(context) }
    }

    /// An element begins.
    mutating func start(
        _ local: UnsafePointer<UInt8>?, _ prefix: UnsafePointer<UInt8>?, _ namespace: UnsafePointer<UInt8>?,
        _ attributes: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: Int
    ) {
        guard !isRefused else { return }
        flush()
        depth += 1
        elements += 1
        textCount = 0
        let name = unsafe XMLName(namespace: Bytes(c: namespace), local: Bytes(c: local), prefix: Bytes(c: prefix))
        let code = unsafe codes.code(local, prefix, namespace) { handler.code(for: name) }
        let plain = unsafe XMLAttributes(attributes, count: count)
        guard let attributes = unsafe attributes, hasReference(plain) else {
            return handler.start(code, XMLElement(name: name, attributes: plain))
        }
        unsafe resolve(attributes, plain)
        unsafe table.withUnsafeBufferPointer { rows in
            let resolved = unsafe XMLAttributes(rows.baseAddress, count: count)
            handler.start(code, XMLElement(name: name, attributes: resolved))
        }
    }

    /// An element ends.
    mutating func end() {
        guard !isRefused, depth > 0 else { return }
        flush()
        depth -= 1
        textCount = 0
        handler.end()
    }

    /// A run of text.
    mutating func text(_ bytes: Bytes) {
        guard !isRefused, depth > 0 else { return }
        textCount += bytes.count
        guard textCount <= XML.textLimit else {
            isCut = true
            return
        }
        if bytes.count <= XMLPass.shortText && pending.count <= XMLPass.pendingText {
            pending.raw(bytes)
        } else {
            flush()
            handler.text(bytes)
        }
    }

    /// A CDATA section.
    mutating func section(_ bytes: Bytes) {
        let sections = sections
        sections.content(of: bytes) { text($0) }
    }

    /// Tells the handler of the text that has been gathered.
    private mutating func flush() {
        guard !pending.isEmpty else { return }
        pending.withBytes { handler.text($0) }
        pending.removeAll()
    }

    private func hasReference(_ attributes: XMLAttributes) -> Bool {
        for index in 0..<attributes.count where attributes[index].value.firstIndex(of: UInt8(ascii: "&")) != nil {
            return true
        }
        return false
    }

    /// Copies the table of attributes with `&#38;` resolved: without `XML_PARSE_NOENT` libxml2 leaves every ampersand
    /// of a value escaped so, for the tree that it is not building.
    private mutating func resolve(_ source: UnsafeMutablePointer<UnsafePointer<UInt8>?>, _ attributes: XMLAttributes) {
        var room = 0
        for index in 0..<attributes.count { room += attributes[index].value.count }
        values = Output(capacity: room + 1)
        unsafe table.removeAll(keepingCapacity: true)
        for index in 0..<attributes.count {
            let value = attributes[index].value
            let start = values.count
            var rest = value
            while let place = rest.firstIndex(of: UInt8(ascii: "&")) {
                values.raw(rest[0..<(place + 1)])
                let tail = rest[(place + 1)..<rest.count]
                rest = tail.hasPrefix("#38;") ? tail[4..<tail.count] : tail
            }
            values.raw(rest)
            for column in 0..<3 { unsafe table.append(source[index * 5 + column]) }
            values.withBytes { bytes in
                let base = unsafe bytes.buffer.baseAddress
                unsafe table.append(base.map { unsafe $0 + start })
                unsafe table.append(base.map { unsafe $0 + bytes.count })
            }
        }
    }
}

/// The handler's codes by libxml2's names, which are one pointer for one text within a context.
private struct XMLCodes {
    private struct Entry {
        var local: UInt = 0
        var prefix: UInt = 0
        var namespace: UInt = 0
        var code = 0
    }
    private var entries = [Entry](repeating: Entry(), count: 128)
    private var count = 0

    mutating func code(
        _ local: UnsafePointer<UInt8>?, _ prefix: UnsafePointer<UInt8>?, _ namespace: UnsafePointer<UInt8>?,
        _ ask: () -> Int
    ) -> Int {
        let key = (UInt(bitPattern: local), UInt(bitPattern: prefix), UInt(bitPattern: namespace))
        var place = XMLCodes.place(key, entries.count)
        while entries[place].local != 0 {
            let entry = entries[place]
            if entry.local == key.0 && entry.prefix == key.1 && entry.namespace == key.2 { return entry.code }
            place = (place + 1) & (entries.count - 1)
        }
        let code = ask()
        entries[place] = Entry(local: key.0, prefix: key.1, namespace: key.2, code: code)
        count += 1
        if count * 2 > entries.count { grow() }
        return code
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(), count: old.count * 2)
        for entry in old where entry.local != 0 {
            var place = XMLCodes.place((entry.local, entry.prefix, entry.namespace), entries.count)
            while entries[place].local != 0 { place = (place + 1) & (entries.count - 1) }
            entries[place] = entry
        }
    }

    private static func place(_ key: (UInt, UInt, UInt), _ size: Int) -> Int {
        let mixed = (key.0 ^ (key.1 &<< 7) ^ (key.2 &<< 13)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed &>> 40) & (size - 1)
    }
}
