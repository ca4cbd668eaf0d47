import Earshot
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (Timestamp(seconds: 0), "1970-01-01T00:00:00Z"), (Timestamp(milliseconds: 1), "1970-01-01T00:00:00.001Z"),
        (Timestamp(seconds: 951_782_400), "2000-02-29T00:00:00Z"), (Timestamp(seconds: -1), "1969-12-31T23:59:59Z"),
        (Timestamp(milliseconds: -1), "1969-12-31T23:59:59.999Z"), (.latest, "9999-12-31T23:59:59.999Z"),
        (.earliest, "0001-01-01T00:00:00Z"),
    ])
    func `a moment is written as RFC 3339 in UTC`(moment: Timestamp, expected: String) {
        #expect(moment.description == expected)
    }

    @Test func `every day of four centuries is the one after the day before`() {
        var expected: Int64 = 946_684_800
        for year in 2000..<2400 {
            for month in 1...12 {
                for day in 1...Timestamp.days(inMonth: month, of: year) {
                    let moment = Timestamp(year: year, month: month, day: day)
                    #expect(moment?.seconds == expected)
                    #expect(moment.map { $0.date == (year, month, day) } == true)
                    expected += 86_400
                }
            }
        }
    }

    @Test(arguments: [(2023, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (0, 1, 1), (10_000, 1, 1)])
    func `there is no such day`(year: Int, month: Int, day: Int) {
        #expect(Timestamp(year: year, month: month, day: day) == nil)
    }
}
