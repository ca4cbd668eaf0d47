import Foundation
import Glibc
import Synchronization

/// Injects faults into the real program, and tells what came of each in a table: `make faults`.
@main
struct Faults {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        endAllWhenTold()
        let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let room = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        var harness = Harness(
            program: here.appendingPathComponent("earshot").path, numbers: room.appendingPathComponent("numbers").path)
        var chosen: [String] = []
        var workers = 4
        for argument in CommandLine.arguments.dropFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1] : ""
            switch parts.first {
            case "KILLS": harness.kills = Int(value) ?? harness.kills
            case "EACH": harness.each = Int(value) ?? harness.each
            case "POINT": harness.point = value
            case "BACKLOG": harness.backlog = Int(value) ?? harness.backlog
            case "SEED": harness.seed = UInt64(value) ?? UInt64.random(in: 1...UInt64.max)
            case "WORKERS": workers = Int(value) ?? workers
            case "PROGRAM": harness.program = URL(fileURLWithPath: value).path
            case "all": harness.isShare = false
            default: chosen.append(argument)
            }
        }
        harness.shim = Shim.build(room)
        say("seed \(harness.seed)")
        exit(run(harness, chosen, workers) ? 0 : 1)
    }

    /// Leaves nothing running behind where the harness is told to end.
    private static func endAllWhenTold() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGINT)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        Thread.detachNewThread { [signals] in
            var (signals, number) = (signals, Int32(0))
            unsafe sigwait(&signals, &number)
            GatewayProcess.killAll()
            exit(128 + number)
        }
    }

    /// Runs the chosen faults, some at a time, and those that measure one by one in the end; false where one did not
    /// hold.
    private static func run(_ harness: Harness, _ chosen: [String], _ workers: Int) -> Bool {
        let trials = Trial.all.filter { trial in
            chosen.isEmpty ? !harness.isShare || trial.isInShare : chosen.contains(trial.id)
        }
        say(Report.head)
        let alone = harness.isShare ? [] : trials.filter(\.isMeasured)
        let others = harness.isShare ? trials : trials.filter { !$0.isMeasured }
        let held = [perform(others, harness, workers), perform(alone, harness, 1), !trials.isEmpty]
        let isBroken = held.contains(false)
        say(isBroken ? "a promise was broken: repeat with SEED=\(harness.seed)" : "every promise held")
        return !isBroken
    }

    /// Runs faults and prints a row as each is through; false where one did not hold.
    private static func perform(_ trials: [Trial], _ harness: Harness, _ workers: Int) -> Bool {
        let waiting = Mutex(trials[...])
        let broken = Mutex(false)
        DispatchQueue.concurrentPerform(iterations: max(workers, 1)) { _ in
            while let trial = waiting.withLock({ $0.popFirst() }) {
                for report in reports(of: trial, harness) {
                    say(report.row)
                    for violation in report.violations { say("    \(violation)") }
                    if !report.violations.isEmpty { broken.withLock { $0 = true } }
                }
            }
        }
        return !broken.withLock { $0 }
    }

    /// Writes a line at once.
    private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    private static func reports(of trial: Trial, _ harness: Harness) -> [Report] {
        do {
            return try trial.body(harness)
        } catch {
            var report = Report(fault: trial.id)
            report.violations.append("\(error)")
            return [report]
        }
    }
}
