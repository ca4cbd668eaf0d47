import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import EarshotGateway

@Suite(.timeLimit(.minutes(15))) struct ProgramListenerTests {
    /// A listener to a shell script, and what it listens into.
    private struct Bench {
        let journal = MemoryJournal()
        let board = StatusBoard()
        let log = LogLines()
        let folder: URL
        var clock = HeldClock()

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }

        func remove() { try? FileManager.default.removeItem(at: folder) }

        func listener(_ script: String, _ settings: String = "") throws -> ProgramListener {
            try Data(script.utf8).write(to: folder.appendingPathComponent("script.sh"))
            let text = #"{"command":["/bin/sh","script.sh"]\#(settings)}"#
            let adapter = try ExecAdapter(
                settings: JSONDecoder().decode(ExecAdapter.Settings.self, from: Data(text.utf8)))
            let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal)
            return ProgramListener(
                ListenerContext(intake: intake, clock: clock.clock, board: board, log: log.logger),
                adapter: adapter, directory: folder.path, interval: .seconds(60))
        }

        var tally: IntakeTally { board.all["c"]?.tally ?? IntakeTally() }

        func state() async throws -> String? { try await journal.cursor(of: "c")?.value.text }
    }

    private static func mention(_ id: String) -> String {
        #"{"schema":"mention/1.0","network":"forum","native_id":"\#(id)","kind":"post","text":"x"}"#
    }

    private static func say(_ line: String) -> String { "printf '%s\\n' '\(line)'\n" }

    @Test func `mentions are taken, wrong lines are defects, and the state is handed back`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script =
            "cat \"${EARSHOT_STATE:-/dev/null}\" >>seen\n" + Self.say(Self.mention("1")) + Self.say("nonsense")
            + Self.say(#"{"type":"STATE","value":{"page":1}}"#) + "printf '%s' '\(Self.mention("2"))'"
        let listener = try bench.listener(script)
        try await listener.drain(nil)
        #expect(bench.tally.mentions == 2 && bench.tally.malformed == 1)
        #expect(try await bench.state() == #"{"page":1}"#)
        try await listener.drain(nil)
        let seen = try String(contentsOf: bench.folder.appendingPathComponent("seen"), encoding: .utf8)
        #expect(seen == "{\"page\":1}\n")
        #expect(bench.tally.receipt.repeated == 2)
    }

    @Test func `a state counts only with what was printed before it`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        // The journal refuses every mention: a state that came after one must not be kept.
        let script = Self.say(Self.mention("1")) + Self.say(#"{"type":"STATE","value":1}"#)
        let listener = try bench.listener(script)
        await bench.journal.finish()
        await #expect(throws: (any Error).self) { try await listener.drain(nil) }
        #expect(try await bench.state() == nil)
    }

    @Test func `an exit code is a failure that tells the last words`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script =
            "echo first >&2; printf 'to\\033[31mken\\n' >&2\n" + Self.say(Self.mention("1")) + "printf half; exit 3"
        let listener = try bench.listener(script)
        let failure = await #expect(throws: FetchFailure.self) { try await listener.drain(nil) }
        #expect(failure?.summary.hasSuffix("the program ended with exit code 3: first | to[31mken") == true)
        // What came before is kept, and half a line is nobody's fault.
        #expect(bench.tally.mentions == 1 && bench.tally.malformed == 0)
        #expect(bench.log.lines.contains("c: first"))
    }

    @Test func `a check looks at the program and does not run it`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let listener = try bench.listener("touch ran")
        #expect(try await listener.check() == "/bin/sh can be run; it was not, as it might take what it has")
        func check(_ command: String) async throws -> String {
            let text = #"{"command":["\#(command)"]}"#
            let adapter = try ExecAdapter(
                settings: JSONDecoder().decode(ExecAdapter.Settings.self, from: Data(text.utf8)))
            let intake = Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: bench.journal)
            return try await ProgramListener(
                ListenerContext(
                    intake: intake, clock: bench.clock.clock, board: bench.board, log: bench.log.logger),
                adapter: adapter, directory: bench.folder.path, interval: .seconds(60)
            ).check()
        }
        for (name, text) in [("tap", "#! /bin/sh\n"), ("lost", "#!/no/such/python3 -u\nprint()\n")] {
            let path = bench.folder.appendingPathComponent(name).path
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        #expect(try await check("./tap").hasPrefix("./tap can be run"))
        for (command, reason) in [
            ("./lost", "./lost is a script for /no/such/python3, which is not there or may not be run"),
            ("./script.sh", "./script.sh may not be run: chmod +x \(bench.folder.path)/./script.sh"),
            ("./none", "the program cannot be run: ./none: No such file or directory"),
            ("/tmp", "/tmp is no file of a program"),
        ] {
            let failure = await #expect(throws: FetchFailure.self) { try await check(command) }
            #expect(failure == .refused(reason))
        }
        #expect(!FileManager.default.fileExists(atPath: bench.folder.appendingPathComponent("ran").path))
    }

    @Test func `a program has no environment but what is listed, and no descriptors but three`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script =
            "env >env.txt; ls /proc/self/fd >fds.txt; ps -o pgid= -o pid= $$ >group.txt 2>&1; ulimit -a >limits.txt\n"
        let settings = #","environment":{"PATH":"/usr/bin:/bin","A":"plain"},"secrets":{"B":"hidden"}"#
        try await bench.listener(script, settings).drain(nil)
        func text(_ name: String) throws -> [String] {
            try String(contentsOf: bench.folder.appendingPathComponent(name), encoding: .utf8)
                .split(separator: "\n").map(String.init)
        }
        let names = try text("env.txt").map { String($0.prefix { $0 != "=" }) }
        #expect(Set(names).isSubset(of: ["A", "B", "EARSHOT_RUN", "PATH", "PWD", "SHLVL", "_", "OLDPWD"]))
        #expect(try text("env.txt").contains("B=hidden"))
        // ls itself holds the folder open.
        #expect(try text("fds.txt").count <= 4)
        #expect(try text("limits.txt").contains { $0.hasPrefix("coredump") && $0.hasSuffix(" 0") })
    }

    @Test func `a program that runs too long is ended with all that it started`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script = "sleep 1000 & echo $! >child\n" + Self.say(Self.mention("1")) + "wait"
        let listener = try bench.listener(script, #","timeout":"30s""#)
        let (taken, take) = AsyncStream<Void>.makeStream()
        let draining = Task { try await listener.drain { _ in take.yield() } }
        for await _ in taken { break }
        for await _ in bench.clock.sleeps { break }
        bench.clock.wake()
        let result = await draining.result
        #expect(throws: FetchFailure.unreachable("the program ran for 30.0 seconds and was ended")) { try result.get() }
        let text = try String(contentsOf: bench.folder.appendingPathComponent("child"), encoding: .utf8)
        let child = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // Killed; until its new parent has asked for it, it may still be a zombie.
        let status = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? ""
        #expect(status.isEmpty || status.contains(") Z"))
    }

    @Test func `a program that prints too much is ended`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let listener = try bench.listener("while :; do echo; done", #","output_limit":"64KiB""#)
        let failure = await #expect(throws: FetchFailure.self) { try await listener.drain(nil) }
        #expect(failure?.summary.contains("printed 65536 bytes and was ended") == true)
    }

    @Test func `a line that is too long is a defect, and the next one is read`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script = "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo\n" + Self.say(Self.mention("1"))
        try await bench.listener(script, #","environment":{"PATH":"/usr/bin:/bin"}"#).drain(nil)
        #expect(bench.tally.malformed == 1 && bench.tally.mentions == 1)
    }

    @Test func `a program that is not there is an operator's matter`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let adapter = try ExecAdapter(
            settings: JSONDecoder().decode(
                ExecAdapter.Settings.self, from: Data(#"{"command":["/nonexistent/tap"]}"#.utf8)))
        let listener = ProgramListener(
            ListenerContext(
                intake: Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: bench.journal),
                clock: bench.clock.clock, board: bench.board, log: bench.log.logger),
            adapter: adapter, directory: "/", interval: .seconds(1))
        await #expect(throws: FetchFailure.refused("the program cannot be run: No such file or directory")) {
            try await listener.drain(nil)
        }
    }

    @Test func `failures are tried again with longer and longer pauses, and a good run ends them`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script = "n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) >n; [ $n -ge 3 ] || exit 1"
        let listener = try bench.listener(script, #","environment":{"PATH":"/usr/bin:/bin"}"#)
        let running = Task { try await listener.run() }
        var pauses: [Duration] = []
        for await pause in bench.clock.sleeps {
            if pause == .seconds(3600) { continue }
            pauses.append(pause)
            if pauses.count == 5 { break }
            bench.clock.wake(pause)
        }
        running.cancel()
        _ = await running.result
        #expect(pauses == [.seconds(3.75), .seconds(7.5), .seconds(15), .seconds(63), .seconds(63)])
    }

    @Test(arguments: [(say(mention("1")), [3.75, 7.5, 15]), (say(mention("'$EARSHOT_RUN'")), [3.75, 3.75, 3.75])])
    func `a program that should run for ever is run again when it ends, at once where it had news`(
        _ script: String, _ expected: [Double]
    ) async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let listener = try bench.listener(script, #","restart":"always""#)
        let running = Task { try await listener.run() }
        var pauses: [Duration] = []
        for await pause in bench.clock.sleeps {
            pauses.append(pause)
            if pauses.count == 3 { break }
            bench.clock.wake(pause)
        }
        running.cancel()
        _ = await running.result
        #expect(pauses == expected.map { .seconds($0) })
        #expect(bench.board.all["c"]?.trouble?.contains("meant to run for ever") == true)
        #expect(bench.tally.mentions == 3)
    }

    @Test func `stopping ends the program`() async throws {
        let bench = try Bench()
        defer { bench.remove() }
        let script =
            "trap 'echo ended >ended; exit 0' TERM\n" + Self.say(Self.mention("1")) + "while :; do sleep 0.01; done"
        let listener = try bench.listener(script, #","environment":{"PATH":"/usr/bin:/bin"}"#)
        let (taken, take) = AsyncStream<Void>.makeStream()
        let running = Task { try await listener.drain { _ in take.yield() } }
        for await _ in taken { break }
        running.cancel()
        _ = await running.result
        #expect(FileManager.default.fileExists(atPath: bench.folder.appendingPathComponent("ended").path))
    }
}

