import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct FlowTests {
    private func push(_ text: String, to flow: ByteFlow) -> Bool {
        unsafe Array(text.utf8).withUnsafeBytes { unsafe flow.push($0) }
    }

    @Test func `what is pushed is taken once, also by who waits already`() async throws {
        let flow = ByteFlow(limit: 10) {}
        let waiting = Task { try await flow.next() }
        #expect(push("one", to: flow))
        #expect(try await waiting.value == Array("one".utf8))
        #expect(push("two", to: flow) && push("three", to: flow))
        #expect(try await flow.next() == Array("twothree".utf8))
        flow.finish()
        #expect(try await flow.next() == nil)
    }

    @Test func `a full flow takes nothing, and says when there is room`() async throws {
        let told = Mutex(0)
        let flow = ByteFlow(limit: 4) { told.withLock { $0 += 1 } }
        #expect(push("four", to: flow))
        #expect(!push("more", to: flow))
        #expect(told.withLock { $0 } == 0)
        #expect(try await flow.next() == Array("four".utf8))
        #expect(told.withLock { $0 } == 1)
        #expect(push("more", to: flow))
    }

    @Test func `whoever waits is told of a failure, and can be cancelled`() async throws {
        struct Broken: Error {}
        let flow = ByteFlow(limit: 4) {}
        let waiting = Task { try await flow.next() }
        flow.finish(Broken())
        await #expect(throws: Broken.self) { try await waiting.value }
        let other = ByteFlow(limit: 4) {}
        let cancelled = Task { try await other.next() }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
    }

    @Test(arguments: [1, 2, 3, 7, 100])
    func `lines are the same however they come in pieces`(_ size: Int) {
        let text = Array("one\r\n\ntoo long for this\nlast".utf8)
        var cutter = LineCutter(limit: 8)
        var lines: [LineCutter.Line] = []
        for start in stride(from: 0, to: text.count, by: size) {
            lines += cutter.cut(Array(text[start..<min(start + size, text.count)]))
        }
        #expect(lines == [.whole(Array("one".utf8)), .whole([]), .tooLong])
        #expect(cutter.rest() == .whole(Array("last".utf8)) && cutter.rest() == nil)
    }
}
