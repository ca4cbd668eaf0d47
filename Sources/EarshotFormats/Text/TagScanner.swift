internal import Earshot

/// Finds hashtags and cashtags.
enum TagScanner {
    /// Hashtags: `#` or `＃` after what is no part of a tag, then letters, marks, digits, with at least one letter.
    static func hashtags(in text: ScannedText) -> [EntitySpan] {
        var found: [EntitySpan] = []
        var position = 0
        var consumed = 0
        while position < text.count {
            guard isHash(text[position]), mayPrecede(text, position, consumed), !isKeycap(text[position + 1]) else {
                position += 1
                continue
            }
            var end = position + 1
            var hasLetter = false
            while end < text.count {
                let classes = ScalarClasses.ofTag(text[end])
                guard classes.isPart else { break }
                hasLetter = hasLetter || classes.isLetter
                end += 1
            }
            if hasLetter {
                consumed = end
                if !isHash(text[end]) && !text.has("://", at: end) {
                    found.append(EntitySpan(type: .hashtag, range: position..<end))
                }
            }
            position = max(end, position + 1)
        }
        return found
    }

    /// Cashtags: `$` after white space, one to six letters, perhaps a `.` or `_` and one or two more.
    static func cashtags(in text: ScannedText) -> [EntitySpan] {
        var found: [EntitySpan] = []
        for position in 0..<text.count where text[position] == 0x24 {
            guard position == 0 || !ScalarClasses.of(text[position - 1]).isDisjoint(with: [.space, .direction]),
                let end = cashtagEnd(text, position + 1)
            else { continue }
            found.append(EntitySpan(type: .cashtag, range: position..<end))
        }
        return found
    }

    private static func cashtagEnd(_ text: ScannedText, _ start: Int) -> Int? {
        let root = letters(text, from: start, atMost: 6)
        guard root > start else { return nil }
        if text[root] == 0x2E || text[root] == 0x5F {
            let suffix = letters(text, from: root + 1, atMost: 2)
            if suffix > root + 1 && endsCashtag(text, suffix) { return suffix }
        }
        return endsCashtag(text, root) ? root : nil
    }

    private static func letters(_ text: ScannedText, from start: Int, atMost limit: Int) -> Int {
        var end = start
        while end < min(start + limit, text.count), (0x61...0x7A).contains(ScannedText.lower(text[end])) { end += 1 }
        return end
    }

    private static func endsCashtag(_ text: ScannedText, _ end: Int) -> Bool {
        if end >= text.count { return true }
        return !ScalarClasses.of(text[end]).isDisjoint(with: [.space, .punctuation])
    }

    private static func isHash(_ scalar: UInt32) -> Bool { scalar == 0x23 || scalar == 0xFF03 }

    /// `#️⃣` is an emoji.
    private static func isKeycap(_ scalar: UInt32) -> Bool { scalar == 0xFE0F || scalar == 0x20E3 }

    private static func mayPrecede(_ text: ScannedText, _ position: Int, _ consumed: Int) -> Bool {
        if position == 0 { return true }
        let before = text[position - 1]
        guard position > consumed, before != 0x26 else { return false }
        return before == 0xFE0E || before == 0xFE0F || !ScalarClasses.ofTag(before).isPart
    }
}

/// Finds names of accounts.
enum HandleScanner {
    /// Names: `@` or `＠` after what cannot belong to a mail address, then the letters that names are made of.
    static func names(in text: ScannedText, _ handles: TextEntities.Handles) -> [EntitySpan] {
        var found: [EntitySpan] = []
        var position = 0
        while position < text.count {
            guard isAt(text[position]), mayPrecede(text, position) else {
                position += 1
                continue
            }
            let end = nameEnd(text, position + 1, handles)
            if end > position + 1 && mayFollow(text, end) {
                let list = handles == .plain ? listEnd(text, end) : end
                // A list of an account is no mention of it, but covers it.
                found.append(EntitySpan(type: list == end ? .mention : nil, range: position..<list))
            }
            position = end
        }
        return found
    }

    private static func nameEnd(_ text: ScannedText, _ start: Int, _ handles: TextEntities.Handles) -> Int {
        let limit = handles == .plain ? 20 : 30
        var end = start
        while end < min(start + limit, text.count) {
            let scalar = text[end]
            let isPart = ScalarClasses.of(scalar).contains(.word) || scalar == 0x5F
            guard isPart || (handles == .dotted && scalar == 0x2E && end > start) else { break }
            end += 1
        }
        while end > start, text[end - 1] == 0x2E { end -= 1 }
        return end
    }

    /// The end of `/list-name` after a name, or the name's end where there is none.
    private static func listEnd(_ text: ScannedText, _ end: Int) -> Int {
        guard text[end] == 0x2F, (0x61...0x7A).contains(ScannedText.lower(text[end + 1])) else { return end }
        var last = end + 2
        while last < min(end + 26, text.count),
            ScalarClasses.of(text[last]).contains(.word) || text[last] == 0x5F || text[last] == 0x2D
        {
            last += 1
        }
        return last
    }

    private static func isAt(_ scalar: UInt32) -> Bool { scalar == 0x40 || scalar == 0xFF20 }

    private static func mayFollow(_ text: ScannedText, _ end: Int) -> Bool {
        guard end < text.count else { return true }
        return !isAt(text[end]) && !ScalarClasses.of(text[end]).contains(.latin) && !text.has("://", at: end)
    }

    private static func mayPrecede(_ text: ScannedText, _ position: Int) -> Bool {
        if position == 0 { return true }
        let before = text[position - 1]
        switch before {
        case 0x5F, 0x21, 0x23, 0x24, 0x25, 0x26, 0x2A, 0x40, 0xFF20: return false
        default: break
        }
        // `RT@name` and `RT:@name` repeat what `name` said.
        return !ScalarClasses.of(before).contains(.word) || isRepeatMark(text, before: position)
    }

    private static func isRepeatMark(_ text: ScannedText, before position: Int) -> Bool {
        let start = position - 2
        guard text.has("rt", at: start) else { return false }
        let before = text[start - 1]
        if start == 0 { return true }
        return !ScalarClasses.of(before).contains(.word) && ![0x5F, 0x2B, 0x7E, 0x2E, 0x2D].contains(before)
    }
}
