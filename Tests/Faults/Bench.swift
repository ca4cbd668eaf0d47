import EarshotTesting
import Foundation
import Glibc
import Synchronization

/// One fault's own gateway between sources and sinks, in a folder of its own.
final class Bench: Sendable {
    /// What proves a webhook's delivery.
    static let token = "numbers-of-the-fault-harness"

    /// What can be different from bench to bench.
    struct Plan: Sendable {
        /// Settings of the endpoint's sink beyond its address, as JSON members.
        var desk = "\"batch_count\":20,\"timeout\":\"5s\""
        /// Further sections or members of the configuration, as JSON members with a comma before them.
        var more = ""
        /// Further sinks, as JSON members with a comma before them.
        var sinks = ""
        /// How many connections post to the webhook.
        var connections = 2
        /// How often sources are asked.
        var every = "200ms"
        /// What stands in the place of the usual data directory.
        var data = "data"
    }

    private struct State {
        var process: GatewayProcess?
        var peak = 0
        var stall = 0.0
        var movedAt = 0.0
        var moved = 0
        var faultOver: Double?
        var isOver = false
        var violations: [String] = []
        var note = ""
        var versions: [String: Int] = [:]
        var mayRepeat = false
    }

    let folder: String
    let source: NumberedSource
    let desk: Desk
    let sender: HookSender
    let sourceServer: Server
    let deskServer: Server
    let admin: Int
    let receive: Int
    private let plan: Plan
    private let program: String
    private let state = Mutex(State())

    init(_ program: String, numbers: String, _ plan: Plan = Plan()) throws {
        self.program = program
        self.plan = plan
        folder = NSTemporaryDirectory() + "faults-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: numbers, toPath: folder + "/numbers")
        let (source, desk) = (NumberedSource(), Desk())
        self.source = source
        self.desk = desk
        sourceServer = try Server { source.answer($0) }
        deskServer = try Server { desk.answer($0) }
        admin = try Socket.freePort()
        receive = try Socket.freePort()
        sender = HookSender(port: receive, connections: plan.connections)
        try write(configuration(), to: "earshot.json")
        watch()
    }

