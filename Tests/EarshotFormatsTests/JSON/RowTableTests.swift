import Earshot
import EarshotFormats
import Testing

@Suite struct RowTableTests {
    private var reading = Reading(network: "test")
    private var table = RowTable()

    @Test mutating func `every row is found by its id, among more than there was room for`() {
        for number in 0..<5_000 { append(id: "\(number)") }
        for number in 0..<5_000 { #expect(position(of: "\(number)") == number) }
        #expect(position(of: "5000") == nil)
    }

    @Test mutating func `of rows with one id the last is found`() {
        for id in ["a", "b", "a"] { append(id: id) }
        #expect(position(of: "a") == 2)
        #expect(position(of: "b") == 1)
        #expect(reading.rows.count == 3)
    }

    @Test mutating func `a row without an id is a defect and found nowhere`() {
        append(id: "")
        append(id: "a")
        #expect(reading.defects.count == 1)
        #expect(position(of: "") == nil)
        #expect(position(of: "a") == 0)
    }

    private mutating func append(id: String) {
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keep(id)
        table.append(row, to: &reading)
    }

    private mutating func position(of id: String) -> Int? {
        let kept = reading.keep(id)
        return table.position(of: kept, in: reading)
    }
}
