import Earshot
import EarshotGateway
import EarshotTesting
import Testing

@Suite struct ReplayGuardTests {
    private let journal = MemoryJournal()
    private let now = Timestamp(seconds: 1_767_225_600)

    private func replays() -> ReplayGuard { ReplayGuard(channel: "page", window: .seconds(600), journal: journal) }

    @Test func `an id is taken once, also after a restart, until its window is over`() async throws {
        let first = replays()
        #expect(try await first.begin("a", at: now) == .fresh)
        #expect(try await first.begin("a", at: now) == .underWay)
        try await first.end("a", isTaken: true, at: now)
        #expect(try await first.begin("a", at: now) == .had)
        let second = replays()
        #expect(try await second.begin("a", at: Timestamp(seconds: now.seconds + 599)) == .had)
        #expect(try await second.begin("a", at: Timestamp(seconds: now.seconds + 601)) == .fresh)
    }

    @Test func `what was not stored may come again`() async throws {
        let replays = replays()
        #expect(try await replays.begin("a", at: now) == .fresh)
        try await replays.end("a", isTaken: false, at: now)
        #expect(try await replays.begin("a", at: now) == .fresh)
    }

    @Test func `ids that end at one time are all stored`() async throws {
        let first = replays()
        let now = now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    _ = try await first.begin("\(number)", at: now)
                    try await first.end("\(number)", isTaken: true, at: now)
                }
            }
            try await group.waitForAll()
        }
        let second = replays()
        for number in 0..<200 { #expect(try await second.begin("\(number)", at: now) == .had) }
    }
}
