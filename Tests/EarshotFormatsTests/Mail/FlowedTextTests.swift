import EarshotFormats
import Testing

struct FlowedTextTests {
    @Test func `a line that a space ends goes on`() {
        #expect(FlowedText.joined("one \ntwo\nthree", deletesSpace: false) == "one two\nthree")
    }

    @Test func `a deleted space is no space`() {
        #expect(FlowedText.joined("Donau \ndampfer\n", deletesSpace: true) == "Donaudampfer\n")
    }

    @Test func `quotes join only with quotes as deep`() {
        #expect(
            FlowedText.joined("> one \n> two \n>> three\nfour", deletesSpace: false) == "> one two \n>> three\nfour")
    }

    @Test func `a stuffed space goes and a signature stays`() {
        #expect(FlowedText.joined(" > x\nyours \n-- \nme", deletesSpace: false) == "> x\nyours \n-- \nme")
    }
}
