import Earshot
import EarshotFormats
import Testing

struct CSVTests {
    private func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        Array(text.utf8).withBytes { bytes in
            CSV.read(bytes) { cells, _ in rows.append(cells.map { String(decoding: $0, as: UTF8.self) }) }
        }
        return rows
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `rows end with any line end`(end: String) {
        #expect(rows("a,b\(end)1,2\(end)") == [["a", "b"], ["1", "2"]])
    }

    @Test func `quoted cells hold commas, line ends and doubled quotes`() {
        #expect(rows("\"a,\"\"b\"\"\r\nc\",d\n") == [["a,\"b\"\r\nc", "d"]])
        #expect(rows("\"\",\"\"\"\"\n") == [["", "\""]])
    }

    @Test func `empty cells stay and blank lines go`() {
        #expect(rows("\u{FEFF}a,,c,\n\n\r\n,\n\n") == [["a", "", "c", ""], ["", ""]])
        #expect(rows("a,") == [["a", ""]])
        #expect(rows("") == [])
    }

    @Test func `a quote that is not closed ends with the text`() {
        #expect(rows("a,\"b\nc") == [["a", "b\nc"]])
        #expect(rows("\"a\"b,c\n") == [["ab", "c"]])
    }

    @Test func `lines are counted through cells`() {
        var lines: [Int] = []
        Array("a\n\"b\n\nc\"\n\nd".utf8).withBytes { CSV.read($0) { _, line in lines.append(line) } }
        #expect(lines == [1, 2, 6])
    }

    @Test func `names of a header are compared without letter case`() {
        #expect(CSV.names([Array("Comment ID".utf8), Array(" Video id ".utf8)]) == ["comment id", "video id"])
    }
}
