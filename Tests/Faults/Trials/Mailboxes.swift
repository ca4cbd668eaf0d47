import Foundation
import Glibc

extension Trial {
    /// Mailboxes change while they are read.
    static let mailboxes = [
        Trial("F28") { harness in
            guard MailServer.program != nil else {
                return [Report(fault: "F28 mailbox", note: "not tried: there is no dovecot")]
            }
            let room = try MailboxRoom(harness)
            defer { room.tearDown() }
            try room.start()
            room.cut(times: harness.isShare ? 2 : 5)
            room.removeWhileFetching()
            try room.renumber()
            room.bench.faultIsOver()
            return [room.finish("F28 mailbox: cut, removed, new numbers")]
        },
        Trial("F28", "mbox: written, cut short, rotated", plan: { _ in .init(channels: mbox) }) { _, bench in
            let file = try GrowingFile(in: bench.folder + "/mbox")
            try bench.start()
            try file.append(0..<20)
            bench.offer((0..<20).map { "file-\($0)" })
            bench.wait { bench.filed.count == 20 }
            try write(slowly: 20, to: file, bench)
            // A program that keeps the file and empties it, and one that loses its end.
            try file.truncate(keeping: 0)
            try come(21..<31, to: file, bench)
            try file.truncate(keeping: file.size - Letter.end.utf8.count - 2)
            // What is left of the last one says something else, which is a change of it.
            bench.expect(2, versionsOf: "file-30")
            try come(31..<36, to: file, bench)
            bench.wait { bench.filed["file-30"] == 2 }
            try file.rotate()
            try come(36..<46, to: file, bench)
            bench.faultIsOver()
            return []
        },
    ]

    private static let mbox =
        ",\"file\": { \"adapter\": \"email\", \"every\": \"500ms\", \"settings\": { \"listen\": \"files\", \"path\": \"mbox/*\" } }"

    /// More messages come into the file, and are heard.
    private static func come(_ numbers: Range<Int>, to file: GrowingFile, _ bench: Bench) throws {
        try file.append(numbers)
        bench.offer(numbers.map { "file-\($0)" })
        bench.wait { numbers.allSatisfy { bench.filed["file-\($0)"] != nil } }
    }

    /// A message is written piece by piece over some looks at the file: it is told when it is whole.
    private static func write(slowly number: Int, to file: GrowingFile, _ bench: Bench) throws {
        let (looks, end) = (3.0, "And that was more of it.")
        let bytes = Array(
            (GrowingFile.message(number) + String(repeating: "More of it.\n", count: 300) + end + "\n\n").utf8)
        let began = ProcessInfo.processInfo.systemUptime
        var (last, longest, written) = (began, 0.0, 0)
        while written < bytes.count {
            let next = min(written + bytes.count / 60, bytes.count)
            try file.append(bytes[written..<next])
            written = next
            Thread.sleep(forTimeInterval: 0.5 * looks / 60)  // Whoever writes the file is slow.
            let now = ProcessInfo.processInfo.systemUptime
            (longest, last) = (max(longest, now - last), now)
        }
        let token = "file-\(number)"
        bench.offer([token])
        bench.wait { bench.desk.lines.contains { String(decoding: $0, as: UTF8.self).contains(end) } }
        bench.wait { bench.filed[token] != nil }
        // Who pauses for longer than a look takes may be thought to be done.
        if longest < 0.4 { return }
        bench.expect(bench.filed[token] ?? 1, versionsOf: token)
    }
}

/// An mbox that is being written.
private final class GrowingFile {
    private let path: String

    init(in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        path = folder + "/one"
        try Data().write(to: URL(fileURLWithPath: path))
    }

    /// How many bytes it has.
    var size: Int { FileManager.default.contents(atPath: path)?.count ?? 0 }

    /// Messages with an empty line after each.
    func append(_ numbers: Range<Int>) throws {
        try append(Array(numbers.map { GrowingFile.message($0) + "\n" }.joined().utf8)[...])
    }

    /// Bytes as they come.
    func append(_ bytes: ArraySlice<UInt8>) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(bytes))
    }

    /// Cuts it short.
    func truncate(keeping size: Int) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        try handle.truncate(atOffset: UInt64(max(size, 0)))
    }

    /// It gets another name, and another file its name.
    func rotate() throws {
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        try Data().write(to: URL(fileURLWithPath: path))
    }

    /// A message without the empty line after it.
    static func message(_ number: Int) -> String {
        "From a@example.org Mon Jan 12 07:30:00 2026\n" + Letter.text("file", number)
    }
}

