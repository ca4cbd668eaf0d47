/// Windows-1252, which most of what calls itself Latin-1 is in.
enum Windows1252 {
    /// The scalars of bytes 80 to 9F; the five that are no letters stand for themselves, as in HTML (WHATWG Encoding).
    static let scalars: [UInt16] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// With a meaning for every byte.
    static let whole = ByteCharset(scalars + (0xA0...0xFF))
    /// Without the five that are no letters.
    static let letters = ByteCharset(scalars.map { $0 < 0xA0 ? 0 : $0 } + (0xA0...0xFF))
}