/// A clock that stands still: who sleeps wakes when the test says so.
struct HeldClock: Sendable {
    private final class Sleepers: Sendable {
        struct State {
            var waiting: [(id: Int, length: Duration, continuation: CheckedContinuation<Void, any Error>)] = []
            var cancelled: Set<Int> = []
            var count = 0
        }

        let state = Mutex(State())
    }

    private let sleepers = Sleepers()
    private let begun: AsyncStream<Duration>.Continuation

    /// Every sleep, as it begins.
    let sleeps: AsyncStream<Duration>

    init() { (sleeps, begun) = AsyncStream<Duration>.makeStream() }

    /// The clock that the gateway is given.
    var clock: GatewayClock {
        GatewayClock(
            now: { Timestamp(seconds: 1_767_225_600) }, sleep: { try await sleep($0) }, random: { 0.5 })
    }

    /// Wakes who sleeps for a duration; everybody where none is given.
    func wake(_ length: Duration? = nil) {
        let woken = sleepers.state.withLock { state in
            let woken = state.waiting.filter { length == nil || $0.length == length }
            state.waiting.removeAll { length == nil || $0.length == length }
            return woken
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    private func sleep(_ length: Duration) async throws {
        let id = sleepers.state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = sleepers.state.withLock { state in
                    if !state.cancelled.contains(id) { state.waiting.append((id, length, continuation)) }
                    return state.cancelled.contains(id)
                }
                if isCancelled { return continuation.resume(throwing: CancellationError()) }
                begun.yield(length)
            }
        } onCancel: {
            let sleeper = sleepers.state.withLock { state in
                state.cancelled.insert(id)
                let sleeper = state.waiting.first { $0.id == id }
                state.waiting.removeAll { $0.id == id }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

/// What was logged.
final class LogLines: Sendable {
    private let all = Mutex<[String]>([])

    /// The messages, in order.
    var lines: [String] { all.withLock { $0 } }

    /// A logger that writes here.
    var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(lines: self) }
        logger.logLevel = .debug
        return logger
    }

    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.all.withLock { $0.append(event.message.description) } }
    }
}
