import EarshotTesting
import Foundation

/// What every trial is given.
struct Harness: Sendable {
    /// The program.
    var program: String
    /// The folder of the adapter that hears numbered items.
    var numbers: String
    /// The library that stands between the program and the system, if it could be built.
    var shim: String?
    /// Where randomness begins.
    var seed: UInt64 = 1
    /// How often the gateway is killed at random.
    var kills = 20
    /// How often each failpoint ends it.
    var each = 2
    /// The only failpoint that is tried; nil for all of them.
    var point: String?
    /// How many items a long backlog has.
    var backlog = 100_000
    /// Whether the faults are those of every test run, which must be quick.
    var isShare = true

    /// A bench of this program.
    func bench(_ plan: Bench.Plan = Bench.Plan()) throws -> Bench {
        try Bench(program, numbers: numbers, plan, isPatient: isShare)
    }

    /// Randomness of one trial's own, the same for the same seed.
    func random(for trial: String) -> SeededRandom {
        SeededRandom(seed: trial.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
    }
}

/// One fault, and how it is brought about.
struct Trial: Sendable {
    /// Its number in the list of faults.
    var id: String
    /// Whether it is quick enough for every test run.
    var isInShare: Bool
    /// Whether it measures how quick something is, so that in a whole run no other goes on at the time.
    var isMeasured = false
    /// Brings it about and reports what came of it.
    var body: @Sendable (Harness) throws -> [Report]

    init(_ id: String, isInShare: Bool = true, _ body: @escaping @Sendable (Harness) throws -> [Report]) {
        self.id = id
        self.isInShare = isInShare
        self.body = body
    }

    /// A trial with a bench of its own, which is torn down after it.
    init(
        _ id: String, _ name: String, isInShare: Bool = true,
        plan: @escaping @Sendable (Harness) -> Bench.Plan = { _ in .init() },
        _ body: @escaping @Sendable (Harness, Bench) throws -> Set<String>
    ) {
        self.init(id, isInShare: isInShare) { harness in
            let bench = try harness.bench(plan(harness))
            defer { bench.tearDown() }
            let dead = try body(harness, bench)
            var report = bench.finish("\(id) \(name)", except: dead)
            if !report.violations.isEmpty { report.violations.append("log: \(bench.log.suffix(3000))") }
            return [report]
        }
    }

    /// The same trial, with nothing else going on at the time.
    func alone() -> Trial {
        var trial = self
        trial.isMeasured = true
        return trial
    }

    /// Every fault that there is.
    static let all = mail + crashes.reversed() + sinks + sources + trust + mailboxes + disks + states
}
