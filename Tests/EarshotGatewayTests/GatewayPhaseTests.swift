import Earshot
import EarshotFormats
import EarshotTesting
import Glibc
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite struct GatewayPhaseTests {
    @Test func `who attends sees the gateway drain, and ends with it`() async throws {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let phases = Mutex<[StatusReport.Phase]>([])
        let (drains, drain) = AsyncStream<Void>.makeStream()
        let (seen, see) = AsyncStream<StatusReport.Phase>.makeStream()
        // Nobody moves it, so who sleeps sleeps until it is cancelled.
        let hand = HandClock()
        let gateway = Gateway(
            listeners: [{ try await hand.clock.sleep(.seconds(3600)) }],
            // What is left is carried until the attendant has seen that the gateway drains.
            carriers: [{ for await phase in seen where phase == .draining { return } }],
            attendants: [
                {
                    for await _ in drains { break }
                    see.yield(phases.withLock { $0.last ?? .starting })
                    try await hand.clock.sleep(.seconds(3600))
                }
            ], journal: MemoryJournal(), clock: hand.clock, log: log
        ) { phase in
            phases.withLock { $0.append(phase) }
            if phase == .draining { drain.yield() }
        }
        try await gateway.run { .stop }
        #expect(phases.withLock { $0 } == [.running, .draining])
    }

    @Test(arguments: [("public", true), ("private", false), ("followers", false), (nil, false)] as [(String?, Bool)])
    func `what a condition cannot be asked of goes where everybody may see it`(
        visibility: String?, passes: Bool
    ) throws {
        let filter = Assembly.filter(
            try JMESPath(compiling: "length(text) > `0` && contains(text, `5`) || length(`5`) > `0`"))
        let said = visibility.map { #","visibility":"\#($0)""# } ?? ""
        #expect(filter(Array(#"{"text":"x"\#(said)}"#.utf8)[...]) == passes)
    }

    @Test(arguments: [(Gateway.Ending.stop, Duration.seconds(8)), (.handOver, .seconds(1))])
    func `who follows does not wait long for a sink that does not answer`(
        ending: Gateway.Ending, limit: Duration
    ) async throws {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let (hand, sinks) = (HandClock(), HandClock())
        let gateway = Gateway(
            listeners: [], carriers: [{ try await sinks.clock.sleep(.seconds(3600)) }], journal: MemoryJournal(),
            clock: hand.clock, log: log)
        async let ended: Void = gateway.run { ending }
        await hand.waits(for: limit)
        hand.advance(by: limit)
        try await ended
    }

    @Test func `a new address is tried, unless its port is one of what runs`() async throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var place = LoopbackAddress(port: 0)
        try #require(place.bind(descriptor) && listen(descriptor, 1) == 0)
        var (next, running) = (
            Configuration(directory: "", dataDirectory: ""), Configuration(directory: "", dataDirectory: "")
        )
        next.receive = Address("0.0.0.0:\(place.port)")
        let failure = await #expect(throws: ListeningFailure.self) { try await next.tryAddresses(beside: running) }
        let expected = "/receive/listen: cannot listen at 0.0.0.0:\(place.port): Address already in use"
        #expect(failure?.description == expected)
        running.receive = Address("127.0.0.1:\(place.port)")
        try await next.tryAddresses(beside: running)
    }

    @Test func `a gateway whose sinks have all gone away does not end as if it were stopped`() async throws {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let hand = HandClock()
        let gateway = Gateway(
            listeners: [{ try await hand.clock.sleep(.seconds(3600)) }], carriers: [{}], journal: MemoryJournal(),
            clock: hand.clock, log: log)
        await #expect(throws: Gateway.Abandoned.self) {
            try await gateway.run {
                try? await hand.clock.sleep(.seconds(3600))
                return .stop
            }
        }
    }

    @Test func `a carrier or a listener that breaks ends the gateway, whoever else works on`() async throws {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let hand = HandClock()
        let works: [@Sendable () async throws -> Void] = [
            { try await hand.clock.sleep(.seconds(3600)) }, { throw JournalFailure.unreadable("a damaged text") },
        ]
        for (listeners, carriers) in [(works, [works[0]]), ([works[0]], works)] {
            let gateway = Gateway(
                listeners: listeners, carriers: carriers, journal: MemoryJournal(), clock: hand.clock, log: log)
            await #expect(throws: JournalFailure.unreadable("a damaged text")) {
                try await gateway.run {
                    try? await hand.clock.sleep(.seconds(3600))
                    return .stop
                }
            }
        }
    }
}