    /// Ends everything and takes the folder away, unless somebody may want to look into it.
    func tearDown() {
        state.withLock { $0.isOver = true }
        sender.stop()
        process?.kill()
        sourceServer.goAway()
        deskServer.goAway()
        if violations.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// The configuration; with other sinks than the plan's where given.
    func configuration(sinks: String? = nil) -> String {
        """
        {
          "data_dir": "\(plan.data)",
          "channels": {
            "feed": { "adapter": "rss", "every": "\(plan.every)",
                      "settings": { "feeds": ["http://127.0.0.1:\(sourceServer.port)/feed.xml"] } },
            "api":  { "adapter": "./numbers", "every": "\(plan.every)",
                      "settings": { "url": "http://127.0.0.1:\(sourceServer.port)" } },
            "hook": { "adapter": "./numbers",
                      "settings": { "url": "http://127.0.0.1:1", "listen": "webhook",
                                    "webhook": { "scheme": "token", "header": "X-Token",
                                                 "secrets": ["\(Bench.token)"] } } }
          },
          "sinks": {
            "copy": { "sink": "file", "settings": { "path": "out/all.ndjson" } },
            "desk": { "sink": "http", "settings": { "url": "http://127.0.0.1:\(deskServer.port)/in", \(plan.desk) } }
            \(sinks ?? plan.sinks)
          },
          "receive": { "listen": "127.0.0.1:\(receive)" },
          "admin":   { "listen": "127.0.0.1:\(admin)" }
          \(plan.more)
        }
        """
    }

    /// Writes a file of the folder.
    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    /// The data directory.
    var data: String { plan.data.hasPrefix("/") ? plan.data : folder + "/" + plan.data }

    /// The gateway that runs, or ran last.
    var process: GatewayProcess? { state.withLock { $0.process } }

    /// Starts the gateway.
    @discardableResult
    func start(_ environment: [String: String] = [:], prefix: String = "", arguments: [String] = []) throws
        -> GatewayProcess
    {
        let process = try GatewayProcess(
            program, ["run", folder + "/earshot.json", "--log-format", "text"] + arguments, in: folder,
            log: folder + "/log", environment: environment, prefix: prefix)
        state.withLock { state in
            state.process = process
            state.movedAt = ProcessInfo.processInfo.systemUptime
        }
        return process
    }

    /// Runs another command of the program to its end.
    func run(_ arguments: [String], wrapper: String = "") throws -> (code: Int32, said: String) {
        let log = folder + "/said-" + UUID().uuidString
        let process = try GatewayProcess(program, arguments, in: folder, log: log, wrapper: wrapper)
        let code = process.wait(atMost: 60) ?? -1
        if process.isRunning { process.kill() }
        return (code, (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
    }

    /// What the gateway has logged.
    var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// Stops the gateway as an operator would; 0 is expected.
    func stop() {
        guard let process else { return }
        // Before it listens to signals it has nothing to stop.
        wait(5) { self.admin("/readyz").status > 0 }
        _ = process.peak
        process.send(SIGTERM)
        let code = process.wait(atMost: 10)
        if code == nil { process.kill() }
        expect(code == 0, "SIGTERM: expected to end with 0 within 10 s, found \(code.map { "\($0)" } ?? "no end")")
    }

    /// Notes what does not hold.
    func expect(_ holds: Bool, _ violation: @autoclosure () -> String) {
        guard !holds else { return }
        let text = violation()
        state.withLock { $0.violations.append(text) }
    }

    /// An item is told in so many versions, and no less.
    func expect(_ versions: Int, versionsOf token: String) { state.withLock { $0.versions[token] = versions } }

    /// From now on an item may come again: the state was lost.
    func allowRepeats() { state.withLock { $0.mayRepeat = true } }

    /// What did not hold until now.
    var violations: [String] { state.withLock { $0.violations } }

    /// Notes something for the row.
    func remark(_ text: String) { state.withLock { $0.note = text } }

    /// Waits until something is so; tells whether it came to that.
    @discardableResult
    func wait(_ seconds: Double, until isSo: () -> Bool) -> Bool {
        let end = ProcessInfo.processInfo.systemUptime + seconds
        while !isSo() {
            guard ProcessInfo.processInfo.systemUptime < end else { return isSo() }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return true
    }

    /// The answer of the admin page at a path.
    func admin(_ path: String) -> (status: Int, text: String) {
        let answer = Client.send("GET", path, to: admin, patience: 5)
        return (answer?.status ?? 0, String(decoding: answer?.body ?? [], as: UTF8.self))
    }

    /// The most memory that a gateway has had.
    private var peak: Int { state.withLock { $0.peak } }

    /// From now on nothing is wrong any more.
    func faultIsOver() { state.withLock { $0.faultOver = ProcessInfo.processInfo.systemUptime } }

    // What must hold.

    /// The words of all items that were offered.
    var offered: Set<String> {
        let (feed, api) = source.counts
        return Set((0..<feed).map { "feed-\($0)" } + (0..<api).map { "api-\($0)" }).union(sender.acknowledged)
    }

    /// More items are there, but no more in the feed than it shows until they were asked for.
    func offer(feed: Int, api: Int, hooks: Int) {
        let pending = source.counts.feed - desk.taken.keys.count { $0.hasPrefix("feed") }
        source.add(feed: max(min(feed, NumberedSource.window - 50 - pending), 0), api: api)
        sender.add(hooks)
    }

    /// How many items were offered.
    var offeredCount: Int { source.counts.feed + source.counts.api + sender.acknowledgedCount }

    /// How many lines the file has, roughly and quickly.
    var stored: Int {
        FileManager.default.contents(atPath: folder + "/out/all.ndjson")?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    /// How often each item stands in the file.
    var filed: [String: Int] {
        guard let data = FileManager.default.contents(atPath: folder + "/out/all.ndjson") else { return [:] }
        return data.split(separator: UInt8(ascii: "\n")).reduce(into: [:]) { found, line in
            found[Token.find(in: line) ?? "?", default: 0] += 1
        }
    }

    /// Looks at the files of a gateway that was just killed: nothing that was acknowledged is missing (I4), the state
    /// opens (I10), and what the next start asks for leaves nothing out (I3).
    func checkAfterKill(_ acknowledged: Set<String>) throws -> JournalCopy {
        let copy = try JournalCopy(of: data)
        expect(copy.check == "ok", "I10: quick_check says \(copy.check)")
        expect(
            acknowledged.isSubset(of: copy.tokens),
            "I4: acknowledged and not stored: \(acknowledged.subtracting(copy.tokens).few)")
        return copy
    }

    /// What askers claimed to have since the last call must be in the log.
    func check(_ claims: [NumberedSource.Claim], against copy: JournalCopy) {
        for claim in claims {
            let claimed = Set((0..<claim.below).map { "\(claim.channel)-\($0)" })
            expect(
                claimed.isSubset(of: copy.tokens),
                "I3: a cursor of \(claim.channel) is before its mentions: \(claimed.subtracting(copy.tokens).few)")
        }
    }

    /// Waits until everything was delivered, and reports.
    func finish(_ fault: String, within seconds: Double = 60, except dead: Set<String> = []) -> Report {
        let began = state.withLock { $0.faultOver } ?? ProcessInfo.processInfo.systemUptime
        wait(seconds) { sender.isDone }
        expect(sender.isDone, "I7: webhooks are refused for ever: \(sender.statuses)")
        wait(seconds) { self.desk.count + dead.count >= offeredCount && self.filed.count >= offeredCount }
        var report = Report(fault: fault)
        report.drain = ProcessInfo.processInfo.systemUptime - began
        if process?.isRunning == true { stop() }
        let (offered, filed, taken) = (self.offered, self.filed, desk.taken)
        let known = offered.union(sender.tried)
        expect(Set(filed.keys) == offered, "I1: the file lacks \(offered.subtracting(filed.keys).few)")
        expect(
            Set(taken.keys).union(dead) == offered,
            "I1: the endpoint lacks \(offered.subtracting(dead).subtracting(taken.keys).few)")
        expect(Set(filed.keys).union(taken.keys).isSubset(of: known), "an item that nobody offered")
        expect(peak < 256 << 20, "I5: \(peak >> 20) MB of memory")
        let (versions, mayRepeat) = state.withLock { ($0.versions, $0.mayRepeat) }
        let wrong = filed.filter { $0.value != versions[$0.key] ?? 1 }.keys
        expect(wrong.isEmpty || mayRepeat, "I2: not once in the file: \(wrong.few)")
        let strangers = desk.strangers.filter { versions[$0] == nil }
        expect(strangers.isEmpty || mayRepeat, "I2: again under another idempotency key: \(strangers.few)")
        return state.withLock { state in
            report.offered = offered.count
            report.delivered = Set(filed.keys).intersection(Set(taken.keys).union(dead)).count
            report.duplicates = taken.values.reduce(0) { $0 + $1 - 1 }
            report.dead = dead.count
            report.peak = state.peak
            report.stall = state.stall
            report.note = state.note
            report.violations = state.violations
            return report
        }
    }

    /// Looks every now and then how much memory there is in use, and since when nothing has moved.
    private func watch() {
        Thread.detachNewThread {
            while !self.state.withLock({ $0.isOver }) {
                let (count, process) = (self.desk.count, self.process)
                let (peak, pending) = (process?.peak ?? 0, self.offeredCount - count)
                let now = ProcessInfo.processInfo.systemUptime
                self.state.withLock { state in
                    state.peak = max(state.peak, peak)
                    if count != state.moved || pending <= 0 || process?.isRunning != true { state.movedAt = now }
                    state.moved = count
                    state.stall = max(state.stall, now - state.movedAt)
                }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}

extension Collection<String> {
    /// How many there are, and the first five of them.
    var few: String { "\(count): \(sorted().prefix(5).joined(separator: ", "))" }
}
