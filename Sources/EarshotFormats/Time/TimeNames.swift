internal import Earshot

/// Names of months, halves of the day and zones.
enum TimeNames {
    /// The month of an English name or its abbreviation, in any case.
    static func englishMonth(_ word: Bytes) -> Int? {
        guard word.count >= 3, word.count <= 9 else { return nil }
        let key = letters(word[0..<3])
        guard let index = months.firstIndex(where: { $0.key == key }) else { return nil }
        let rest = word[3..<word.count]
        if rest.isEmpty || letters(rest) == months[index].rest || (index == 8 && letters(rest) == letters("t")) {
            return index + 1
        }
        return nil
    }

    /// The month of a name in one of the languages of the stems; called where no English name fits.
    static func month(_ word: Bytes) -> Int? {
        guard word.count >= 3, word.count <= 32 else { return nil }
        return Array(word.string.lowercased().utf8).withBytes { name in stems.first { name.hasPrefix($0.0) }?.1 }
    }

    /// Whether a word is a day of the week in English, which says nothing that the date does not.
    static func isEnglishWeekday(_ word: Bytes) -> Bool {
        guard word.count >= 3, word.count <= 9 else { return false }
        return weekdays.contains(letters(word[0..<3])) && (word.count == 3 || word[word.count - 1] | 0x20 == 0x79)
    }

    /// Minutes east of UTC of a zone's name; a letter of the military means UTC, as RFC 5322 4.3 wants.
    static func zone(_ word: Bytes) -> Int? {
        guard word.count <= 7 else { return nil }
        if word.count == 1 { return word[0] | 0x20 != UInt8(ascii: "t") ? 0 : nil }
        let key = letters(word)
        return zones.first { $0.key == key }?.minutes
    }

    /// Whether a word says before noon (false) or after (true).
    static func isAfternoon(_ word: Bytes) -> Bool? {
        if word == "오전" || word == "上午" || word == "午前" || word == "πμ" { return false }
        if word == "오후" || word == "下午" || word == "午後" || word == "μμ" { return true }
        switch letters(word) {
        case letters("am"), letters("a.m"): return false
        case letters("pm"), letters("p.m"): return true
        default: return nil
        }
    }

    /// Up to eight bytes as one number, letters in lower case.
    private static func letters(_ word: Bytes) -> UInt64 {
        guard word.count <= 8 else { return .max }
        var key: UInt64 = 0
        for index in 0..<word.count {
            let byte = word[index]
            key = key << 8 | UInt64(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte)
        }
        return key
    }

    private static func letters(_ literal: StaticString) -> UInt64 { letters(literal.bytes) }

    private static let months: [(key: UInt64, rest: UInt64)] = [
        (letters("jan"), letters("uary")), (letters("feb"), letters("ruary")), (letters("mar"), letters("ch")),
        (letters("apr"), letters("il")), (letters("may"), letters("")), (letters("jun"), letters("e")),
        (letters("jul"), letters("y")), (letters("aug"), letters("ust")), (letters("sep"), letters("tember")),
        (letters("oct"), letters("ober")), (letters("nov"), letters("ember")), (letters("dec"), letters("ember")),
    ]

    private static let weekdays: [UInt64] = [
        letters("mon"), letters("tue"), letters("wed"), letters("thu"), letters("fri"), letters("sat"), letters("sun"),
    ]

    private static let zones: [(key: UInt64, minutes: Int)] = [
        (letters("gmt"), 0), (letters("utc"), 0), (letters("est"), -300), (letters("edt"), -240),
        (letters("pst"), -480), (letters("pdt"), -420), (letters("cst"), -360), (letters("cdt"), -300),
        (letters("mst"), -420), (letters("mdt"), -360), (letters("ut"), 0), (letters("cet"), 60),
        (letters("cest"), 120), (letters("met"), 60), (letters("mest"), 120), (letters("mez"), 60),
        (letters("mesz"), 120), (letters("bst"), 60), (letters("wet"), 0), (letters("west"), 60),
        (letters("eet"), 120), (letters("eest"), 180), (letters("msk"), 180), (letters("msd"), 240),
        (letters("ist"), 330), (letters("jst"), 540), (letters("kst"), 540), (letters("sgt"), 480),
        (letters("hkt"), 480), (letters("awst"), 480), (letters("acst"), 570), (letters("acdt"), 630),
        (letters("aest"), 600), (letters("aedt"), 660), (letters("nzst"), 720), (letters("nzdt"), 780),
        (letters("sast"), 120), (letters("brt"), -180), (letters("art"), -180), (letters("nst"), -210),
        (letters("ndt"), -150), (letters("ast"), -240), (letters("adt"), -180), (letters("akst"), -540),
        (letters("akdt"), -480), (letters("hst"), -600), (letters("at"), -240), (letters("et"), -300),
        (letters("ct"), -360), (letters("mt"), -420), (letters("pt"), -480), (letters("etc/gmt"), 0),
        (letters("etc/utc"), 0),
    ]

