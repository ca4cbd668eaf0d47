import EarshotTesting
import Foundation
import GRDB
import Glibc

extension Trial {
    /// The disk, or what it holds, is not as it should be.
    static let disks = [
        Trial("F11", "no file may grow any more") { _, bench in
            bench.sender.pad(20_000)
            let process = try bench.start(prefix: "ulimit -S -f 8192;")
            bench.sender.add(300)
            // The limit is on every file, so that nothing can be noted in its log either.
            try full(bench, process, drains: false) { try process.limit("fsize", to: "unlimited") }
            return []
        },
        Trial("F11 tmpfs") { harness in
            var report = Report(fault: "F11 disk of 8 MB is full")
            let disk = NSTemporaryDirectory() + "faults-disk-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: disk) }
            guard shell("mount -t tmpfs -o size=8m tmpfs \(disk)") == 0 else {
                report.note = "not tried: nobody but root may mount"
                return [report]
            }
            defer { _ = shell("umount -l \(disk)") }
            let bench = try harness.bench(.init(data: disk + "/data"))
            defer { bench.tearDown() }
            bench.sender.pad(20_000)
            let process = try bench.start()
            bench.sender.add(500)
            try full(bench, process) { _ = shell("mount -o remount,size=64m \(disk)") }
            report = bench.finish(report.fault)
            return [report]
        },
        Trial(
            "F11 limit", "the journal has reached its limit",
            plan: { _ in .init(more: ",\"journal\":{\"limit\":\"1MiB\"}") }
        ) {
            _, bench in
            bench.sender.pad(20_000)
            bench.deskServer.goAway()
            try bench.start()
            bench.sender.add(200)
            bench.wait { bench.sender.statuses[503] ?? 0 > 20 }
            let size = directorySize(bench.data)
            bench.expect(size < 12 << 20, "I6: \(size >> 20) MB on the disk")
            bench.expect(
                bench.comes(within: 10) { bench.admin("/readyz").text.contains("journal.limit") },
                "I9: \(bench.admin("/readyz").text)")
            try bench.deskServer.comeBack()
            bench.faultIsOver()
            return []
        },
        Trial("F12", "state is locked, second instance") { harness, bench in
            bench.source.add(feed: 20, api: 50)
            let process = try bench.start()
            bench.wait { bench.desk.count == 70 }
            let second = try bench.run(["run", bench.folder + "/earshot.json"])
            bench.expect(second.code == 74 && second.said.contains("another earshot"), "second instance: \(second)")
            var patient = Configuration()
            patient.busyMode = .timeout(20)
            let other = try DatabaseQueue(path: bench.data + "/journal.db", configuration: patient)
            try other.inDatabase { database in
                try database.execute(sql: "BEGIN IMMEDIATE")
                bench.source.add(feed: 20, api: 50)
                bench.sender.add(20)
                Thread.sleep(forTimeInterval: harness.isShare ? 7 : 20)  // How long the lock is held.
                bench.expect(process.isRunning, "it ended: \(bench.log.suffix(400))")
                try database.execute(sql: "ROLLBACK")
            }
            bench.faultIsOver()
            return []
        },
        Trial("F14", "the disk does not confirm a write") { harness, bench in
            guard let shim = harness.shim else {
                bench.remark("not tried: there is no clang")
                try bench.start()
                return []
            }
            for number in [1, 8, 15, 40].prefix(harness.isShare ? 3 : 4) {
                bench.source.add(feed: 20, api: 60)
                bench.sender.add(20)
                let process = try bench.start(["LD_PRELOAD": shim, "FAULTS_SYNC": "\(number)"])
                let code = bench.end(of: process)
                bench.expect(
                    code == 74, "fsync \(number): expected to end with 74, found \(code.map { "\($0)" } ?? "no end")")
                process.kill()
            }
            bench.expect(bench.log.contains("did not confirm"), "the log says \(bench.log.suffix(300))")
            bench.faultIsOver()
            try bench.start()
            return []
        },
        Trial("F15", "data directory is read-only, or another's") { harness, bench in
            let isRoot = geteuid() == 0
            let wrapper = isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
            _ = shell("chmod 777 \(bench.folder) && mkdir \(bench.data) && chmod 555 \(bench.data)")
            let readOnly = try bench.run(["run", bench.folder + "/earshot.json"], wrapper: wrapper)
            bench.expect(readOnly.code == 74 && readOnly.said.contains(bench.data), "read-only: \(readOnly)")
            if isRoot {
                _ = shell("chmod 777 \(bench.data)")
                let folder = try bench.run(["run", bench.folder + "/earshot.json"], wrapper: wrapper)
                bench.expect(folder.code == 74 && folder.said.contains(bench.data), "another's: \(folder)")
                let file = bench.data + "/journal.db"
                _ = shell("chmod 700 \(bench.data) && chown 65534 \(bench.data) && touch \(file) && chmod 600 \(file)")
                let journal = try bench.run(["run", bench.folder + "/earshot.json"], wrapper: wrapper)
                bench.expect(journal.code == 74 && journal.said.contains("journal.db"), "another's: \(journal)")
                _ = shell("rm \(file) && chown 0 \(bench.data)")
            }
            _ = shell("chmod 755 \(bench.data)")
            bench.source.add(feed: 20, api: 20)
            bench.faultIsOver()
            try bench.start()
            return []
        },
        Trial("F32", "descriptors run out", plan: { _ in .init(connections: 100) }) { _, bench in
            bench.source.add(feed: 50, api: 100)
            let process = try bench.start(prefix: "ulimit -n 64;")
            bench.sender.add(200)
            Thread.sleep(forTimeInterval: 3)  // How long there are none.
            bench.expect(process.isRunning, "it ended: \(bench.log.suffix(400))")
            bench.faultIsOver()
            return []
        },
        Trial("PC", "power cut") { harness, bench in
            guard let shim = harness.shim else {
                bench.remark("not tried: there is no clang")
                try bench.start()
                return []
            }
            var random = harness.random(for: "PC")
            let cuts = harness.isShare ? 4 : harness.kills
            for _ in 0..<cuts { try cutPower(bench, shim, &random) }
            bench.remark("\(cuts) cuts")
            bench.faultIsOver()
            try bench.start()
            return []
        },
    ]

