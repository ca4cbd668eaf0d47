import Foundation
import GRDB
import Glibc

extension Trial {
    /// The state, the clock or the configuration changes under the gateway.
    static let states =
        damages.map { place in Trial("F13") { harness in [try damage(place, harness)] } } + [
            Trial("F24", "clock jumps three days on and back") { harness, bench in
                guard let shim = harness.shim else {
                    bench.remark("not tried: there is no clang")
                    try bench.start()
                    return []
                }
                let clock = bench.folder + "/clock"
                try bench.write("0", to: "clock")
                bench.source.add(feed: 20, api: 50)
                try bench.start(["LD_PRELOAD": shim, "FAULTS_CLOCK": clock])
                bench.wait { bench.desk.count == 70 }
                for jump in ["259200", "-259200", "0"] {
                    try bench.write(jump, to: "clock")
                    let (requests, count) = (bench.source.times.count, bench.desk.count)
                    let began = ProcessInfo.processInfo.systemUptime
                    bench.source.add(feed: 5, api: 20)
                    bench.sender.add(10)
                    bench.expect(
                        bench.comes(within: 10) { bench.desk.count == count + 35 },
                        "after \(jump) s nothing comes any more")
                    Thread.sleep(forTimeInterval: 1)  // How often it asks in a second is the question.
                    let asked = bench.source.times.count - requests
                    // Two sources, each five times a second.
                    let most = Int((ProcessInfo.processInfo.systemUptime - began) * 12) + 30
                    bench.expect(asked < most, "after \(jump) s the sources were asked \(asked) times")
                }
                bench.faultIsOver()
                return []
            },
            Trial("F29", "SIGHUP takes a sink away, and gives it back", plan: { _ in .init(sinks: extra) }) {
                _, bench in
                bench.source.add(feed: 20, api: 50)
                let process = try bench.start()
                bench.wait { bench.filed.count == 70 }
                for (text, said) in [("{", "line 1"), ("{\"sinks\":{\"copy\":{\"sink\":\"fax\"}}}", "/sinks/copy")] {
                    let before = bench.log.count
                    try bench.write(text, to: "earshot.json")
                    process.send(SIGHUP)
                    bench.expect(
                        bench.wait {
                            let log = bench.log.dropFirst(before)
                            return log.contains("the old one stays") && log.contains(said)
                        }, "an invalid file: \(bench.log.suffix(300))")
                }
                try bench.write(bench.configuration(sinks: ""), to: "earshot.json")
                process.send(SIGHUP)
                bench.expect(
                    bench.wait { bench.log.contains("sink extra removed") }, "removed: \(bench.log.suffix(300))")
                bench.source.add(feed: 20, api: 50)
                bench.expect(bench.wait { bench.filed.count == 140 }, "the others wait")
                try bench.write(bench.configuration(), to: "earshot.json")
                process.send(SIGHUP)
                bench.expect(
                    bench.wait { bench.log.contains("sink extra added") }, "added: \(bench.log.suffix(300))")
                let path = bench.folder + "/extra.ndjson"
                let isWhole = bench.wait {
                    let lines = FileManager.default.contents(atPath: path)?.split(separator: UInt8(ascii: "\n")) ?? []
                    return lines.count == 140
                }
                bench.expect(isWhole, "the sink that came back lacks what came meanwhile")
                try change(bench, process)
                bench.faultIsOver()
                return []
            },
            Trial("F30") { harness in
                try ["older", "newer"].map { try upgrade($0, harness) }
            },
            Trial("F31", isInShare: false) { harness in [try backlog(harness)] }.alone(),
        ]

    private static let extra = ", \"extra\": { \"sink\": \"file\", \"settings\": { \"path\": \"extra.ndjson\" } }"

