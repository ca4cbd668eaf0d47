import EarshotTesting
import Foundation
import Glibc

extension Trial {
    /// The process ends where nobody expects it.
    static let crashes =
        points.map { point in
            Trial("F02") { harness in
                harness.point == nil || harness.point == point ? [try crash(at: point, harness)] : []
            }
        } + [
            Trial("F01", "kill -9 at random times") { harness, bench in
                var random = harness.random(for: "F01")
                try kill(bench, harness.kills, &random) { _, _ in [:] }
                bench.remark("\(harness.kills) kills")
                return []
            },
            Trial("F03", "SIGTERM under load") { harness, bench in
                for _ in 0..<(harness.isShare ? 2 : 10) {
                    bench.source.add(feed: 30, api: 200)
                    bench.sender.add(50)
                    let before = bench.desk.count
                    try bench.start()
                    bench.wait { bench.desk.count > before + 20 }
                    // Some have begun to send, and never come to an end.
                    let slow = (0..<20).compactMap { _ in Socket.connected(to: bench.receive) }
                    for socket in slow {
                        socket.write(Array("POST /hooks/hook HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n".utf8))
                    }
                    bench.stop()
                    for socket in slow { socket.close() }
                }
                // Where there was no time for everything, what was under way then comes again.
                let hadTime = !bench.log.contains("some sinks are not done")
                bench.expect(
                    !hadTime || bench.desk.taken.values.allSatisfy { $0 == 1 }, "a polite stop told something twice")
                bench.faultIsOver()
                try bench.start()
                return []
            },
        ]

    private static let points = [
        "after_fetch", "after_parse", "before_commit", "after_commit", "before_ack", "after_ack", "after_send",
        "before_mark", "after_mark", "in_checkpoint", "in_migration",
    ]

    /// Kills a gateway again and again, and looks at what it left each time, or at every tenth where there are many.
    private static func kill(
        _ bench: Bench, _ kills: Int, _ random: inout SeededRandom,
        _ environment: (Int, inout SeededRandom) -> [String: String]
    ) throws {
        for number in 0..<kills {
            bench.offer(
                feed: Int.random(in: 0...20, using: &random), api: Int.random(in: 0...60, using: &random),
                hooks: Int.random(in: 0...20, using: &random))
            let process = try bench.start(environment(number, &random))
            process.wait(atMost: Double.random(in: 0.05...2, using: &random))
            let acknowledged = bench.sender.acknowledged
            process.kill()
            guard kills <= 50 || number % 10 == 0, FileManager.default.fileExists(atPath: bench.data + "/journal.db")
            else { continue }
            let copy = try bench.checkAfterKill(acknowledged)
            // The next start shows in its requests where it believes to be.
            bench.source.forgetClaims()
            let next = try bench.start()
            bench.wait(3) { bench.source.hasClaims }
            bench.check(bench.source.firstClaims, against: copy)
            next.kill()
        }
        bench.faultIsOver()
        try bench.start()
    }

    /// Lets a failpoint end the process some times.
    private static func crash(at point: String, _ harness: Harness) throws -> Report {
        let bench = try harness.bench()
        defer { bench.tearDown() }
        var random = harness.random(for: point)
        for number in 0..<harness.each {
            if point == "in_migration" { try? FileManager.default.removeItem(atPath: bench.data) }
            bench.offer(feed: 10, api: 40, hooks: 10)
            let turn = point.hasPrefix("in_") ? 1 : Int.random(in: 1...6, using: &random)
            let process = try bench.start(["EARSHOT_FAILPOINT": "\(point):\(turn)"])
            if point == "in_checkpoint" {
                bench.wait {
                    !process.isRunning
                        || bench.desk.count > number * 20 && bench.admin("/readyz").status == 200
                }
                process.send(SIGTERM)
            }
            let code = point.hasPrefix("in_") ? process.wait(atMost: Bench.patience) : bench.end(of: process)
            let acknowledged = bench.sender.acknowledged
            bench.expect(code == 137, "\(point): expected to end with 137, found \(code.map { "\($0)" } ?? "no end")")
            if code == nil { process.kill() }
            if FileManager.default.fileExists(atPath: bench.data + "/journal.db") {
                _ = try bench.checkAfterKill(acknowledged)
            }
        }
        bench.faultIsOver()
        try bench.start()
        bench.remark("\(harness.each) crashes")
        var report = bench.finish("F02 \(point)")
        if !report.violations.isEmpty { report.violations.append("log: \(bench.log.suffix(4000))") }
        return report
    }
}
