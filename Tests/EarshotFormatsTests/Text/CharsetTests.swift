import Earshot
import EarshotTesting
import Glibc
import Testing

@testable import EarshotFormats

/// What we convert ourselves is what iconv makes of it.
@Suite struct CharsetTests {
    private var random = SeededRandom(seed: 0xC4A2)

    /// The text as iconv reads it; nil where it does not.
    private func reference(_ bytes: [UInt8], _ charset: String) throws -> [UInt8]? {
        let converter = unsafe iconv_open("UTF-8", charset)
        try #require(Int(bitPattern: converter) != -1, "\(charset)")
        defer { _ = unsafe iconv_close(converter) }
        var source = bytes.map { CChar(bitPattern: $0) }
        var target = [CChar](repeating: 0, count: bytes.count * 4 + 16)
        let room = target.count
        let made: Int? = unsafe source.withUnsafeMutableBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
                var (from, left) = (source.baseAddress, source.count)
                var (to, space) = (target.baseAddress, room)
                guard unsafe iconv(converter, &from, &left, &to, &space) != -1,
                    unsafe iconv(converter, nil, nil, &to, &space) != -1
                else { return nil }
                return room - space
            }
        }
        return made.map { target.prefix($0).map { UInt8(bitPattern: $0) } }
    }

    /// A charset's letters, asked for anew: what other tests have met, of which so many are held, counts for nothing
    /// here.
    private func letters(of charset: String) throws -> ByteCharset? {
        let converter = unsafe iconv_open("UTF-8", charset)
        try #require(Int(bitPattern: converter) != -1, "\(charset)")
        defer { _ = unsafe iconv_close(converter) }
        return unsafe converter.flatMap { unsafe ByteCharset($0) }
    }

    /// Bytes of which many are ASCII, as in markup.
    private mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: Bool.random(using: &random) ? 0x20...0x7E : 0...0xFF, using: &random) }
    }

    @Test(arguments: [
        "iso-8859-2", "iso-8859-4", "iso-8859-5", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-13",
        "iso-8859-15", "iso-8859-16", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1256",
        "windows-1257", "koi8-r", "koi8-u", "macintosh", "cp437", "cp852", "cp866", "tis-620", "windows-874",
        "ansi_x3.4-1968",
    ])
    func `a charset of single bytes is a table, and reads as iconv does`(_ charset: String) throws {
        var tests = self
        let letters = try #require(try letters(of: charset))
        for count in 0..<400 {
            let bytes = tests.bytes(count % 40)
            let (text, errors) = bytes.withBytes { letters.utf8(of: $0) }
            #expect(try tests.reference(bytes, charset) == (errors == 0 ? text : nil))
        }
        for byte in UInt8.min ... .max {
            let (text, errors) = [byte].withBytes { letters.utf8(of: $0) }
            #expect(errors == 0 ? try tests.reference([byte], charset) == text : text == [0xEF, 0xBF, 0xBD])
        }
    }

    @Test(arguments: [
        "windows-1255", "windows-1258", "tcvn", "viscii", "shift_jis", "euc-jp", "euc-kr", "big5", "gb18030",
        "iso-2022-jp", "iso-2022-kr", "utf-7", "utf-8", "utf-16", "utf-32", "cp037", "iso_6937",
    ])
    func `a charset in which bytes depend on others, or that is no ASCII, is no table`(_ charset: String) throws {
        #expect(try letters(of: charset) == nil)
    }

    @Test(arguments: UInt8.min ... .max)
    func `windows-1252 has iconv's letters, and a control for each byte that is none`(_ byte: UInt8) throws {
        let (letters, errors) = [byte].withBytes { Windows1252.letters.utf8(of: $0) }
        #expect(try reference([byte], "windows-1252") == (errors == 0 ? letters : nil))
        let (whole, others) = [byte].withBytes { Windows1252.whole.utf8(of: $0) }
        #expect(others == 0 && whole == (errors == 0 ? letters : [0xC2, byte]))
    }

    @Test func `what is no charset has no letters`() {
        #expect(LoadedCharsets.letters(of: "no-such-charset") == nil)
    }

    @Test(arguments: ["utf-16le", "utf-16be"])
    func `text of sixteen bits reads as iconv does`(_ charset: String) throws {
        var tests = self
        for round in 0..<4000 {
            var bytes: [UInt8] = []
            for _ in 0..<(round % 20) {
                // Letters of one, two and three bytes, and halves of pairs, which are seldom whole.
                let ranges: [ClosedRange<UInt16>] = [0...0x7F, 0...0x7F, 0x80...0x7FF, 0x800...0xFFFF, 0xD800...0xDFFF]
                let range = ranges[Int.random(in: 0..<5, using: &tests.random)]
                let unit = UInt16.random(in: range, using: &tests.random)
                let isPair = unit & 0xFC00 == 0xD800 && Bool.random(using: &tests.random)
                for unit in isPair ? [unit, 0xDC00 | unit & 0x3FF] : [unit] {
                    let (low, high) = (UInt8(unit & 0xFF), UInt8(unit >> 8))
                    bytes += charset == "utf-16be" ? [high, low] : [low, high]
                }
            }
            if round % 31 == 0 { bytes.append(0x20) }
            let text = bytes.withBytes { WideText($0, isBigEndian: charset == "utf-16be").utf8 }
            #expect(try text == tests.reference(bytes, charset), "\(bytes)")
        }
    }
}
