import EarshotTesting
import Foundation
import Glibc

extension Trial {
    /// The process ends where nobody expects it while mail comes in every way.
    static let mail =
        ["after_fetch", "after_parse", "before_commit", "after_commit", "before_ack", "after_ack"].map { point in
            Trial("ML") { harness in
                guard harness.point == nil || harness.point == point else { return [] }
                return [
                    try withMail(harness, "ML mail, \(point)") { room, random in
                        for _ in 0..<harness.each {
                            let turn = Int.random(in: 1...8, using: &random)
                            let process = try room.bench.start(["EARSHOT_FAILPOINT": "\(point):\(turn)"])
                            try room.deliver(5)
                            room.bench.wait {
                                if process.wait(atMost: 1) == nil { try? room.deliver(1) }
                                return !process.isRunning
                            }
                            room.bench.expect(process.code == 137, "expected 137, found \(process.code ?? -1)")
                            try room.checkAfterKill()
                        }
                        room.bench.remark("\(harness.each) crashes")
                    }
                ]
            }
        } + [
            Trial("ML") { harness in
                let kills = harness.isShare ? 5 : max(harness.kills / 5, 5)
                return [
                    try withMail(harness, "ML mail, kill -9 at random times") { room, random in
                        for number in 0..<kills {
                            try room.deliver(Int.random(in: 1...8, using: &random))
                            let process = try room.bench.start()
                            process.wait(atMost: Double.random(in: 0.2...1.5, using: &random))
                            try room.deliver(Int.random(in: 1...8, using: &random))
                            process.wait(atMost: Double.random(in: 0.05...1, using: &random))
                            process.kill()
                            if kills <= 20 || number % 5 == 0 { try room.checkAfterKill() }
                        }
                        room.bench.remark("\(kills) kills")
                    }
                ]
            }
        ]

    /// Does something with a gateway that hears mail in every way, and waits until everything was delivered.
    private static func withMail(
        _ harness: Harness, _ name: String, _ body: (MailRoom, inout SeededRandom) throws -> Void
    ) throws -> Report {
        guard MailServer.program != nil else {
            return Report(fault: name, note: "not tried: there is no dovecot")
        }
        let room = try MailRoom(harness)
        defer { room.tearDown() }
        var random = harness.random(for: name)
        try body(room, &random)
        try room.bench.start()
        room.bench.faultIsOver()
        room.bench.expect(room.bench.comes(within: 60) { room.letters.isDone }, "LMTP: \(room.letters.statuses)")
        room.bench.offer(room.letters.acknowledged)
        room.bench.expect(
            room.bench.comes(within: 60) { room.server.items(of: "pop").isEmpty },
            "POP3 leaves what was taken: \(room.server.items(of: "pop").keys.few)")
        var report = room.bench.finish(name)
        for user in ["imap", "keep"] {
            let left = room.server.items(of: user).count
            if left != room.delivered { report.violations.append("\(user): \(left) of \(room.delivered) are left") }
        }
        if !report.violations.isEmpty {
            report.violations += ["log: \(room.bench.log.suffix(3000))", "dovecot: \(room.server.log.suffix(1000))"]
        }
        return report
    }
}

/// A gateway with a channel for every way that mail comes, and the server that it comes from.
final class MailRoom {
    let server: MailServer
    let letters: Sender
    let bench: Bench
    /// How many messages each mailbox was given.
    private(set) var delivered = 0
    private let folder: String
    private let door: Socket

    init(_ harness: Harness) throws {
        folder = NSTemporaryDirectory() + "faults-" + UUID().uuidString
        server = try MailServer(in: folder)
        door = try Socket.place()
        try server.start()
        let channels = MailRoom.channels(server, lmtp: door.port)
        bench = try harness.bench(.init(channels: channels, every: "1h"))
        letters = Sender.letters(to: door.port, connections: 2)
    }

    func tearDown() {
        letters.stop()
        bench.tearDown()
        server.stop()
        door.close()
        if bench.violations.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// So many messages more in each mailbox, and handed over.
    func deliver(_ count: Int) throws {
        for number in delivered..<(delivered + count) {
            for user in ["imap", "pop", "keep"] {
                try server.deliver(Letter.text(user, number), Letter.file(number), to: user)
            }
            bench.offer(["imap", "pop", "keep"].map { "\($0)-\(number)" })
        }
        delivered += count
        letters.add(count)
    }

    /// Looks at what a gateway that was just ended has left: nothing is missing that its sources believe to be safe.
    func checkAfterKill() throws {
        guard FileManager.default.fileExists(atPath: bench.data + "/journal.db") else { return }
        let acknowledged = letters.acknowledged
        let copy = try bench.checkAfterKill(acknowledged)
        let gone = Set((0..<delivered).map { "pop-\($0)" }).subtracting(server.items(of: "pop").keys)
        bench.expect(
            gone.isSubset(of: copy.tokens), "I4: removed by POP3 and not stored: \(gone.subtracting(copy.tokens).few)")
        let stored = copy.tokens.count { $0.hasPrefix("imap-") }
        let reached = copy.cursors["imap"].flatMap { MailRoom.uid(in: $0) } ?? 0
        bench.expect(reached <= stored, "I3: the cursor of imap is at \(reached), and \(stored) messages are stored")
    }

    /// The message that a cursor of an IMAP channel with one folder has reached.
    private static func uid(in cursor: String) -> Int? {
        cursor.split(separator: "\"uid\":").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// The channels, as members of the configuration.
    private static func channels(_ server: MailServer, lmtp: Int) -> String {
        func mailbox(_ name: String, _ listen: String, _ more: String = "") -> String {
            """
            ,"\(name)": { "adapter": "email", "every": "300ms", "settings": {
              "listen": "\(listen)", "url": "\(listen)s://127.0.0.1:\(server.port(listen + "s"))", "user": "\(name)",
              "password": "\(MailServer.password)", "ca_file": "\(server.certificates.authority)"\(more) } }
            """
        }
        return mailbox("imap", "imap") + mailbox("pop", "pop3", ", \"delete\": true") + mailbox("keep", "pop3")
            + """
            ,"lmtp": { "adapter": "email", "settings": { "listen": "lmtp", "address": "127.0.0.1:\(lmtp)" } }
            """
    }
}