    /// What comes cannot be stored for a while: webhooks are told so, what is stored goes out, and it goes on by
    /// itself.
    private static func full(
        _ bench: Bench, _ process: GatewayProcess, drains: Bool = true, _ makeRoom: () throws -> Void
    ) throws {
        bench.source.add(feed: 20, api: 50)
        bench.wait { bench.sender.statuses[503] ?? 0 > 0 }
        bench.expect(bench.sender.statuses[503] ?? 0 > 0, "webhooks are not refused: \(bench.sender.statuses)")
        let acknowledged = bench.sender.acknowledged
        bench.expect(
            !drains || bench.wait { acknowledged.isSubset(of: Set(bench.desk.taken.keys)) },
            "what is stored does not go out")
        bench.expect(process.isRunning, "it ended: \(bench.log.suffix(400))")
        bench.expect(
            bench.comes(within: 10) { bench.admin("/readyz").text.contains("cannot be stored") },
            "I9: \(bench.admin("/readyz").text)")
        try makeRoom()
        bench.faultIsOver()
        bench.expect(
            bench.comes(within: 10) { !bench.admin("/readyz").text.contains("cannot be stored") },
            "I9, once there is room: \(bench.admin("/readyz").text)")
    }

    /// Lets the gateway run a moment with everything recorded, and cuts the power.
    private static func cutPower(_ bench: Bench, _ shim: String, _ random: inout SeededRandom) throws {
        let recording = bench.folder + "/recording"
        for path in ["data/journal.db", "data/journal.db-wal", "out/all.ndjson"].map({ bench.folder + "/" + $0 }) {
            try? FileManager.default.removeItem(atPath: path + ".before")
            try? FileManager.default.copyItem(atPath: path, toPath: path + ".before")
        }
        bench.offer(feed: 10, api: 40, hooks: 20)
        let before = bench.desk.count
        let process = try bench.start([
            "LD_PRELOAD": shim, "FAULTS_RECORD": recording, "FAULTS_ROOT": bench.folder,
        ])
        bench.wait(30) { bench.desk.count > before }
        process.wait(atMost: Double.random(in: 0...0.4, using: &random))
        let acknowledged = bench.sender.acknowledged
        process.kill()
        try Shim.cutPower(recording, below: bench.folder, &random)
        _ = try bench.checkAfterKill(acknowledged)
    }

    private static func directorySize(_ path: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.reduce(0) { size, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return size + (attributes?[.size] as? Int ?? 0)
        }
    }

    /// Runs a command of the shell.
    static func shell(_ command: String) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command + " 2>/dev/null"]
        do {
            try process.run()
        } catch {
            return -1
        }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