    /// A channel is asked at another pace, and a sink writes elsewhere, from where it was.
    private static func change(_ bench: Bench, _ process: GatewayProcess) throws {
        let text = bench.configuration().replacing("\"200ms\"", with: "\"300ms\"").replacing("extra.n", with: "other.n")
        try bench.write(text, to: "earshot.json")
        process.send(SIGHUP)
        for said in ["channel feed changed: every", "sink extra changed: settings"] {
            bench.expect(bench.wait { bench.log.contains("reloaded: \(said)") }, "\(said): \(bench.log.suffix(300))")
        }
        bench.source.add(feed: 10, api: 20)
        func lines(_ name: String) -> Int {
            FileManager.default.contents(atPath: "\(bench.folder)/\(name)")?.count { $0 == UInt8(ascii: "\n") } ?? 0
        }
        bench.expect(bench.wait { lines("other.ndjson") == 30 }, "elsewhere are \(lines("other.ndjson")) of 30")
        bench.expect(lines("extra.ndjson") == 140, "the old file has \(lines("extra.ndjson")) lines")
    }

    private static let damages = ["page 1", "a leaf", "the log of writes", "half of it", "a text"]

    /// Damages the files of a gateway that was killed.
    private static func damage(_ place: String, _ harness: Harness) throws -> Report {
        let bench = try harness.bench()
        defer { bench.tearDown() }
        bench.source.add(feed: 50, api: 200)
        bench.sender.add(20)
        // A polite stop first, so that there is something in the database and not only in the log of writes.
        for _ in 0..<2 {
            try bench.start()
            bench.wait { bench.desk.count == bench.offeredCount && bench.filed.count == bench.offeredCount }
            bench.source.add(api: 50)
            bench.stop()
        }
        let process = try bench.start()
        bench.wait { bench.desk.count == bench.offeredCount && bench.filed.count == bench.offeredCount }
        if place == "a text" { holdBack(bench) }
        // Page 1 lies in the log of writes too, unless that was folded in.
        if place == "page 1" { bench.stop() } else { process.kill() }
        let file = bench.data + "/journal.db"
        try spoil(file, place)
        let spoiled = FileManager.default.contents(atPath: file)
        let refused = try bench.start()
        // A text is held against its sum when a sink is to have it.
        bench.wait { !refused.isRunning || (place != "a text" && bench.admin("/readyz").status == 200) }
        let code = refused.code
        if place == "a text" {
            bench.expect(code != nil, "a damaged text is not noticed")
            try bench.deskServer.comeBack()
        }
        if let code {
            bench.expect(code == 74, "\(place): expected to end with 74, found \(code)")
            bench.expect(bench.log.contains("--recover"), "the log does not say what to do: \(bench.log.suffix(300))")
            let isUntouched = place == "a text" || FileManager.default.contents(atPath: file) == spoiled
            bench.expect(isUntouched, "the damaged file was changed")
            bench.allowRepeats()
            try bench.start(arguments: ["--recover"])
            bench.remark("refused, recovered")
        } else {
            // What is at the end of the log of writes may be gone, as after a power cut.
            bench.allowRepeats()
            bench.remark("went on")
        }
        bench.source.add(feed: 10, api: 20)
        bench.sender.add(5)
        bench.faultIsOver()
        let report = bench.finish("F13 state is damaged: \(place)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: bench.data)) ?? []
        bench.expect(code == nil || names.contains { $0.hasPrefix("corrupt-") }, "the damaged files are gone")
        return report
    }

    /// Lets some mentions come that one sink does not have.
    private static func holdBack(_ bench: Bench) {
        bench.deskServer.goAway()
        bench.source.add(api: 50)
        bench.wait { bench.filed.count == bench.offeredCount }
    }

    /// Changes a letter in the newest mention, as a disk would: without a word to anybody.
    private static func misspell(_ file: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction { database in
            var lines = [UInt8](
                try Data.fetchOne(database, sql: "SELECT lines FROM segment ORDER BY last DESC LIMIT 1") ?? Data())
            lines[lines.count / 2] ^= 1
            try database.execute(
                sql: "UPDATE segment SET lines = ? WHERE last = (SELECT max(last) FROM segment)",
                arguments: [Data(lines)])
        }
        try queue.close()
    }

    private static func spoil(_ file: String, _ place: String) throws {
        if place == "a text" { return try misspell(file) }
        let path = place == "the log of writes" ? file + "-wal" : file
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        let size = try handle.seekToEnd()
        switch place {
        case "half of it": try handle.truncate(atOffset: size / 2)
        case "page 1":
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        case "a leaf":
            // Every page but the first.
            for page in stride(from: UInt64(8192), to: size, by: 8192) {
                try handle.seek(toOffset: page)
                try handle.write(contentsOf: Data(repeating: 0x5A, count: 64))
            }
        default:
            try handle.seek(toOffset: size / 2)
            try handle.write(contentsOf: Data(repeating: 0x5A, count: 64))
        }
    }

    /// A state of another version.
    private static func upgrade(_ age: String, _ harness: Harness) throws -> Report {
        let bench = try harness.bench()
        defer { bench.tearDown() }
        bench.source.add(feed: 20, api: 50)
        if age == "older" {
            defer { bench.faultIsOver() }
            // As the first version left it, with forty items of the feed and the API that were delivered.
            try FileManager.default.createDirectory(atPath: bench.data, withIntermediateDirectories: true)
            let sql = try String(contentsOfFile: harness.numbers + "/../states/1.sql", encoding: .utf8)
            let queue = try DatabaseQueue(path: bench.data + "/journal.db")
            try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
            try queue.close()
            bench.source.add(feed: 10, api: 20)
            try bench.start()
            let new = Set((20..<30).map { "feed-\($0)" } + (50..<70).map { "api-\($0)" })
            bench.wait { bench.desk.count == 30 && bench.filed.count == 30 }
            // What the older version had told already is known.
            bench.wait(1) { bench.desk.count > 30 }
            bench.expect(
                Set(bench.desk.taken.keys) == new,
                "the endpoint got \(Set(bench.desk.taken.keys).symmetricDifference(new).few)")
            bench.expect(
                Set(bench.filed.keys) == new, "the file got \(Set(bench.filed.keys).symmetricDifference(new).few)")
            var report = Report(fault: "F30 state is of older version", offered: 30, delivered: bench.desk.count)
            bench.stop()
            report.violations = bench.violations
            return report
        } else {
            try bench.start()
            bench.wait { bench.filed.count == 70 && bench.desk.count == 70 }
            bench.stop()
            let queue = try DatabaseQueue(path: bench.data + "/journal.db")
            let version = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
            try queue.close()
            let before = FileManager.default.contents(atPath: bench.data + "/journal.db")
            let refused = try bench.run(["run", bench.folder + "/earshot.json"])
            bench.expect(refused.code == 74 && refused.said.contains("version 99"), "a newer state: \(refused)")
            bench.expect(FileManager.default.contents(atPath: bench.data + "/journal.db") == before, "it was changed")
            let back = try DatabaseQueue(path: bench.data + "/journal.db")
            try back.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = \(version)") }
            try back.close()
        }
        bench.source.add(feed: 10, api: 20)
        bench.faultIsOver()
        try bench.start()
        return bench.finish("F30 state is of \(age) version")
    }

    /// A long backlog: the endpoint was away for a long time.
    private static func backlog(_ harness: Harness) throws -> Report {
        let count = harness.backlog
        let bench = try harness.bench(.init(desk: "\"batch_count\":1000,\"batch_bytes\":\"4MiB\",\"timeout\":\"30s\""))
        defer { bench.tearDown() }
        bench.source.page(1000)
        let now = { ProcessInfo.processInfo.systemUptime }
        // First some while everything works, for the rate.
        bench.source.add(api: count / 10)
        var began = now()
        try bench.start()
        bench.wait(600) { bench.desk.count == count / 10 }
        let fresh = Double(count / 10) / (now() - began)
        bench.deskServer.goAway()
        bench.source.add(api: count - count / 10)
        bench.wait(3600) { bench.stored >= count }
        bench.stop()
        try bench.deskServer.comeBack()
        began = now()
        try bench.start()
        bench.wait(60) { bench.admin("/readyz").status == 200 }
        let start = now() - began
        bench.expect(start < 5, "it took \(start) s to start")
        began = now()
        bench.faultIsOver()
        bench.wait(3600) { bench.desk.count == count }
        let rate = Double(count - count / 10) / (now() - began)
        bench.expect(rate > fresh * 0.7, "drained at \(Int(rate)) a second, fresh \(Int(fresh))")
        bench.expect(bench.process?.peak ?? 0 < 256 << 20, "I5: \((bench.process?.peak ?? 0) >> 20) MB")
        bench.remark("started in \((start * 10).rounded() / 10) s, \(Int(rate))/s against \(Int(fresh))/s fresh")
        return bench.finish("F31 backlog of \(count)", within: 600)
    }
}
