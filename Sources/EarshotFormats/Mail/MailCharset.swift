internal import Earshot

/// Turns bytes of a declared, undeclared or wrongly declared charset into text.
enum MailCharset {
    /// The text of `bytes`: by the declared charset, else UTF-8, else windows-1252.
    ///
    /// What says Latin-1 or ASCII and is UTF-8 beyond doubt is read as UTF-8, since senders do mislabel it.
    ///
    /// - Parameter fallback: the charset where none is declared and it is not UTF-8; else windows-1252.
    static func text(_ bytes: Bytes, charset declared: String?, fallback: String? = nil) -> String {
        let charset = name(declared ?? "")
        // A byte order mark is no part of the text, and says what it is.
        if bytes.hasPrefix("\u{FEFF}"), !charset.hasPrefix("utf-16"), bytes.isUTF8 {
            return bytes[3..<bytes.count].string
        }
        if isStateful(charset) || (isUndeclared(charset) && hasEscape(bytes)) {
            return stateful(bytes, charset: charset)
        }
        let scan = UTF8Scan(bytes)
        if scan.isASCII && isASCIICompatible(charset) { return bytes.string }
        switch charset {
        case "", "us-ascii", "utf-8":
            if scan.isMostlyValid { return bytes.string }
            return fallback.map { text(bytes, charset: $0) } ?? windows1252(bytes)
        case "windows-1252":
            return scan.isValid && scan.isConvincing ? bytes.string : windows1252(bytes)
        default:
            if scan.isValid, scan.isConvincing, MailConverter.isOfSingleBytes(charset) { return bytes.string }
            return converted(bytes, from: larger(charset, for: bytes), scan)
        }
    }

    /// The charset of Windows that is meant where one of ISO 8859 is named and its controls are letters.
    private static func larger(_ charset: String, for bytes: Bytes) -> String {
        guard let windows = windows[charset], (0..<bytes.count).contains(where: { bytes[$0] & 0xE0 == 0x80 }) else {
            return charset
        }
        return windows
    }

    private static let windows = [
        "iso-8859-2": "windows-1250", "iso-8859-7": "windows-1253", "iso-8859-13": "windows-1257",
        "iso-8859-15": "windows-1252",
    ]

    /// The name that iconv knows best for a charset: the larger one, where a name is used for more than it means; the
    /// labels of the Encoding Standard (section 4.2) mean what they mean there. Empty for names that mean nothing.
    static func name(_ declared: String) -> String {
        if declared.isEmpty { return "" }
        let lower = declared.bytesTrimmed.lowercased()
        switch lower {
        case "utf8", "utf-8", "unicode-1-1-utf-8", "cp65001", "utf8mb4", "utf-8-bom": return "utf-8"
        case "ascii", "us-ascii", "ansi_x3.4-1968", "iso646-us", "7bit": return "us-ascii"
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "iso-8859-1-windows-1252", "cp1252",
            "windows-1252", "ansi", "x-ansi", "cp819", "ibm819", "csisolatin1", "iso-ir-100", "iso_8859-1:1987", "l1":
            return "windows-1252"
        case "iso-8859-9", "latin5": return "windows-1254"
        case "iso-8859-11", "tis-620", "tis620", "windows-874", "dos-874": return "cp874"
        case "gb2312", "gbk", "x-gbk", "gb18030", "cp936", "gb_2312-80", "gb_2312", "euc-cn", "chinesesimplified",
            "chinese", "iso-ir-58", "csgb2312", "csiso58gb231280":
            return "gb18030"
        case "big5", "big-5", "x-big5", "x-x-big5", "csbig5", "cn-big5", "cp950", "big5-hkscs": return "big5-hkscs"
        case "ks_c_5601-1987", "ks_c_5601", "ksc5601", "ksc_5601", "euc-kr", "euckr", "korean", "cp949",
            "ks_c_5601-1989", "csksc56011987", "cseuckr", "iso-ir-149", "windows-949", "x-windows-949", "ms949":
            return "cp949"
        case "shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "cp932", "windows-31j": return "cp932"
        case "euc-jp", "x-euc-jp", "eucjp": return "euc-jp-ms"
        case "iso-8859-8-i", "iso-8859-8-e", "csiso88598i", "csiso88598e", "logical", "visual": return "iso-8859-8"
        case "iso-8859-6-i", "iso-8859-6-e", "csiso88596i", "csiso88596e": return "iso-8859-6"
        case "sun_eu_greek": return "iso-8859-7"
        case "unicode-1-1-utf-7", "utf7", "utf-7": return "utf-7"
        case "hz", "hz-gb-2312": return "hz-gb-2312"
        case "koi8_r", "koi8", "koi", "cskoi8r": return "koi8-r"
        case "x-mac-roman", "x-macroman": return "macintosh"
        case "x-mac-cyrillic", "x-mac-ukrainian": return "mac-cyrillic"
        case "iso-10646-ucs-2": return "utf-16le"
        case "l9", "latin9", "latin-9", "csisolatin9": return "iso-8859-15"
        case "csiso2022jp", "cp50220", "x-windows-iso2022jp": return "iso-2022-jp"
        case "8bit", "unknown-8bit", "x-unknown", "unknown", "default", "default_charset", "x-user-defined", "binary",
            "none":
            return ""
        default:
            let usual = numbered(lower)
            return usual == lower ? lower : name(usual)
        }
    }

