import Earshot
import EarshotTesting
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct RoomWatchTests {
    @Test func `a channel whose sender was turned away is well again once the journal takes something`() async {
        let board = StatusBoard()
        let journal = GatedJournal(MemoryJournal())
        journal.refuse(.full("no space"))
        board.failed("page", "no answer", isBlocked: false)
        board.notStored("no space", from: "hooks")
        let said = Mutex<[String?]>([])
        let clock = GatewayClock(
            now: { Timestamp(seconds: 0) },
            sleep: { _ in
                let looks = said.withLock { said in
                    said.append(board.all["hooks"]?.trouble)
                    return said.count
                }
                if looks == 3 { journal.refuse(nil) }
                if looks == 5 { throw CancellationError() }
            }, random: { 0 })
        try? await RoomWatch(journal: journal, clock: clock, board: board).run()
        let trouble = "what came cannot be stored: no space"
        #expect(said.withLock { $0 } == [trouble, trouble, trouble, nil, nil])
        #expect(board.all["hooks"]?.state == .ok)
        // Another kind of trouble is for who asks the source.
        #expect(board.all["page"]?.trouble == "no answer")
    }

    @Test func `what is wrong with the source itself stays`() {
        let board = StatusBoard()
        board.notStored("no space", from: "hooks")
        board.failed("hooks", "no answer", isBlocked: true)
        board.storesAgain()
        #expect(board.all["hooks"]?.trouble == "no answer" && !board.isUnstored)
    }
}
