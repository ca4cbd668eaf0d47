internal import Earshot

/// An address being written, with everything encoded that may not stand in one.
struct URLWriter {
    /// What has been written.
    private(set) var bytes: [UInt8] = []
    /// Whether scalars beyond ASCII are percent-encoded, or stay as IRIs have them.
    private let encodesAll: Bool
    /// Whether `%7e` becomes `~` and `%c3` becomes `%C3`.
    private let normalizes: Bool

    init(encodesAll: Bool, normalizes: Bool) {
        self.encodesAll = encodesAll
        self.normalizes = normalizes
        bytes.reserveCapacity(160)
    }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ literal: StaticString) { bytes.append(literal.bytes) }

    /// Appends in lower case, for schemes and hosts.
    mutating func append(lowercased run: Bytes) {
        for index in 0..<run.count { bytes.append(run[index].lowercased) }
    }

    /// Takes last segments `amp` off the path that begins at `root`, unless that is all of it.
    mutating func removeAMP(after root: Int) {
        while true {
            let (path, mark) = (bytes[root...], "/amp".utf8)
            if path.count > 5, path.dropLast().suffix(4).elementsEqual(mark), path.last == UInt8(ascii: "/") {
                bytes.removeLast(4)
            } else if path.count > 4, path.suffix(4).elementsEqual(mark) {
                bytes.removeLast(4)
            } else {
                return
            }
        }
    }

    /// What must not stand as it is in a part of an address.
    enum Part { case path, query, fragment }

    /// Appends a part, encoding what may not stand in it.
    mutating func append(_ run: Bytes, in part: Part) {
        var index = 0
        while index < run.count {
            let byte = run[index]
            if byte == UInt8(ascii: "%"), normalizes {
                index += normalize(run[index..<run.count])
                continue
            }
            if URLWriter.mustEncode(byte, in: part) || (byte >= 0x80 && encodesAll) {
                encode(byte)
            } else {
                bytes.append(byte)
            }
            index += 1
        }
    }

    /// Appends what begins with a `%` in its normal form, and tells how long it was.
    ///
    /// One without two digits is itself encoded, lest it meet digits that are decoded behind it.
    private mutating func normalize(_ run: Bytes) -> Int {
        guard run.count >= 3, let high = run[1].hexadecimalValue, let low = run[2].hexadecimalValue else {
            append("%25")
            return 1
        }
        let value = high << 4 | low
        if URLWriter.isUnreserved(value) { bytes.append(value) } else { encode(value) }
        return 3
    }

    private mutating func encode(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "%"))
        for nibble in [byte >> 4, byte & 15] { bytes.append(nibble < 10 ? nibble + 0x30 : nibble + 0x37) }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
        default: false
        }
    }

    private static func mustEncode(_ byte: UInt8, in part: Part) -> Bool {
        switch byte {
        case 0...0x20, 0x7F, 0x22, 0x3C, 0x3E: true
        case 0x60: part != .query
        case 0x27, 0x23: part == .query
        case 0x3F, 0x5E, 0x7B, 0x7D: part == .path
        default: false
        }
    }

    /// Appends the path that `path` means beside the last segment of `directory`, without `.` and `..`.
    mutating func append(path: Bytes, beside directory: Bytes, slashes: Bool) {
        var starts: [Int] = []
        if !directory.isEmpty { append(segments: directory, isLast: false, slashes: slashes, starts: &starts) }
        append(segments: path, isLast: true, slashes: slashes, starts: &starts)
    }

    /// Appends each segment with its slash; without `isLast` the last segment is left out.
    private mutating func append(segments run: Bytes, isLast: Bool, slashes: Bool, starts: inout [Int]) {
        var start = !run.isEmpty && isSlash(run[0], slashes) ? 1 : 0
        while true {
            var end = start
            while end < run.count, !isSlash(run[end], slashes) { end += 1 }
            let ends = end >= run.count
            if ends && !isLast { return }
            let segment = run[start..<end]
            switch URLWriter.dots(segment) {
            case 2:
                if let last = starts.popLast() { bytes.removeLast(bytes.count - last) }
                if ends { bytes.append(UInt8(ascii: "/")) }
            case 1:
                if ends { bytes.append(UInt8(ascii: "/")) }
            default:
                starts.append(bytes.count)
                bytes.append(UInt8(ascii: "/"))
                append(segment, in: .path)
            }
            if ends { return }
            start = end + 1
        }
    }

    private func isSlash(_ byte: UInt8, _ slashes: Bool) -> Bool {
        byte == UInt8(ascii: "/") || (slashes && byte == UInt8(ascii: "\\"))
    }

    /// 1 for `.`, 2 for `..`, also percent-encoded, else 0.
    private static func dots(_ segment: Bytes) -> Int {
        guard segment.count >= 1, segment.count <= 6 else { return 0 }
        var count = 0
        var index = 0
        while index < segment.count {
            if segment[index] == UInt8(ascii: ".") {
                index += 1
            } else if segment[index..<(index + 3)] == "%2e" || segment[index..<(index + 3)] == "%2E" {
                index += 3
            } else {
                return 0
            }
            count += 1
        }
        return count <= 2 ? count : 0
    }
}