/// A gateway with two mailboxes, one of them behind somebody who cuts connections off.
private final class MailboxRoom {
    let bench: Bench
    private let server: MailServer
    private let proxy: Proxy
    private let folder: String
    private static let count = 60
    /// What is removed while it is being fetched.
    private static let removed = [3, 17, 18, 40, 59]

    init(_ harness: Harness) throws {
        folder = NSTemporaryDirectory() + "faults-" + UUID().uuidString
        server = try MailServer(in: folder)
        try server.start()
        proxy = try Proxy(to: server.port("imap"))
        let settings = "\"listen\": \"imap\", \"password\": \"\(MailServer.password)\""
        bench = try harness.bench(
            .init(
                channels: """
                    ,"box": { "adapter": "email", "every": "500ms", "settings": { \(settings), "user": "box",
                      "url": "imaps://127.0.0.1:\(server.port("imaps"))",
                      "ca_file": "\(server.certificates.authority)" } }
                    ,"fetch": { "adapter": "email", "every": "500ms", "settings": { \(settings), "user": "fetch",
                      "url": "imap://127.0.0.1:\(proxy.port)", "tls": "none", "idle": false } }
                    """))
    }

    func tearDown() {
        bench.tearDown()
        proxy.goAway()
        server.stop()
        if bench.violations.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
    }

    func start() throws {
        for number in 0..<MailboxRoom.count {
            for user in ["box", "fetch"] {
                try server.deliver(Letter.text(user, number), Letter.file(number), to: user)
            }
        }
        bench.offer((0..<MailboxRoom.count).map { "box-\($0)" })
        // The first kilobyte is the greeting and what the server can do; messages follow.
        proxy.follow(Proxy.Rule(cut: 6000))
        try bench.start()
    }

    /// Connections are cut off in the middle of what was fetched; nothing of a page that was not whole is kept.
    func cut(times: Int) {
        bench.expect(
            bench.comes(within: 10) { (0..<MailboxRoom.count).allSatisfy { bench.filed["box-\($0)"] != nil } },
            "I8: the other mailbox waits")
        bench.expect(bench.wait { proxy.cuts >= times }, "it was cut off \(proxy.cuts) times")
        bench.expect(bench.admin("/readyz").text.contains("channel fetch: retrying"), "I9: nobody says so")
        bench.expect(
            bench.filed.keys.count { $0.hasPrefix("fetch") } < MailboxRoom.count, "nothing was cut off in its midst")
    }

    /// Some messages are gone when the server is asked for them.
    func removeWhileFetching() {
        let files = server.items(of: "fetch")
        let doomed = MailboxRoom.removed.compactMap { files["fetch-\($0)"] }
        proxy.follow(
            Proxy.Rule(overheard: { bytes in
                guard String(decoding: bytes, as: UTF8.self).contains("FETCH") else { return }
                for path in doomed { try? FileManager.default.removeItem(atPath: path) }
            }))
        let left = Set(0..<MailboxRoom.count).subtracting(MailboxRoom.removed).map { "fetch-\($0)" }
        bench.expect(
            bench.wait { Set(left).isSubset(of: bench.filed.keys) },
            "what is still there does not come: \(Set(left).subtracting(bench.filed.keys).few)")
        bench.offer(left)
        // One that the server still had may have come.
        bench.offer(MailboxRoom.removed.map { "fetch-\($0)" }.filter { bench.filed[$0] != nil })
        let halves = bench.desk.lines.filter { !String(decoding: $0, as: UTF8.self).contains(Letter.end) }
        bench.expect(halves.isEmpty, "half a message was taken")
    }

    /// All messages have new numbers, and there are some more.
    func renumber() throws {
        server.stop()
        try server.forget("box")
        let more = MailboxRoom.count..<(MailboxRoom.count + 5)
        for number in more { try server.deliver(Letter.text("box", number), Letter.file(number), to: "box") }
        bench.offer(more.map { "box-\($0)" })
        try server.start()
        bench.expect(
            bench.comes(within: 60) { more.allSatisfy { bench.filed["box-\($0)"] != nil } }, "what is new does not come"
        )
        bench.expect(bench.log.contains("has new numbers"), "the numbers are not new")
    }

    func finish(_ name: String) -> Report {
        var report = bench.finish(name)
        if !report.violations.isEmpty {
            report.violations += ["log: \(bench.log.suffix(3000))", "dovecot: \(server.log.suffix(1000))"]
        }
        return report
    }
}
