import Earshot
import Testing

@Suite struct WholeWordsTests {
    @Test(arguments: [
        ("short", 5, "short"), ("", 0, ""), ("two words", 9, "two words"), ("two words", 8, "two …"),
        ("two words", 3, "two …"), ("two words", 2, " …"), ("key=s3cret", 6, " …"), ("ä ö ü", 3, "ä ö …"),
    ]) func `a beginning ends with a whole word`(_ text: String, _ limit: Int, _ expected: String) {
        #expect(text.wholeWords(within: limit) == expected)
    }
}