    /// Beginnings of month names in lower case; of two that begin alike, the longer first.
    ///
    /// `listopad` is November in Polish and Czech and October in Croatian; the more frequent languages have it.
    private static let stems: [(StaticString, Int)] = [
        // Finnish
        ("tammi", 1), ("helmi", 2), ("maalis", 3), ("huhti", 4), ("touko", 5), ("kesä", 6), ("heinä", 7), ("elo", 8),
        ("syys", 9), ("loka", 10), ("marras", 11), ("joulu", 12),
        // Polish, Croatian, Czech
        ("sty", 1), ("lut", 2), ("kwi", 4), ("cze", 6), ("lipn", 6), ("lipanj", 6), ("lip", 7), ("sie", 8), ("wrz", 9),
        ("paź", 10), ("paz", 10), ("lis", 11), ("gru", 12),
        ("sij", 1), ("velj", 2), ("ožu", 3), ("ozu", 3), ("tra", 4), ("svi", 5), ("srpanj", 7), ("srpnj", 7),
        ("srpn", 8), ("srpe", 8), ("srp", 7), ("kol", 8), ("ruj", 9), ("stu", 11), ("pro", 12),
        ("led", 1), ("úno", 2), ("bře", 3), ("dub", 4), ("kvě", 5), ("červenc", 7), ("červenec", 7), ("červ", 6),
        ("zář", 9), ("říj", 10),
        // Hungarian
        ("már", 3), ("ápr", 4), ("máj", 5), ("jún", 6), ("júl", 7), ("sze", 9),
        // Greek
        ("ιαν", 1), ("φεβ", 2), ("μάρ", 3), ("μαρ", 3), ("απρ", 4), ("μάι", 5), ("μαΐ", 5), ("μαϊ", 5), ("μαι", 5),
        ("ιούν", 6), ("ιουν", 6), ("ιούλ", 7), ("ιουλ", 7), ("αύγ", 8), ("αυγ", 8), ("σεπ", 9), ("οκτ", 10),
        ("νοέ", 11), ("νοε", 11), ("δεκ", 12),
        // Russian, Ukrainian where it differs
        ("янв", 1), ("фев", 2), ("мар", 3), ("апр", 4), ("мая", 5), ("май", 5), ("июн", 6), ("июл", 7), ("авг", 8),
        ("сен", 9), ("окт", 10), ("ноя", 11), ("дек", 12),
        // Turkish
        ("oca", 1), ("şub", 2), ("nis", 4), ("haz", 6), ("tem", 7), ("ağu", 8), ("eyl", 9), ("eki", 10), ("kas", 11),
        ("ara", 12),
        // French, German, the Romance and the Nordic languages, Dutch
        ("jän", 1), ("ene", 1), ("gen", 1), ("ian", 1), ("jan", 1), ("fév", 2), ("fev", 2), ("feb", 2), ("mär", 3),
        ("mrz", 3), ("maar", 3), ("mrt", 3), ("mar", 3), ("avr", 4), ("abr", 4), ("apr", 4), ("mag", 5), ("mai", 5),
        ("maj", 5), ("may", 5), ("mei", 5), ("juil", 7), ("juin", 6), ("giu", 6), ("iun", 6), ("jun", 6), ("lug", 7),
        ("iul", 7), ("jul", 7), ("aoû", 8), ("aou", 8), ("ago", 8), ("aug", 8), ("sep", 9), ("set", 9), ("okt", 10),
        ("ott", 10), ("out", 10), ("oct", 10), ("nov", 11), ("noi", 11), ("déc", 12), ("dez", 12), ("dic", 12),
        ("des", 12), ("dec", 12),
    ]
}
