internal import CSimdJSON
public import Earshot
internal import Synchronization

/// Reads JSON pages with simdjson: one pass, no strings made, malformed input refused.
public enum JSON {
    /// Parses one JSON text and calls `body` with its root, which is valid only during the call.
    ///
    /// What platforms really send and simdjson refuses (a lone surrogate escape, a number past 64 bits, a raw control
    /// character, a byte that is no UTF-8) is repaired, and the text parsed again; `isRepaired` says so.
    public static func read<Result>(
        _ bytes: [UInt8], _ body: (_ root: JSONNode, _ isRepaired: Bool) throws(MalformedDocument) -> Result
    ) throws(MalformedDocument) -> Result {
        let parser = try parser(for: bytes)
        defer { parser.giveBack() }
        let root: JSONNode
        let isRepaired: Bool
        do {
            root = try parser.parse(bytes)
            isRepaired = false
        } catch {
            guard let repaired = JSONRepair.repaired(bytes) else { throw error }
            root = try parser.parse(repaired)
            isRepaired = true
        }
        return try body(root, isRepaired)
    }

    /// Parses one JSON text and calls `body` with its root, as `read` does, and repairs nothing.
    public static func parse<Result>(
        _ bytes: [UInt8], _ body: (_ root: JSONNode) throws(MalformedDocument) -> Result
    ) throws(MalformedDocument) -> Result {
        let parser = try parser(for: bytes)
        defer { parser.giveBack() }
        return try body(try parser.parse(bytes))
    }

    private static func parser(for bytes: [UInt8]) throws(MalformedDocument) -> JSONParser {
        guard bytes.count <= Document.sizeLimit else {
            throw MalformedDocument("larger than \(Document.sizeLimit / 1_048_576) MiB")
        }
        return try JSONParser.take()
    }
}

/// A simdjson parser, taken from a pool and given back, as its buffers are worth keeping.
// Unchecked: used by one thread at a time, whoever took it from the pool.
@safe private final class JSONParser: @unchecked Sendable {
    private let parser: OpaquePointer
    private static let pool = Mutex<[JSONParser]>([])
    private static let poolLimit = 8

    private init(_ parser: OpaquePointer) { unsafe self.parser = parser }

    deinit { unsafe csimdjson_free(parser) }

    static func take() throws(MalformedDocument) -> JSONParser {
        if let idle = pool.withLock({ $0.popLast() }) { return idle }
        guard let parser = unsafe csimdjson_new() else { throw MalformedDocument("no memory for a JSON parser") }
        return unsafe JSONParser(parser)
    }

    func giveBack() {
        JSONParser.pool.withLock { pool in
            if pool.count < JSONParser.poolLimit { pool.append(self) }
        }
    }

    /// The root of `bytes`; the array's spare capacity serves as simdjson's padding where it is enough.
    func parse(_ bytes: [UInt8]) throws(MalformedDocument) -> JSONNode {
        var start = 0
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { start = 3 }
        let padding = csimdjson_padding()
        // An array that more than one holds is copied when it is asked for room, so it is asked only where it must be.
        var padded = bytes
        if bytes.capacity < bytes.count + padding { padded.reserveCapacity(bytes.count + padding) }
        let page = unsafe padded.withUnsafeBufferPointer { buffer in
            unsafe csimdjson_parse(parser, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
        }
        guard unsafe page.error == 0, let tape = unsafe page.tape, let strings = unsafe page.strings else {
            throw MalformedDocument("not JSON: \(unsafe JSONParser.explain(page.error, bytes))")
        }
        return unsafe JSONNode(tape: tape, strings: strings, index: 1)
    }

    /// simdjson's words for an error, made to fit a sentence.
    private static func explain(_ error: Int32, _ bytes: [UInt8]) -> String {
        if bytes.allSatisfy({ $0 <= 0x20 }) { return "empty" }
        guard let message = unsafe csimdjson_error_message(error) else { return "error \(error)" }
        return unsafe String(cString: message)
    }
}
