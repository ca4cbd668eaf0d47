extension Reading {
    /// Keeps bytes that are UTF-8: ids, addresses, codes. Control characters are left out.
    public mutating func keep(_ bytes: Bytes) -> Kept {
        guard let start = place(for: bytes) else { return .none }
        if TextScan.hasControls(bytes) {
            for index in 0..<bytes.count where bytes[index] >= 0x20 && bytes[index] != 0x7F {
                arena.append(bytes[index])
            }
        } else {
            arena.append(bytes)
        }
        return kept(from: start)
    }

    /// Keeps a short text: ids, addresses, codes. Control characters are left out.
    public mutating func keep(_ string: String) -> Kept {
        var copy = string
        return copy.withUTF8 { unsafe keep(Bytes(start: $0.baseAddress, count: $0.count)) }
    }

    /// Keeps bytes as they are; the caller vouches that they are UTF-8 and, for `ext` and `raw`, one JSON value.
    public mutating func keepJSON(_ bytes: Bytes) -> Kept {
        guard let start = place(for: bytes) else { return .none }
        arena.append(bytes)
        return kept(from: start)
    }

    /// Keeps what a JSON writer has written, or nothing where it wrote no member.
    public mutating func keep(_ fields: borrowing JSONFields) -> Kept {
        fields.withOpenBytes { members in
            guard !members.isEmpty, hasRoom(for: members.count + 1) else { return .none }
            let start = arena.count
            arena.append(members)
            arena.append(UInt8(ascii: "}"))
            return kept(from: start)
        }
    }

    /// Keeps several runs one after another as one text: an address made of parts, an id of two ids. Control characters
    /// are left out.
    public mutating func keep(joining parts: Bytes...) -> Kept {
        let start = arena.count
        for part in parts where hasRoom(for: part.count) { arena.append(part) }
        let whole = kept(from: start)
        guard withBytes(of: whole, { TextScan.hasControls($0) }) else { return whole }
        arena.removeSubrange(start...)
        for part in parts { _ = keep(part) }
        return kept(from: start)
    }

    /// Where the next run begins, or nil where there is nothing to keep or no room for it.
    private func place(for bytes: Bytes) -> Int? {
        bytes.isEmpty || !hasRoom(for: bytes.count) ? nil : arena.count
    }

    /// Whether `count` more bytes stay within what 32 bits can address.
    func hasRoom(for count: Int) -> Bool { arena.count + count <= Int(UInt32.max) }

    /// The run from `start` to the arena's end.
    func kept(from start: Int) -> Kept {
        Kept(start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: arena.count - start))
    }
}
