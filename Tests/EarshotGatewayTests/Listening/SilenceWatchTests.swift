import Earshot
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct SilenceWatchTests {
    /// Looks so often, telling before each look what came, and gives what the board said after it.
    private func watch(_ looks: Int, _ before: @escaping @Sendable (Int, StatusBoard) -> Void) async -> [String?] {
        let board = StatusBoard()
        let said = Mutex<[String?]>([])
        var log = Logger(label: "test")
        log.logLevel = .critical
        let clock = GatewayClock(
            now: { Timestamp(seconds: 0) },
            sleep: { _ in
                let count = said.withLock { said in
                    said.append(board.all["c"]?.silence)
                    return said.count
                }
                if count == looks { throw CancellationError() }
                before(count, board)
            }, random: { 0 })
        let watch = SilenceWatch(channel: "c", limit: .seconds(172_800), clock: clock, board: board, log: log)
        try? await watch.run()
        return said.withLock { $0 }
    }

    private static func tally(_ change: (inout Receipt) -> Void) -> IntakeTally {
        var tally = IntakeTally()
        tally.mentions = 1
        change(&tally.receipt)
        return tally
    }

    @Test func `a channel that brings the same again and again is silent`() async {
        let said = await watch(30) { _, board in board.took(Self.tally { $0.repeated = 1 }, from: "c") }
        #expect(said[19] == nil && said[20] != nil && said[29] != nil)
    }

    @Test func `a channel that brings something new is not, and no longer`() async {
        let said = await watch(50) { look, board in
            if look < 10 || look == 40 { board.took(Self.tally { $0.created = 1 }, from: "c") }
        }
        #expect(said[28] == nil && said[30] != nil && said[39] != nil && said[40] == nil)
    }
}
