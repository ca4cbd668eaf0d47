/// What a scalar may be part of, after the character classes of twitter-text.
struct ScalarClasses: OptionSet {
    let rawValue: UInt16

    /// ASCII letters and digits.
    static let word = ScalarClasses(rawValue: 1)
    /// White space of any script.
    static let space = ScalarClasses(rawValue: 2)
    /// An invisible mark of writing direction.
    static let direction = ScalarClasses(rawValue: 4)
    /// May stand in a domain's label, at any place.
    static let domain = ScalarClasses(rawValue: 8)
    /// May stand in the path of an address.
    static let path = ScalarClasses(rawValue: 16)
    /// May end the path of an address.
    static let pathEnd = ScalarClasses(rawValue: 32)
    /// May stand in the query of an address.
    static let query = ScalarClasses(rawValue: 64)
    /// May end the query of an address.
    static let queryEnd = ScalarClasses(rawValue: 128)
    /// ASCII punctuation.
    static let punctuation = ScalarClasses(rawValue: 256)
    /// A Latin letter with an accent.
    static let latin = ScalarClasses(rawValue: 512)

    /// The classes of a scalar, hashtags aside.
    static func of(_ scalar: UInt32) -> ScalarClasses {
        scalar < 0x80 ? ascii[Int(scalar)] : beyondASCII(scalar)
    }

    private static let ascii = FixedTable<ScalarClasses>(
        (0..<128).map { code in
            var classes: ScalarClasses = []
            let letter = Unicode.Scalar(UInt8(code))
            let isWord = (0x30...0x39).contains(code) || (0x41...0x5A).contains(code) || (0x61...0x7A).contains(code)
            func note(_ condition: Bool, _ added: ScalarClasses) { if condition { classes.insert(added) } }
            note(isWord, [.word, .domain, .path, .pathEnd, .query, .queryEnd])
            note((0x09...0x0D).contains(code) || code == 0x20, .space)
            note("!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~".unicodeScalars.contains(letter), .punctuation)
            note(letter == "\\", .domain)
            note("!*';:=+,.$/%#[]-_~&|@".unicodeScalars.contains(letter), .path)
            note("=_#/+-".unicodeScalars.contains(letter), .pathEnd)
            note("!?*'();:&=+$/%#[]-_.,~|@".unicodeScalars.contains(letter), .query)
            note("_&=#/-".unicodeScalars.contains(letter), .queryEnd)
            return classes
        })

    private static func beyondASCII(_ scalar: UInt32) -> ScalarClasses {
        switch scalar {
        case 0x85, 0xA0, 0x1680, 0x180E, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return .space
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: return .direction
        case 0xFFFE, 0xFEFF, 0xFFFF: return []
        case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x024F, 0x0253, 0x0254, 0x0256, 0x0257, 0x0259, 0x025B, 0x0263, 0x0268,
            0x026F, 0x0272, 0x0289, 0x028B, 0x02BB, 0x0300...0x036F, 0x1E00...0x1EFF:
            return [.domain, .latin, .path, .pathEnd]
        case 0x0400...0x052F, 0x1C80...0x1C8F, 0x1D2B, 0x1D78, 0x2DE0...0x2DFF, 0xA640...0xA69F:
            return [.domain, .path, .pathEnd]
        case 0x058A, 0x05BE, 0x1400, 0x1806, 0x2010...0x2015, 0x2E17, 0x2E1A, 0x2E3A, 0x2E3B, 0x2E40, 0x301C, 0x3030,
            0x30A0, 0xFE31, 0xFE32, 0xFE58, 0xFE63, 0xFF0D:
            return [.domain, .path]
        default: return .domain
        }
    }

    /// Whether a scalar may stand in a hashtag, and whether it is one of the letters that a hashtag needs one of.
    static func ofTag(_ scalar: UInt32) -> (isPart: Bool, isLetter: Bool) {
        if scalar < 0x80 {
            let classes = ascii[Int(scalar)]
            let isDigit = scalar >= 0x30 && scalar <= 0x39
            return (classes.contains(.word) || scalar == 0x5F, classes.contains(.word) && !isDigit)
        }
        switch scalar {
        case 0x200C, 0x200D, 0xA67E, 0x05BE, 0x05F3, 0x05F4, 0xFF5E, 0x301C, 0x309B, 0x309C, 0x30A0, 0x30FB, 0x3003,
            0x0F0B, 0x0F0C, 0xB7:
            return (true, false)
        default: break
        }
        guard let category = Unicode.Scalar(scalar)?.properties.generalCategory else { return (false, false) }
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark:
            return (true, true)
        case .decimalNumber: return (true, false)
        default: return (false, false)
        }
    }
}
