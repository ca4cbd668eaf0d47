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
        var desk = "\"batch_count\":20,\"timeout\":\"30s\""
        /// Further sections or members of the configuration, as JSON members with a comma before them.
        var more = ""
        /// Further sinks and channels, as JSON members with a comma before them.
        var sinks = ""
        var channels = ""
        /// How many connections post to the webhook.
        var connections = 2
        /// How often sources are asked.
        var every = "200ms"
        /// What stands in the place of the usual data directory.
        var data = "data"
    }

    struct State {
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
        var others: Set<String> = []
    }

    /// How many seconds an event is waited for that is to come, however slow the machine is.
    static let patience = 180.0

    let folder: String
    let source: NumberedSource
    let desk: Desk
    let sender: Sender
    let sourceServer: Server
    let deskServer: Server
    /// Whether the machine may be slow, as it is for every test run; else what is promised in seconds is measured.
    let isPatient: Bool
    private let adminPlace: Socket
    private let receivePlace: Socket
    private let plan: Plan
    private let program: String
    let state = Mutex(State())

    init(_ program: String, numbers: String, _ plan: Plan = Plan(), isPatient: Bool) throws {
        self.program = program
        self.isPatient = isPatient
        self.plan = plan
        folder = NSTemporaryDirectory() + "faults-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: numbers, toPath: folder + "/numbers")
        let (source, desk) = (NumberedSource(), Desk())
        self.source = source
        self.desk = desk
        sourceServer = try Server { source.answer($0) }
        deskServer = try Server { desk.answer($0) }
        adminPlace = try Socket.place()
        receivePlace = try Socket.place()
        sender = Sender.hooks(to: receivePlace.port, connections: plan.connections)
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
        adminPlace.close()
        receivePlace.close()
        if violations.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// The configuration; with other sinks than the plan's where given.
    func configuration(sinks: String? = nil, channels: String? = nil) -> String {
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
            \(channels ?? plan.channels)
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

    /// The port of the admin page.
    var admin: Int { adminPlace.port }

    /// The port of webhooks.
    var receive: Int { receivePlace.port }

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
        let code = process.wait(atMost: Bench.patience) ?? -1
        if process.isRunning { process.kill() }
        return (code, (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
    }

    /// What the gateway has logged.
    var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// Stops the gateway as an operator would; 0 is expected.
    func stop() {
        guard let process else { return }
        // Before it listens to signals it has nothing to stop.
        wait { !process.isRunning || self.admin("/readyz").status > 0 }
        _ = process.peak
        process.send(SIGTERM)
        let limit = isPatient ? Bench.patience : 10
        let code = process.wait(atMost: limit)
        if code == nil { process.kill() }
        expect(
            code == 0,
            "SIGTERM: expected to end with 0 within \(Int(limit)) s, found \(code.map { "\($0)" } ?? "no end")")
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

    /// Further items are offered, in another way than by the sources and the sender.
    func offer(_ tokens: some Sequence<String>) { state.withLock { $0.others.formUnion(tokens) } }

    /// What did not hold until now.
    var violations: [String] { state.withLock { $0.violations } }

    /// Notes something for the row.
    func remark(_ text: String) { state.withLock { $0.note = text } }

    /// Waits until something is so; tells whether it came to that.
    @discardableResult
    func wait(_ seconds: Double = Bench.patience, until isSo: () -> Bool) -> Bool {
        let end = ProcessInfo.processInfo.systemUptime + seconds
        while !isSo() {
            guard ProcessInfo.processInfo.systemUptime < end else { return isSo() }
            Thread.sleep(forTimeInterval: 0.02)  // What is waited for is another process's, which tells nothing.
        }
        return true
    }

    /// Whether something comes to be so within the time that is promised, or at all where the machine may be slow.
    func comes(within promised: Double, _ isSo: () -> Bool) -> Bool {
        wait(isPatient ? max(promised, Bench.patience) : promised, until: isSo)
    }

    /// Waits for a gateway's end while there is more and more to do; nil where it goes on.
    func end(of process: GatewayProcess) -> Int32? {
        wait {
            if process.wait(atMost: 1) == nil { self.offer(feed: 1, api: 4, hooks: 2) }
            return !process.isRunning
        }
        return process.code
    }

    /// The answer of the admin page at a path.
    func admin(_ path: String) -> (status: Int, text: String) {
        let answer = Client.send("GET", path, to: admin, patience: 60)
        return (answer?.status ?? 0, String(decoding: answer?.body ?? [], as: UTF8.self))
    }

    /// The most memory that a gateway has had.
    var peak: Int { state.withLock { $0.peak } }

    /// From now on nothing is wrong any more.
    func faultIsOver() { state.withLock { $0.faultOver = ProcessInfo.processInfo.systemUptime } }

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
                Thread.sleep(forTimeInterval: 0.1)  // How often it is looked.
            }
        }
    }
}
