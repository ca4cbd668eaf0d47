internal import Earshot

/// Gives a large JSON array in parts, each an array of some thousand elements with the same words before it.
struct ArraySplitter {
    /// The size from which an array is cut.
    static let threshold = 8 * 1024 * 1024
    /// How many elements a part has, and from how many bytes on it is full.
    private static let elementLimit = 2000
    private static let fullAt = 4 * 1024 * 1024

    private let window: ByteWindow
    private let prefix: [UInt8]
    private var first = 0
    private var isFinished = false

    /// The position up to which the window was looked at, and what is known there.
    private var position = 0
    private var scan = BracketScan()
    private var elements = 0
    private var endOfElements = 0
    private var hasElement = false

    /// A splitter of the array that begins with `prefix`, its bracket included.
    init(_ window: ByteWindow, prefix: [UInt8]) {
        self.window = window
        self.prefix = prefix
        window.drop(prefix.count)
    }

    /// What stands before the elements of a file that is one array, also of `window.YTD.x.part0 = [`; else nil.
    static func prefix(of window: ByteWindow) throws(MalformedDocument) -> [UInt8]? {
        _ = try window.hold(4096)
        return try window.withBytes { (bytes) throws(MalformedDocument) in
            let head = bytes[0..<4096]
            guard let bracket = head.firstIndex(of: UInt8(ascii: "[")) else { return nil }
            var words = head[0..<bracket].trimmed
            if words.hasPrefix("\u{FEFF}") { words = words[3..<words.count].trimmed }
            guard words.isEmpty || isAssignment(words) else { return nil }
            return head[0..<(bracket + 1)].array
        }
    }

    /// Whether the words are JavaScript's for giving the array a name.
    private static func isAssignment(_ words: Bytes) -> Bool {
        guard words.hasSuffix("=") else { return false }
        for index in 0..<(words.count - 1) {
            switch words[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x24, 0x20, 0x09, 0x0A, 0x0D: continue
            default: return false
            }
        }
        return true
    }

    /// The next part.
    mutating func next() throws(MalformedDocument) -> Splitter.Part? {
        while !isFinished {
            switch try look() {
            case .part: return part()
            case .end:
                isFinished = true
                if elements > 0 { return part() }
            case .oversize:
                let location = "element \(first + elements + 1)"
                try dropElement()
                return (location, .failure(.tooLarge(Document.sizeLimit)))
            case .more:
                guard try !window.grow() else { continue }
                if elements > 0 { return part() }
                isFinished = true
                throw MalformedDocument("the array's end is missing", at: "after element \(first)")
            }
        }
        return nil
    }

    private enum Sight { case part, end, oversize, more }

    /// Looks at what is held, up to a full part, the array's end or the end of what is held.
    private mutating func look() throws(MalformedDocument) -> Sight {
        var copy = self
        let sight = try window.withBytes { (bytes) throws(MalformedDocument) in copy.look(at: bytes) }
        self = copy
        return sight
    }

    private mutating func look(at bytes: Bytes) -> Sight {
        while position < bytes.count {
            let byte = bytes[position]
            if scan.depth == 0, !scan.isInString, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
                if hasElement {
                    if position > 2 * ArraySplitter.fullAt, elements > 0 { return .part }
                    if position > Document.sizeLimit - prefix.count - 1 { return .oversize }
                    elements += 1
                    endOfElements = position
                    hasElement = false
                }
                if byte == UInt8(ascii: "]") { return .end }
                if elements >= ArraySplitter.elementLimit || position >= ArraySplitter.fullAt { return .part }
            } else {
                scan.take(byte)
                if byte > 0x20 { hasElement = true }
            }
            position += 1
        }
        if elements > 0 && position - endOfElements > ArraySplitter.fullAt { return .part }
        return elements == 0 && position > Document.sizeLimit ? .oversize : .more
    }

    /// Takes the elements that were seen as an array of their own, and the comma after them.
    private mutating func part() -> Splitter.Part {
        let bytes = prefix + window.take(endOfElements) + [UInt8(ascii: "]")]
        let location = "elements \(first + 1) to \(first + elements)"
        if !isFinished { window.drop(1) }
        position = max(position - endOfElements - 1, 0)
        first += elements
        elements = 0
        endOfElements = 0
        return (location, .success(bytes))
    }

    /// Forgets an element that is too large, up to the comma or bracket after it.
    private mutating func dropElement() throws(MalformedDocument) {
        window.drop(position)
        position = 0
        hasElement = false
        first += 1
        while try window.hold(1) {
            var copy = scan
            let end = try window.withBytes { (bytes) throws(MalformedDocument) -> Int? in
                for index in 0..<bytes.count {
                    let byte = bytes[index]
                    if copy.depth == 0, !copy.isInString, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
                        return index
                    }
                    copy.take(byte)
                }
                return nil
            }
            scan = copy
            window.drop(end ?? window.count)
            guard end != nil else { continue }
            if window[0] == UInt8(ascii: ",") { window.drop(1) }
            return
        }
    }
}

/// Follows JSON's brackets through its strings, however they are cut.
private struct BracketScan {
    /// How many brackets are open.
    private(set) var depth = 0
    /// Whether the last byte was within a string.
    private(set) var isInString = false
    private var isEscaped = false

    @inline(__always)
    mutating func take(_ byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == 0x5C {
                isEscaped = true
            } else if byte == 0x22 {
                isInString = false
            }
            return
        }
        switch byte {
        case 0x22: isInString = true
        case 0x7B, 0x5B: depth &+= 1
        case 0x7D, 0x5D: depth &-= 1
        default: break
        }
    }
}
