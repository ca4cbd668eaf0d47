internal import Earshot

/// The part of a `style` attribute that only colours, sizes and sets text within its own place.
///
/// No declaration is kept that loads anything, lays something over the page, hides text or turns its direction; of a
/// value only words, numbers, quoted names and `rgb(…)` are.
enum StyleFilter {
    /// The harmless declarations, `name: value;` each.
    static func filtered(_ style: Bytes) -> [UInt8] {
        var output: [UInt8] = []
        guard style.count <= longest else { return output }
        var start = 0
        while start < style.count {
            let end = style.firstIndex(of: UInt8(ascii: ";"), from: start) ?? style.count
            let declaration = style[start..<end]
            start = end + 1
            guard let colon = declaration.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = declaration[0..<colon].trimmed
            let value = declaration[(colon + 1)..<declaration.count].trimmed
            guard isHarmless(name, value) else { continue }
            if !output.isEmpty { output.append(0x20) }
            output.append(name)
            output.append((": " as StaticString).bytes)
            output.append(value)
            output.append(UInt8(ascii: ";"))
        }
        return output
    }

    private static let longest = 2048

    private static func isHarmless(_ name: Bytes, _ value: Bytes) -> Bool {
        guard !value.isEmpty, isPlain(value) else { return false }
        if name.isSpelled("display") { return value.isSpelled("block") || value.isSpelled("inline") }
        for property in properties where name.isSpelled(property) { return true }
        for family in families where isMember(name, of: family) { return words(of: value, are: isMeasure) }
        return false
    }

    private static func isMember(_ name: Bytes, of family: StaticString) -> Bool {
        let length = family.utf8CodeUnitCount
        return name.count >= length && name[0..<length].isSpelled(family)
            && (name.count == length || name[length] == UInt8(ascii: "-")) && isName(name)
    }

    private static func isName(_ name: Bytes) -> Bool {
        (0..<name.count).allSatisfy { name[$0] == UInt8(ascii: "-") || isLetter(name[$0]) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    /// Whether a value has nothing but words, numbers, quoted names and numbers in parentheses.
    private static func isPlain(_ value: Bytes) -> Bool {
        var quote: UInt8 = 0
        var inParentheses = false
        for index in 0..<value.count {
            let byte = value[index]
            switch byte {
            case 0x30...0x39, 0x20, UInt8(ascii: ","), UInt8(ascii: "%"), UInt8(ascii: "."): continue
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                guard !inParentheses, quote == 0 || quote == byte else { return false }
                quote = quote == 0 ? byte : 0
            case UInt8(ascii: "("):
                guard quote == 0, !inParentheses, index >= 3, value[(index - 3)..<index].isSpelled("rgb") else {
                    return false
                }
                inParentheses = true
            case UInt8(ascii: ")"):
                guard inParentheses else { return false }
                inParentheses = false
            case UInt8(ascii: "-"), UInt8(ascii: "#"), UInt8(ascii: "!"), UInt8(ascii: "_"):
                if inParentheses { return false }
            default: if inParentheses || !isLetter(byte) { return false }
            }
        }
        return quote == 0 && !inParentheses
    }

    /// Whether each word of a value, parted by spaces outside parentheses, passes.
    private static func words(of value: Bytes, are isGood: (Bytes) -> Bool) -> Bool {
        var start = 0
        var inParentheses = false
        for index in 0...value.count {
            let byte = index < value.count ? value[index] : 0x20
            if byte == UInt8(ascii: "(") { inParentheses = true }
            if byte == UInt8(ascii: ")") { inParentheses = false }
            guard byte == 0x20, !inParentheses else { continue }
            let word = value[start..<index]
            if !word.isEmpty, !isGood(word) { return false }
            start = index + 1
        }
        return true
    }

    /// A keyword, a colour, or a length of at most two digits before and after the point.
    private static func isMeasure(_ word: Bytes) -> Bool {
        for keyword in keywords where word.isSpelled(keyword) { return true }
        if word[0] == UInt8(ascii: "#") {
            return word.count <= 9 && (1..<word.count).allSatisfy { word[$0].hexadecimalValue != nil }
        }
        if word.count > 4, word[0..<4].isSpelled("rgb(") { return true }
        var position = 0
        while position < 3, word.digit(position) != nil { position += 1 }
        if position < word.count, word[position] == UInt8(ascii: ".") {
            let point = position
            position += 1
            while position < point + 3, word.digit(position) != nil { position += 1 }
        }
        let unit = word[position..<word.count]
        return unit.isEmpty || units.contains { unit.isSpelled($0) }
    }

    private static let units: [StaticString] = ["px", "em", "pt", "%", "ex", "in", "cm", "mm", "pc", "rem"]

    /// Properties whose plain values are all harmless.
    private static let properties: [StaticString] = [
        "background-color", "border-bottom-color", "border-collapse", "border-color", "border-left-color",
        "border-right-color", "border-top-color", "clear", "color", "cursor", "float", "font", "font-family",
        "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing", "line-height", "overflow",
        "text-align", "text-decoration", "text-indent", "vertical-align", "white-space", "width",
    ]

    /// Properties, with all that begin so, whose values are looked at word by word.
    private static let families: [StaticString] = ["background", "border", "margin", "padding"]

    private static let keywords: [StaticString] = [
        "auto", "aqua", "black", "block", "blue", "bold", "both", "bottom", "brown", "center", "collapse", "dashed",
        "dotted", "fuchsia", "gray", "green", "!important", "italic", "left", "lime", "maroon", "medium", "none",
        "navy", "normal", "nowrap", "olive", "pointer", "purple", "red", "right", "silver", "solid", "teal", "top",
        "transparent", "underline", "white", "yellow",
    ]
}
