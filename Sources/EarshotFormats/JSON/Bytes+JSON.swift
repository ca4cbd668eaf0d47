internal import Earshot

extension Bytes {
    /// The bytes of a member's value in an object that is known to be JSON; none where there is no such member.
    ///
    /// The last of several equal keys is found, as everywhere. Keys that are written with escapes are not found.
    func jsonMember(_ key: StaticString) -> Bytes { jsonMember(key.bytes) }

    /// The bytes of a member's value in an object that is known to be JSON; none where there is no such member.
    func jsonMember(_ key: Bytes) -> Bytes {
        var found = Bytes.none
        var position = jsonGap(0)
        guard position < count, self[position] == UInt8(ascii: "{") else { return found }
        position = jsonGap(position + 1)
        while position < count, self[position] == UInt8(ascii: "\"") {
            let nameEnd = jsonValueEnd(position)
            let name = self[(position + 1)..<(nameEnd - 1)]
            let start = jsonGap(jsonGap(nameEnd) + 1)
            let end = jsonValueEnd(start)
            if name == key { found = self[start..<end] }
            position = jsonGap(end)
            guard position < count, self[position] == UInt8(ascii: ",") else { break }
            position = jsonGap(position + 1)
        }
        return found
    }

    /// The first position from `start` on that is not white space.
    private func jsonGap(_ start: Int) -> Int {
        var position = start
        while position < count, self[position] <= 0x20 { position += 1 }
        return position
    }

    /// The position after the value that begins at `start`.
    private func jsonValueEnd(_ start: Int) -> Int {
        var position = start
        var depth = 0
        while position < count {
            switch self[position] {
            case UInt8(ascii: "\""): position = jsonStringEnd(position)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0...0x20:
                if depth == 0 { return position }
                position += 1
            default:
                position += 1
                // A number or a word goes on up to what cannot be in it.
                continue
            }
            let last = self[position - 1]
            if depth == 0, last == UInt8(ascii: "\"") || last == UInt8(ascii: "}") || last == UInt8(ascii: "]") {
                return position
            }
        }
        return count
    }

    private func jsonStringEnd(_ start: Int) -> Int {
        var position = start + 1
        while position < count, self[position] != UInt8(ascii: "\"") {
            position += self[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return Swift.min(position + 1, count)
    }
}
