import Foundation
import Glibc

extension Trial {
    /// Servers do not prove who they are.
    static let trust = [
        Trial("F23") { harness in
            guard MailServer.program != nil else {
                return [Report(fault: "F23 TLS", note: "not tried: there is no dovecot")]
            }
            let room = try TrustRoom(harness)
            defer { room.tearDown() }
            try room.bench.start()
            room.checkThatIsSaid()
            try room.mend(byItself: !harness.isShare)
            var report = room.bench.finish("F23 TLS: expired, misnamed, unsigned, cut", within: 75)
            let missing = room.bench.offered.subtracting(room.vault.taken.keys)
            if !missing.isEmpty { report.violations.append("I1: the mended sink lacks \(missing.few)") }
            if !report.violations.isEmpty { report.violations.append("log: \(room.bench.log.suffix(3000))") }
            return [report]
        }
    ]
}

/// A gateway whose mail servers and one of whose sinks cannot be trusted, and one of each that can.
private final class TrustRoom {
    let bench: Bench
    let vault = Desk()
    private let vaultServer: Server
    private let server: MailServer
    private let proxy: Proxy
    private let folder: String
    private let doors: [Socket]
    private var deceivers: [GatewayProcess] = []

    /// What is wrong with the certificate at each further address, and what is to be said of it.
    private static let wrongs = [
        ("expired", "127.0.0.2", "certificate has expired"), ("misnamed", "127.0.0.3", "subject name"),
        ("unsigned", "127.0.0.4", "self-signed"),
    ]

    init(_ harness: Harness) throws {
        folder = NSTemporaryDirectory() + "faults-" + UUID().uuidString
        server = try MailServer(in: folder)
        let certificates = server.certificates
        try certificates.make("127.0.0.2", for: "IP:127.0.0.2", days: -1)
        try certificates.make("127.0.0.3", for: "DNS:elsewhere.example")
        try certificates.makeSelfSigned("127.0.0.4")
        try server.start()
        proxy = try Proxy(to: server.port("imaps"))
        // The server has said hello, and its certificate is on its way.
        proxy.follow(Proxy.Rule(cut: 200))
        doors = [try Socket.place(), try Socket.place()]
        let vault = vault
        vaultServer = try Server { vault.answer($0) }
        bench = try harness.bench(
            .init(
                sinks: TrustRoom.sink("https", at: doors[0].port),
                channels: TrustRoom.channels(server, cut: proxy.port, old: doors[1].port)))
        for user in ["trusted", "expired", "misnamed", "unsigned", "cut"] { try deliver(to: user) }
        deceivers = [
            try deceive(doors[0].port, certificates.folder + "/127.0.0.4"),
            try deceive(doors[1].port, certificates.folder + "/good", "-tls1 -cipher ALL:@SECLEVEL=0"),
        ]
    }

    func tearDown() {
        bench.tearDown()
        vaultServer.goAway()
        proxy.goAway()
        server.stop()
        for deceiver in deceivers { deceiver.kill() }
        for door in doors { door.close() }
        if bench.violations.isEmpty { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// What can be trusted goes on, and of the rest is said what is wrong.
    func checkThatIsSaid() {
        bench.expect(
            bench.comes(within: 10) { bench.desk.taken["trusted-0"] != nil && bench.filed["trusted-0"] != nil },
            "I8: the others wait")
        let signs =
            TrustRoom.wrongs.map { ("channel \($0.0): ", $0.2) } + [
                ("channel cut: ", "retrying"), ("channel old: ", "retrying"), ("sink vault: ", "certificate"),
            ]
        for (place, reason) in signs {
            func isSaid() -> Bool {
                let lines = bench.admin("/readyz").text.split(separator: "\n")
                return lines.contains { $0.hasPrefix(place) && $0.contains(reason) }
            }
            bench.expect(bench.comes(within: 10, isSaid), "I9, \(place)\(reason): \(bench.admin("/readyz").text)")
        }
        for (name, _, _) in TrustRoom.wrongs {
            let state = "earshot_channel_state{channel=\"\(name)\",state=\"refused\"} 1"
            bench.expect(
                bench.admin("/metrics").text.contains(state), "I9: /metrics does not say that \(name) is refused")
        }
        bench.expect(bench.admin("/readyz").status == 503, "I9: /readyz answers \(bench.admin("/readyz").status)")
    }

    /// The certificates are renewed, and the sink has another address; where not `byItself`, the gateway is told so.
    func mend(byItself: Bool) throws {
        server.stop()
        for (_, address, _) in TrustRoom.wrongs { try server.certificates.make(address, for: "IP:\(address)") }
        try server.start()
        proxy.follow(Proxy.Rule())
        bench.faultIsOver()
        if byItself {
            let names = Set(TrustRoom.wrongs.map { "\($0.0)-0" })
            bench.expect(
                bench.wait(75) { names.isSubset(of: bench.desk.taken.keys) },
                "I7: what was renewed is not asked again: \(bench.admin("/readyz").text)")
        }
        let sink = TrustRoom.sink("http", at: vaultServer.port)
        try bench.write(bench.configuration(sinks: sink), to: "earshot.json")
        bench.process?.send(SIGHUP)
        bench.expect(
            bench.comes(within: 15) { bench.log.contains("sink vault changed: settings") },
            "changed: \(bench.log.suffix(300))")
        bench.expect(
            bench.comes(within: 75) { vault.count == bench.offeredCount },
            "the sink that was mended has \(vault.count) of \(bench.offeredCount)")
    }

    private func deliver(to user: String) throws {
        try server.deliver(Letter.text(user, 0), Letter.file(0), to: user)
        bench.offer(["\(user)-0"])
    }

    /// A server with a certificate, or a way to prove it, that nobody should trust.
    private func deceive(_ port: Int, _ certificate: String, _ more: String = "") throws -> GatewayProcess {
        let arguments =
            "s_server -www -accept 127.0.0.1:\(port) -cert \(certificate).pem -key \(certificate).key \(more)"
        let words = arguments.split(separator: " ").map(String.init)
        return try GatewayProcess("/usr/bin/openssl", words, in: folder, log: folder + "/s_server-\(port)")
    }

    private static func sink(_ scheme: String, at port: Int) -> String {
        ",\"vault\": { \"sink\": \"http\", \"settings\": { \"url\": \"\(scheme)://127.0.0.1:\(port)/in\" } }"
    }

    private static func channels(_ server: MailServer, cut: Int, old: Int) -> String {
        func mailbox(_ name: String, _ address: String, _ port: Int) -> String {
            """
            ,"\(name)": { "adapter": "email", "every": "500ms", "settings": {
              "listen": "imap", "url": "imaps://\(address):\(port)", "user": "\(name)", "idle": false,
              "password": "\(MailServer.password)", "ca_file": "\(server.certificates.authority)" } }
            """
        }
        let port = server.port("imaps")
        return mailbox("trusted", "127.0.0.1", port) + mailbox("cut", "127.0.0.1", cut)
            + wrongs.map { mailbox($0.0, $0.1, port) }.joined()
            + ",\"old\": { \"adapter\": \"./numbers\", \"settings\": { \"url\": \"https://127.0.0.1:\(old)\" } }"
    }
}
