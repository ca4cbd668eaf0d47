import Earshot
import EarshotFormats
import Testing

/// One way to write a moment, and the moment as RFC 3339 has it, or nothing where no moment is certain.
struct WrittenTime: CustomTestStringConvertible, Sendable {
    let written: String
    let moment: String?

    init(_ written: String, _ moment: String?) {
        self.written = written
        self.moment = moment
    }

    var testDescription: String { written }
}

@Suite struct TimesTests {
    @Test func `no other byte stands for a digit`() throws {
        let written = Array("2024-11-15T12:34:56Z".utf8)
        let moment = try #require(written.withBytes { Times.parse($0) })
        for place in written.indices where (0x30...0x39).contains(written[place]) {
            for byte in UInt8.min...UInt8.max where byte != written[place] {
                var other = written
                other[place] = byte
                #expect(other.withBytes { Times.parse($0) } != moment, "\(byte) at \(place)")
            }
        }
    }

    @Test(arguments: [
        WrittenTime("2017-05-19T23:27:28+0000", "2017-05-19T23:27:28Z"),
        WrittenTime("2024-01-15T12:30:00.000Z", "2024-01-15T12:30:00.000Z"),
        WrittenTime("2024-01-15t12:30:00.5z", "2024-01-15T12:30:00.500Z"),
        WrittenTime("2024-01-15 12:30:00.123456789-07:30", "2024-01-15T20:00:00.123Z"),
        WrittenTime("2024-01-15T12:30:00+02", "2024-01-15T10:30:00Z"),
        WrittenTime("2024-01-15T12:30:00", "2024-01-15T12:30:00Z"),
        WrittenTime("2024-01-15T12:30:00 +02:00", "2024-01-15T10:30:00Z"),
        WrittenTime("2024-02-29T23:59:60Z", "2024-02-29T23:59:59Z"),
        WrittenTime("2023-02-29T00:00:00Z", nil),
        WrittenTime("2024-01-15T25:30:00Z", nil),
        WrittenTime("2024-13-15T12:30:00Z", nil),
        WrittenTime("0000-00-00 00:00:00", nil),
    ]) func `times of platforms are RFC 3339`(time: WrittenTime) { check(time) }

    @Test(arguments: [
        WrittenTime("2003-12-31", "2003-12-31T00:00:00Z"),
        WrittenTime("2003-12", "2003-12-01T00:00:00Z"),
        WrittenTime("2003", "2003-01-01T00:00:00Z"),
        WrittenTime("20031231", "2003-12-31T00:00:00Z"),
        WrittenTime("20031231T101455Z", "2003-12-31T10:14:55Z"),
        WrittenTime("20031231T1014", "2003-12-31T10:14:00Z"),
        WrittenTime("20031231101455", "2003-12-31T10:14:55Z"),
        WrittenTime("2003-365", "2003-12-31T00:00:00Z"),
        WrittenTime("2003365T10:14Z", "2003-12-31T10:14:00Z"),
        WrittenTime("2004-W53-6", "2005-01-01T00:00:00Z"),
        WrittenTime("2004W537", "2005-01-02T00:00:00Z"),
        WrittenTime("2009-W01-1T08:00Z", "2008-12-29T08:00:00Z"),
        WrittenTime("2003-12-31T10:14Z", "2003-12-31T10:14:00Z"),
        WrittenTime("2003-12-31T10:14:55,25Z", "2003-12-31T10:14:55.250Z"),
        WrittenTime("2003-12-31T10-08", "2003-12-31T18:00:00Z"),
        WrittenTime("2003-12-31+01:00", "2003-12-30T23:00:00Z"),
        WrittenTime("2003-12-31T24:00", "2004-01-01T00:00:00Z"),
        WrittenTime("2003-367", nil),
        WrittenTime("2003-W54-1", nil),
    ]) func `ISO 8601 is read in all its forms`(time: WrittenTime) { check(time) }

    @Test(arguments: [
        WrittenTime("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z"),
        WrittenTime("Thu, 1 Jan 04 19:48:21 EST", "2004-01-02T00:48:21Z"),
        WrittenTime("1 Jan 99 19:48 UT", "1999-01-01T19:48:00Z"),
        WrittenTime("Thu,  01 January 2004 19:48:21 -0330", "2004-01-01T23:18:21Z"),
        WrittenTime("Thu, 01 Jan 2004 19:48:21 +0200 (EET (summer))", "2004-01-01T17:48:21Z"),
        WrittenTime("Thu (a day), 01 Jan 2004 19:48:21 M", "2004-01-01T19:48:21Z"),
        WrittenTime("Thu, 01 Jan 2004", "2004-01-01T00:00:00Z"),
        WrittenTime("Wed, 19 Aug 2009 18:28:00 Etc/GMT", "2009-08-19T18:28:00Z"),
        WrittenTime("Thu, 01 Jan 2004 19:48:21 GMT+2", "2004-01-01T17:48:21Z"),
        WrittenTime("Sat, 31 Feb 2004 19:48:21 GMT", nil),
        WrittenTime("Thu, 01 Jan 104 19:48:21 GMT", "2004-01-01T19:48:21Z"),
        WrittenTime("Monday, 15-Jan-24 12:30:00 GMT", "2024-01-15T12:30:00Z"),
        WrittenTime("Sun Jan  4 16:29:06 2004", "2004-01-04T16:29:06Z"),
        WrittenTime("Sun Jan 4 16:29:06 PST 2004", "2004-01-05T00:29:06Z"),
        WrittenTime("Mon Dec 23 13:03:29 +0000 2019", "2019-12-23T13:03:29Z"),
        WrittenTime("Thu Aug 30 2012 17:26:16 +0200", "2012-08-30T15:26:16Z"),
    ]) func `mail, C and the web of the nineties are read`(time: WrittenTime) { check(time) }

