import Earshot
import Testing

@testable import EarshotGateway

@Suite struct TokenPoolTests {
    private let now = Timestamp(seconds: 1_767_225_600)

    private func reply(_ status: Int, _ remaining: Int, _ reset: Int = 300) -> FetchResponse {
        .answer(status, "{}", [("x-ratelimit-remaining", "\(remaining)"), ("x-ratelimit-reset", "\(reset)")])
    }

    @Test func `the token with most left is shown`() {
        var pool = TokenPool(count: 3)
        for (index, remaining) in [10, 30, 20].enumerated() {
            _ = pool.note(reply(200, remaining), to: index, isRejected: false, at: now)
        }
        let choice1 = pool.choose(except: [], at: now)
        #expect(choice1 == .take(1))
        let choice2 = pool.choose(except: [1], at: now)
        #expect(choice2 == .take(2))
    }

    @Test func `tokens of which nothing is known take turns`() {
        var pool = TokenPool(count: 3)
        let first = (0..<6).map { _ in pool.choose(except: [], at: now) }
        #expect(Set(first.prefix(3).map { "\($0)" }).count == 3)
        #expect(first.prefix(3) == first.suffix(3))
    }

    @Test func `one that has used up its window comes back when that is over`() {
        var pool = TokenPool(count: 2)
        _ = pool.note(reply(200, 0, 60), to: 0, isRejected: false, at: now)
        _ = pool.note(reply(429, 0, 120), to: 1, isRejected: false, at: now)
        let choice3 = pool.choose(except: [], at: now)
        #expect(choice3 == .wait(.seconds(60)))
        let choice4 = pool.choose(except: [], at: now + .seconds(61))
        #expect(choice4 == .take(0))
    }

    @Test func `one that is not accepted rests, and is tried again where there is no other`() {
        var pool = TokenPool(count: 2)
        let isRejected = pool.note(reply(401, 5), to: 0, isRejected: true, at: now)
        #expect(isRejected)
        let choice5 = pool.choose(except: [], at: now)
        #expect(choice5 == .take(1))
        _ = pool.note(reply(401, 5), to: 1, isRejected: true, at: now + .seconds(1))
        let choice6 = pool.choose(except: [], at: now + .seconds(2))
        #expect(choice6 == .take(0))
    }

    @Test func `where all but a refused one are used up, they are waited for`() {
        var pool = TokenPool(count: 2)
        _ = pool.note(reply(401, 5), to: 0, isRejected: true, at: now)
        _ = pool.note(reply(429, 0, 30), to: 1, isRejected: false, at: now)
        let choice7 = pool.choose(except: [], at: now)
        #expect(choice7 == .wait(.seconds(30)))
    }
}
