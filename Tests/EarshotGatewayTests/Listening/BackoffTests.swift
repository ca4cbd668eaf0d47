import Earshot
import Testing

@testable import EarshotGateway

@Suite struct BackoffTests {
    @Test func `who does not answer is asked again later and later, up to ten minutes`() {
        var backoff = Backoff()
        let pauses = (0..<12).map { _ in backoff.next(after: .unreachable("no"), random: 1).pause }
        #expect(pauses.prefix(4) == [.seconds(6), .seconds(11), .seconds(21), .seconds(41)])
        #expect(pauses.last == .seconds(601))
        backoff.succeed()
        #expect(backoff.next(after: .unreachable("no"), random: 0) == .init(pause: .seconds(1), state: .retrying))
    }

    @Test(arguments: [0.0, 0.5, 0.999])
    func `who says when to come again is never asked earlier`(_ random: Double) {
        var backoff = Backoff()
        for _ in 0..<5 {
            let step = backoff.next(after: .limited("full", after: .seconds(90)), random: random)
            #expect(step.pause >= .seconds(90) && step.pause <= .seconds(91) && step.state == .waiting)
        }
    }

    @Test func `who says only that it is too much is left alone from a minute on`() {
        var backoff = Backoff()
        let pauses = (0..<9).map { _ in backoff.next(after: .limited("full", after: nil), random: 0).pause }
        #expect(pauses.prefix(3) == [.seconds(60), .seconds(120), .seconds(240)])
        #expect(pauses.last == .seconds(3840))
    }

    @Test func `credentials are tried once more before the channel is unauthorized`() {
        var backoff = Backoff()
        #expect(backoff.next(after: .unauthorized("401"), random: 0) == .init(pause: .seconds(5), state: .retrying))
        _ = backoff.next(after: .unreachable("no"), random: 0)
        #expect(
            backoff.next(after: .unauthorized("401"), random: 0) == .init(pause: .seconds(600), state: .unauthorized))
        let pauses = (0..<4).map { _ in backoff.next(after: .unauthorized("401"), random: 0).pause }
        #expect(pauses == [.seconds(1200), .seconds(2400), .seconds(3600), .seconds(3600)])
    }

    @Test func `a certificate that is not trusted is shown, and looked at every minute`() {
        var backoff = Backoff()
        for _ in 0..<20 {
            let step = backoff.next(after: .untrusted("it has expired"), random: 0)
            #expect(step == .init(pause: .seconds(50), state: .refused))
        }
    }

    @Test func `what will never be accepted is looked at every few hours`() {
        var backoff = Backoff()
        #expect(backoff.next(after: .refused("404"), random: 0) == .init(pause: .seconds(5), state: .retrying))
        #expect(backoff.next(after: .refused("404"), random: 0) == .init(pause: .seconds(3600), state: .refused))
        let later = (0..<30).map { _ in backoff.next(after: .refused("404"), random: 0).pause }
        #expect(later.last == .seconds(21_600))
    }
}