    @Test(arguments: [
        WrittenTime("1703336609", "2023-12-23T13:03:29Z"),
        WrittenTime("1703336609123", "2023-12-23T13:03:29.123Z"),
        WrittenTime("1703336609123456", "2023-12-23T13:03:29.123Z"),
        WrittenTime("1703336609.0", "2023-12-23T13:03:29Z"),
        WrittenTime("1703336609.25", "2023-12-23T13:03:29.250Z"),
        WrittenTime("-86400", "1969-12-31T00:00:00Z"),
        WrittenTime("99999999999999999999999", nil),
        WrittenTime("12", "1970-01-01T00:00:12Z"),
    ]) func `digits alone are an epoch`(time: WrittenTime) { check(time) }

    @Test(arguments: [
        WrittenTime("2004-07-08 23:56:58.0", "2004-07-08T23:56:58.000Z"),
        WrittenTime("2004년 05월 28일  01:31:15", "2004-05-27T16:31:15Z"),
        WrittenTime("2004-05-25 오후 11:23:17", "2004-05-25T14:23:17Z"),
        WrittenTime("2024年1月15日 12時30分", "2024-01-15T12:30:00Z"),
        WrittenTime("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z"),
        WrittenTime("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z"),
        WrittenTime("Fri, 2006/09/15 08:19:53 EDT", "2006-09-15T12:19:53Z"),
        WrittenTime("01/15/2024 01:30 PM", "2024-01-15T13:30:00Z"),
        WrittenTime("15/01/2024 12:30 AM", "2024-01-15T00:30:00Z"),
        WrittenTime("15.01.2024 12:30", "2024-01-15T12:30:00Z"),
        WrittenTime("15.1.2024 klo 12.30", "2024-01-15T12:30:00Z"),
        WrittenTime("Fr., 5. März 2004 10:00 MEZ", "2004-03-05T09:00:00Z"),
        WrittenTime("mar, 05 août 2008 10:00:00 +0200", "2008-08-05T08:00:00Z"),
        WrittenTime("środa, 3 października 2012 08:00:00 GMT", "2012-10-03T08:00:00Z"),
        WrittenTime("3. marraskuuta 2012 8:00", "2012-11-03T08:00:00Z"),
        WrittenTime("uto, 04 srp 2009 10:10:10 +0200", "2009-07-04T08:10:10Z"),
        WrittenTime("Пн, 15 Янв 2024 12:30:00 +0300", "2024-01-15T09:30:00Z"),
        WrittenTime("January 3rd, 2012 at 5:04pm", "2012-01-03T17:04:00Z"),
        WrittenTime("2003-012-31T10:14:55+00:00", "2003-12-31T10:14:55Z"),
        WrittenTime("Wed, 19 Feb 2012 22:40:00 GMT-01:01", "2012-02-19T23:41:00Z"),
        WrittenTime("Mon, 13 Feb, 2012 06:28:00 UTC", "2012-02-13T06:28:00Z"),
        WrittenTime("Sun, 16 Dec 2012 1:2:3:4 GMT", nil),
        WrittenTime("Sun, 16 zzz 2012 11:47:32 GMT", nil),
        WrittenTime("Sun, 99 Jun 2009 12:00:00 GMT", nil),
        WrittenTime("start=2002-10-13T09:00+01:00;scheme=W3C-DTF", "2002-10-13T08:00:00Z"),
        WrittenTime("04-01-15", "2004-01-15T00:00:00Z"),
    ]) func `feeds' own ways are read`(time: WrittenTime) { check(time) }

    @Test(arguments: [
        "", " ", "yesterday", "-", "12:30", "T", "2024-x", "5 Jan", "()", "(((((", "14 and 15 and 16 and 17",
    ])
    func `what says no day is no moment`(written: String) {
        #expect(Times.parse(written) == nil)
    }

    @Test func `no bytes bring it down`() {
        let seeds = [
            "2024-01-15T12:30:00.000Z", "Thu, 01 Jan 2004 19:48:21 +0200 (EET)", "2004년 05월 28일 01:31:15",
            "20031231T101455Z", "2004-W53-6", "1703336609.25", "15.1.2024 klo 12.30", "01/15/2024 01:30 PM",
        ]
        var random = Mutations(seed: 7)
        for round in 0..<40_000 {
            let bytes = random.mutated(Array(seeds[round % seeds.count].utf8))
            bytes.withBytes { _ = Times.parse($0) }
        }
    }

    private func check(_ time: WrittenTime) {
        #expect(Times.parse(time.written)?.description == time.moment)
    }
}
