import Earshot
import Testing

@Suite struct DurationTests {
    @Test(
        arguments: [
            (Duration.milliseconds(1_500), 1_500), (.nanoseconds(1_999_999), 1), (.milliseconds(-1_500), -1_500),
            (.seconds(Int64.max), Int64.max), (.seconds(Int64.min), Int64.min), (.zero, 0),
        ] as [(Duration, Int64)])
    func `whole milliseconds, or as many as there are`(_ duration: Duration, _ expected: Int64) {
        #expect(duration.milliseconds == expected)
    }

    @Test func `a log says tenths of seconds`() {
        let said = [Duration.milliseconds(1_412), .seconds(30), .milliseconds(49), .milliseconds(9_999)].map(\.brief)
        #expect(said == ["1.4s", "30s", "0s", "9.9s"])
    }

    @Test func `no duration leads out of time`() {
        let moment = Timestamp(seconds: 1_767_225_600)
        #expect(moment + .seconds(90) == Timestamp(milliseconds: moment.milliseconds + 90_000))
        #expect(moment - .seconds(90) == Timestamp(milliseconds: moment.milliseconds - 90_000))
        #expect((moment + .seconds(Int64.max)).milliseconds == Timestamp.latest.milliseconds)
        #expect((moment - .seconds(Int64.max)).milliseconds == Timestamp.earliest.milliseconds)
        #expect((moment + .seconds(Int64.min)).milliseconds == Timestamp.earliest.milliseconds)
        #expect((moment - .seconds(Int64.min)).milliseconds == Timestamp.latest.milliseconds)
    }
}
