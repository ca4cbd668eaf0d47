import Earshot
import EarshotAdapters
import EarshotTesting
import Foundation
import Glibc
import Testing

@testable import EarshotGateway

/// Programs that do not behave: none outlives its run, and none gets at what is the gateway's.
@Suite(.timeLimit(.minutes(15))) struct ProgramIsolationTests {
    private let journal = MemoryJournal()
    private let board = StatusBoard()
    private let log = LogLines()
    private let clock = HeldClock()

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    private func listener(_ script: String, _ settings: String = "", in folder: String) throws -> ProgramListener {
        try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/script.sh"))
        let text = #"{"command":["/bin/sh","script.sh"],"environment":{"PATH":"/usr/bin:/bin"}\#(settings)}"#
        let adapter = try ExecAdapter(settings: JSONDecoder().decode(ExecAdapter.Settings.self, from: Data(text.utf8)))
        return ProgramListener(
            ListenerContext(
                intake: Intake(channel: "c", adapter: adapter, enrichment: Enrichment(), journal: journal),
                clock: clock.clock, board: board, log: log.logger),
            adapter: adapter, directory: folder, interval: .seconds(60))
    }

    private func text(_ name: String, in folder: String) throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    /// Whether a process is there and works, which a zombie does not.
    private func isAlive(_ number: Int) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
        return !status.isEmpty && !status.contains(") Z")
    }

    /// Returns once a process that was killed has ended, which on a busy machine is not at once. That this returns is
    /// what is tested.
    private func end(of number: Int) {
        while isAlive(number) { sched_yield() }
    }

    private static let mention = #"{"schema":"mention/1.0","network":"forum","native_id":"1","kind":"post","text":"x"}"#

    @Test func `a bomb of forks is bounded, and all of it is ended`() async throws {
        try await withFolder { folder in
            // Each generation begins two more; the last says that it is there and never ends by itself.
            let bomb = """
                bomb() { if [ $1 -gt 0 ]; then bomb $(($1-1)) & bomb $(($1-1)) & fi; echo $$ >/dev/null; \
                sh -c 'echo $$' >>pids; while :; do sleep 1000; done; }
                ulimit -p >limit
                bomb 6 &
                while [ $(cat pids 2>/dev/null | wc -l) -lt 127 ]; do sleep 0.05; done
                ps -e -o pid= -o pgid= | awk -v g=$$ '$2 == g {print $1}' >members
                printf '%s\\n' '\(ProgramIsolationTests.mention)'
                wait
                """
            let listener = try listener(bomb, #","timeout":"30s""#, in: folder)
            let (taken, take) = AsyncStream<Void>.makeStream()
            let draining = Task { try await listener.drain { _ in take.yield() } }
            for await _ in taken { break }
            for await _ in clock.sleeps { break }
            clock.wake()
            let result = await draining.result
            #expect(throws: FetchFailure.self) { try result.get() }
            let members = try text("members", in: folder).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            #expect(members.count >= 127)
            for member in members { end(of: member) }
            let limit = try text("limit", in: folder).trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(Int(limit).map { $0 < 100_000 } == true, "\(limit)")
        }
    }

    @Test func `output and errors without end are ended at their limit`() async throws {
        try await withFolder { folder in
            let listener = try listener(
                "while :; do echo; echo complaint >&2; done", #","output_limit":"64KiB""#, in: folder)
            let failure = await #expect(throws: FetchFailure.self) { try await listener.drain(nil) }
            #expect(failure?.summary.contains("printed 65536 bytes and was ended") == true)
            #expect(log.lines.count < 300)
        }
    }

    @Test func `the standard input is at its end, and who closes all three is only silent`() async throws {
        try await withFolder { folder in
            let script = "cat >given; wc -c <given >size; exec <&- >&- 2>&-; exit 0"
            try await listener(script, in: folder).drain(nil)
            #expect(try text("size", in: folder).trimmingCharacters(in: .whitespacesAndNewlines) == "0")
        }
    }

    @Test func `one that is started and left alone is no zombie and holds nobody up`() async throws {
        try await withFolder { folder in
            // Its own child has the output open and lives on; that the run ends at all is what is tested.
            let script = """
                echo $$ >>runs; sleep 1000 & echo $! >child
                printf '%s\\n' '\(ProgramIsolationTests.mention)'; exit 0
                """
            for _ in 0..<5 { try await listener(script, in: folder).drain(nil) }
            let child = try #require(Int(try text("child", in: folder).trimmingCharacters(in: .whitespacesAndNewlines)))
            end(of: child)
            let runs = try text("runs", in: folder).split(separator: "\n")
            let left = runs.compactMap { try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8) }
            #expect(runs.count == 5 && left.isEmpty, "\(left)")
        }
    }

    @Test func `no descriptor is left open, however programs end`() async {
        // In a process of its own, as other tests open some meanwhile.
        await #expect(processExitsWith: .success) {
            let tests = ProgramIsolationTests()
            try await tests.withFolder { folder in
                func open() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
                let scripts = ["exit 0", "exit 3", "kill -9 $$", "exec >&-", "echo x; echo y >&2"]
                func run(_ round: Int) async throws {
                    try? await tests.listener(scripts[round % scripts.count], in: folder).drain(nil)
                }
                try await run(0)
                let before = try open()
                for round in 0..<40 { try await run(round) }
                // One left by each run would be forty.
                #expect(try open() < before + 5)
            }
        }
    }

    @Test func `a program has no descriptor, no secret and no right of the gateway`() async throws {
        try await withFolder { folder in
            let script = """
                env >env.txt
                ls -l /proc/self/fd >fds.txt
                grep -E 'NoNewPrivs|SigIgn|SigBlk' /proc/self/status >status.txt
                (ulimit -c; ulimit -n; ulimit -f; ulimit -v) >limits.txt
                umask >umask.txt
                """
            try await listener(script, in: folder).drain(nil)
            let names = try text("env.txt", in: folder).split(separator: "\n").map { $0.prefix { $0 != "=" } }
            // The last three are the shell's own.
            #expect(Set(names).isSubset(of: ["PATH", "EARSHOT_RUN", "PWD", "OLDPWD", "_"]), "\(names)")
            #expect(!Set(ProcessInfo.processInfo.environment.keys).isSubset(of: Set(names.map(String.init))))
            let fds = try text("fds.txt", in: folder)
            #expect(!fds.contains("socket:") && !fds.contains(".db") && !fds.contains("anon_inode"))
            #expect(try text("status.txt", in: folder).contains("NoNewPrivs:\t1"))
            #expect(try text("status.txt", in: folder).contains("SigBlk:\t0000000000000000"))
            let limits = try text("limits.txt", in: folder).split(separator: "\n")
            #expect(limits.count == 4 && limits[0] == "0" && limits[1] == "1024" && limits[3] != "unlimited")
        }
    }

    @Test(arguments: [
        ("setsid sh -c 'echo $$ >>pids; exec sleep 100000' &", 1),
        ("(setsid sh -c 'echo $$ >>pids; exec sleep 100000' &)", 1),
        (
            #"setsid sh -c 'setsid sh -c "echo \$\$ >>pids; exec sleep 100000" & echo $$ >>pids; exec sleep 100000' &"#,
            2
        ),
    ])
    func `a process that leaves the group is ended with its run`(escape: String, count: Int) async throws {
        try await withFolder { folder in
            let script = """
                exec </dev/null >/dev/null 2>&1
                \(escape)
                while [ $(cat pids 2>/dev/null | wc -l) -lt \(count) ]; do sleep 0.05; done
                ps -e -o pid= -o pgid= | awk -v g=$$ '$2 == g {print $1}' >members
                """
            try await listener(script, in: folder).drain(nil)
            let gone = try text("pids", in: folder).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            let members = try text("members", in: folder).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            #expect(gone.count == count && members.contains { !gone.contains($0) })
            #expect(gone.allSatisfy { !members.contains($0) })
            for process in gone { end(of: process) }
        }
    }

    @Test func `memory without end is not to be had`() async throws {
        try await withFolder { folder in
            let script = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x$x$x; done"
            let listener = try listener(script, #","memory_limit":"64MiB""#, in: folder)
            await #expect(throws: FetchFailure.self) { try await listener.drain(nil) }
        }
    }

    @Test(arguments: ["sh", ""])
    func `a program is not looked for in a path`(command: String) {
        let text = #"{"command":["\#(command)"]}"#
        #expect(throws: (any Error).self) {
            try ExecAdapter(settings: JSONDecoder().decode(ExecAdapter.Settings.self, from: Data(text.utf8)))
        }
    }
}