    /// The usual spelling of `x-cp1250`, `windows1250`, `win-1250`, `cp-1250`, `iso88592` and their like.
    private static func numbered(_ lower: String) -> String {
        let digits = String(decoding: lower.utf8.filter { $0.isDecimalDigit }, as: UTF8.self)
        let letters = String(
            decoding: lower.utf8.filter { !$0.isDecimalDigit && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") },
            as: UTF8.self)
        if ["xcp", "windows", "xwindows", "win", "cp"].contains(letters), digits.count == 4, digits.hasPrefix("125") {
            return "windows-" + digits
        }
        if letters == "iso", digits.hasPrefix("8859"), (5...6).contains(digits.count) {
            return "iso-8859-" + digits.dropFirst(4)
        }
        return lower
    }

    private static func isUndeclared(_ charset: String) -> Bool { charset.isEmpty || charset == "us-ascii" }

    private static func isStateful(_ charset: String) -> Bool {
        charset.hasPrefix("iso-2022-jp") || charset == "hz-gb-2312"
    }

    /// Whether bytes below 128 mean what they mean in ASCII.
    private static func isASCIICompatible(_ charset: String) -> Bool {
        if isCommon(charset) { return true }
        return !charset.hasPrefix("utf-7") && !charset.hasPrefix("utf-16") && !charset.hasPrefix("utf-32")
            && !charset.hasPrefix("iso-2022") && !charset.hasPrefix("ucs") && !charset.hasPrefix("ebcdic")
            && !charset.hasPrefix("ibm0") && !charset.hasPrefix("unicode") && !charset.hasPrefix("csebcdic")
    }

    private static func isCommon(_ charset: String) -> Bool {
        charset.isEmpty || charset == "us-ascii" || charset == "utf-8" || charset == "windows-1252"
    }

    /// Whether there is an escape to Japanese two-byte characters.
    private static func hasEscape(_ bytes: Bytes) -> Bool {
        bytes.firstRange(of: "\u{1B}$B") != nil || bytes.firstRange(of: "\u{1B}$@") != nil
    }

    private static func stateful(_ bytes: Bytes, charset: String) -> String {
        let (plain, inner) =
            charset == "hz-gb-2312"
            ? (StatefulCharset.gb18030(fromHZ: bytes), "gb18030")
            : (StatefulCharset.eucJP(fromISO2022JP: bytes), "euc-jp-ms")
        return plain.withBytes { converted($0, from: inner, UTF8Scan($0)) }
    }

    /// The text as a charset of iconv has it; another reading where it plainly is not in that charset.
    private static func converted(_ bytes: Bytes, from charset: String, _ scan: UTF8Scan) -> String {
        guard let result = MailConverter.text(bytes, from: charset) else {
            return scan.isMostlyValid ? bytes.string : windows1252(bytes)
        }
        if result.errors == 0 { return result.text }
        if scan.isValid && !scan.isASCII { return bytes.string }
        // A byte that was lost on the way does not make a Chinese letter a Western one.
        return result.errors * 10 <= bytes.count ? result.text : windows1252(bytes)
    }

    /// The text as windows-1252, which has a character for nearly every byte.
    private static func windows1252(_ bytes: Bytes) -> String {
        String(decoding: Windows1252.letters.utf8(of: bytes).text, as: UTF8.self)
    }
}

extension String {
    /// The text without white space, quotes and RFC 2231's language at either end, as a charset's name.
    fileprivate var bytesTrimmed: String {
        let kept = utf8.prefix { $0 != UInt8(ascii: "*") }
        // White space beyond ASCII is in no charset's name, and no name with it is known.
        return String(
            decoding: kept.filter { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "'") }, as: UTF8.self)
    }
}

/// What one pass tells about bytes that may be UTF-8.
struct UTF8Scan {
    /// Whether every byte is below 128.
    private(set) var isASCII = true
    private var sequences = 0
    private var long = 0
    private var errors = 0

    /// Looks at every byte.
    init(_ bytes: Bytes) {
        isASCII = bytes.endOfASCII(from: 0) == bytes.count
        guard !isASCII else { return }
        if bytes.isUTF8 {
            countSequences(bytes)
            return
        }
        var decoder = UTF8()
        var units = unsafe bytes.buffer.makeIterator()
        while true {
            switch unsafe decoder.decode(&units) {
            case .emptyInput: return
            case .error: errors += 1
            case .scalarValue(let scalar):
                if scalar.value >= 0x800 { long += 1 }
                if scalar.value >= 0x80 { sequences += 1 }
            }
        }
    }

    private mutating func countSequences(_ bytes: Bytes) {
        for index in 0..<bytes.count where bytes[index] >= 0xC0 {
            sequences += 1
            if bytes[index] >= 0xE0 { long += 1 }
        }
    }

    /// Whether the bytes are UTF-8.
    var isValid: Bool { errors == 0 }
    /// Whether the bytes are UTF-8 but for what got damaged on the way.
    var isMostlyValid: Bool { errors == 0 || sequences > errors * 2 }
    /// Whether the bytes are beyond doubt not Latin-1 that happens to be UTF-8.
    var isConvincing: Bool { sequences >= 2 || long >= 1 }
}
