import Earshot
import Testing

@testable import EarshotFormats

@Suite struct SortedWordsTests {
    private static let words = SortedWords(
        """
        a ab abc b ba
        bab c z ça
        """)

    private func has(_ word: String) -> Bool { Array(word.utf8).withBytes { SortedWordsTests.words.contain($0) } }

    @Test func `each word is found, and nothing that is near one`() {
        var found: [String] = []
        SortedWordsTests.words.forEach { found.append($0.string) }
        #expect(found == ["a", "ab", "abc", "b", "ba", "bab", "c", "z", "ça"])
        for word in found {
            #expect(has(word), "\(word)")
            for other in [word + " ", " " + word, word + "a", "a" + word, String(word.dropLast()), word + "\n"] {
                #expect(has(other) == found.contains(other), "\(other)")
            }
        }
        for other in ["", " ", "\n", "ba\nbab", "a ab", "zz", "A", "0", "ü"] { #expect(!has(other), "\(other)") }
    }

    @Test func `every top-level domain is known by itself and by how it begins`() {
        #expect(
            ["com", "fi", "pl", "hr", "de", "aaa", "zw", "museum"].allSatisfy {
                TopLevelDomains.contain(Array($0.utf8))
            })
        #expect(["", "co m", "comm", "txt", "aa", "zwa"].allSatisfy { !TopLevelDomains.contain(Array($0.utf8)) })
        for name in ["vermögensberater", "рф", "ею", "ישראל", "网址", "닷컴", "한국", "გე"] {
            #expect(TopLevelDomains.contain(name), "\(name)")
            #expect(
                !TopLevelDomains.contain(name + "a") && !TopLevelDomains.contain(String(name.dropLast())), "\(name)")
            for spelling in [name, name.uppercased()] {
                let scalars = spelling.unicodeScalars
                let lengths = scalars.first.map { TopLevelDomains.lengths(beginningWith: $0.value) } ?? 0
                #expect(lengths >> UInt64(scalars.count) & 1 == 1, "\(spelling)")
            }
        }
        #expect(TopLevelDomains.longest == 18)
    }
}
