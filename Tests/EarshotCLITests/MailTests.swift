import EarshotTestSupport
import Foundation
import Glibc
import Testing

/// Mail, with a real Dovecot and a gateway as an operator runs it.
@Suite(.timeLimit(.minutes(15))) struct MailTests {
    private let folder: Folder
    private let dovecot: Dovecot

    init() throws {
        folder = try Folder()
        dovecot = try Dovecot(in: folder)
    }

    private func message(_ number: Int, id: String? = nil) -> String {
        let id = id.map { $0.isEmpty ? "" : "Message-ID: <\($0)>\n" } ?? "Message-ID: <m\(number)@example.org>\n"
        return "From: a@example.org\nTo: care@acme.example\n\(id)Subject: Message \(number)\n"
            + "Date: Mon, 12 Jan 2026 07:30:00 +0000\n\nWhere is suitcase \(number)?\n"
    }

    /// A configuration with one channel of mail, and its file sink `out.ndjson`.
    private func configure(_ settings: String, every: String = "20s", admin: String = "") throws -> String {
        try folder.keep(Dovecot.password + "\n", in: "password")
        return try folder.write(
            """
            { "data_dir": "data",
              "channels": { "support": { "adapter": "email", "every": "\(every)", "settings": { \(settings) } } },
              "sinks": { "all": { "sink": "file", "settings": { "path": "out.ndjson" } } }\(admin) }
            """, to: "earshot.json")
    }

    /// The settings of an IMAP channel over TLS.
    private var imap: String {
        """
        "listen": "imap", "url": "imaps://localhost:\(dovecot.ports["imaps"] ?? 0)", "user": "care",
        "password": "${file:\(folder.path("password"))}", "ca_file": "cert.pem"
        """
    }

    private func lines() throws -> [String] {
        FileManager.default.fileExists(atPath: folder.path("out.ndjson"))
            ? try folder.text("out.ndjson").split(separator: "\n").map(String.init) : []
    }

    @Test func `a mailbox is taken whole and once, and nobody sees that it was read`() async throws {
        for number in 0..<500 { try dovecot.deliver(message(number), "\(number).host") }
        // The same message twice; two messages of one id; two without an id, one of them twice.
        try dovecot.deliver(message(7), "again.host")
        try dovecot.deliver(message(1000, id: "m8@example.org"), "taken-id.host")
        for name in ["a", "b"] { try dovecot.deliver(message(2000, id: ""), "no-id-\(name).host") }
        try dovecot.deliver(message(2001, id: ""), "no-id-c.host")
        let config = try configure(imap)
        #expect(try await Program.run("validate", config).code == 0)
        let first = try await Program.run("backfill", config)
        #expect(first.code == 0, "\(first.errors)")
        let seen = try lines()
        // 500 and two without an id; that another text came under the id of one is a change of it.
        #expect(seen.count == 503)
        #expect(seen.count { $0.contains(#""op":"update""#) } == 1)
        #expect(seen.allSatisfy { $0.contains(#""via":"poll""#) && !$0.contains(Dovecot.password) })
        #expect(dovecot.files.allSatisfy { !$0.contains(",S") && !$0.hasSuffix("S") })
        // Once more: nothing is new. With new numbers: everything is read, nothing is new.
        #expect(try await Program.run("backfill", config).code == 0)
        // Dovecot's last process may still write down what it knew, so it is made to forget until it has.
        var hasNewNumbers = false
        for _ in 0..<20 where !hasNewNumbers {
            try dovecot.forget()
            hasNewNumbers = try await Program.run("backfill", config, "--log-format", "text").errors.contains(
                "new numbers")
        }
        #expect(hasNewNumbers)
        #expect(try lines().count { $0.contains(#""op":"create""#) } == 502)
    }

    @Test func `folders are chosen by pattern, over STARTTLS, with a token`() async throws {
        try dovecot.deliver(message(1), "1.host")
        try dovecot.deliver(message(2), "2.host", to: "Kunden")
        try dovecot.deliver(message(3), "3.host", to: "Kunden.Entw&APw-rfe")
        try dovecot.deliver(message(4), "4.host", to: "Junk")
        let config = try configure(
            """
            "listen": "imap", "url": "imap://localhost:\(dovecot.ports["imap"] ?? 0)", "user": "care",
            "token": "${TOKEN}", "ca_file": "cert.pem", "folders": ["*", "!Junk", "Kunden/Entwürfe"]
            """)
        let ending = try await Program.run(["dry-run", config], environment: ["TOKEN": Dovecot.password])
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(ending.lines.count == 3)
        #expect(ending.output.contains("/Kunden/Entw%C3%BCrfe/;UID=1"))
        #expect(!ending.output.contains("m4@example.org"))
    }

    @Test(arguments: ["imaps", "imap", "pop3s", "pop3"])
    func `a check logs in, by password or token, and leaves everything as it was`(_ scheme: String) async throws {
        for number in 1...3 { try dovecot.deliver(message(number), "\(number).host") }
        try dovecot.deliver(message(4), "4.host", to: "Kunden")
        let isIMAP = scheme.hasPrefix("imap")
        let settings = """
            "listen": "\(isIMAP ? "imap" : "pop3")", "url": "\(scheme)://localhost:\(dovecot.ports[scheme] ?? 0)",
            "user": "care", "ca_file": "cert.pem"\(isIMAP ? ", \"folders\": [\"*\"]" : "")
            """
        let says = isIMAP ? "4 messages in " : "3 messages"
        for proof in ["password", "token"] {
            let config = try configure(settings + ", \"\(proof)\": \"\(Dovecot.password)\"")
            let ending = try await Program.run("check", config)
            #expect(ending.code == 0, "\(ending.output) \(ending.errors)")
            let expected = #"{"channel":"support","works":true,"says":"logged in as care; \#(says)"#
            #expect(ending.lines.first?.hasPrefix(expected) == true, "\(ending.output)")
        }
        let wrong = try await Program.run("check", try configure(settings + ", \"password\": \"wrong-password\""))
        #expect(wrong.code == 69)
        #expect(wrong.lines.first?.contains(#""works":false,"says":"unauthorized: "#) == true, "\(wrong.output)")
        #expect(!(wrong.output + wrong.errors).contains("wrong-password"))
        #expect(dovecot.files.count == 4 && dovecot.files.allSatisfy { !$0.hasSuffix("S") })
    }

    @Test func `a check says what is wrong with a channel of mail, and with a program`() async throws {
        try folder.write("", to: "not-a-folder")
        try folder.write("#!/bin/sh\n", to: "tap")
        let port = try Loopback.freePort()
        func channel(_ adapter: String, _ settings: String) -> String {
            #"{ "adapter": "\#(adapter)", "settings": { \#(settings) } }"#
        }
        let config = try folder.write(
            """
            { "channels": {
                "closed": \(channel("email", #""listen": "imap", "url": "imaps://localhost:\#(port)", "user": "u", "password": "p""#)),
                "box": \(channel("email", #""listen": "maildir", "path": "nowhere""#)),
                "door": \(channel("email", #""listen": "lmtp", "address": "unix:not-a-folder/lmtp""#)),
                "tap": \(channel("exec", #""command": ["./tap"]"#)) },
              "sinks": { "all": { "sink": "stdout" } } }
            """, to: "earshot.json")
        let ending = try await Program.run("check", config)
        #expect(ending.code == 69)
        for said in [
            #""closed","works":false,"says":"failed: Failed to connect to localhost port \#(port)"#,
            "nowhere/new cannot be read: No such file or directory", "not-a-folder/lmtp: Not a directory",
            "./tap may not be run: chmod +x ",
        ] { #expect(ending.output.contains(said), "\(ending.output)") }
    }

    @Test(arguments: [
        ("\"password\": \"wrong-password\", \"ca_file\": \"cert.pem\"", "imaps", "unauthorized"),
        ("\"password\": \"p\"", "imaps", "certificate is not trusted"),
        ("\"password\": \"p\"", "imap", "certificate is not trusted"),
        ("\"password\": \"secret-word\", \"ca_file\": \"cert.pem\", \"folders\": [\"Nowhere\"]", "imaps", "Nowhere"),
    ])
    func `what is wrong with a mailbox is said`(_ members: String, _ scheme: String, _ said: String) async throws {
        let config = try configure(
            "\"listen\": \"imap\", \"url\": \"\(scheme)://localhost:\(dovecot.ports[scheme] ?? 0)\", \"user\": \"care\", "
                + members)
        let ending = try await Program.run("dry-run", config)
        #expect(ending.code == 69)
        #expect(ending.errors.contains(said), "\(ending.errors)")
        #expect(!ending.errors.contains("wrong-password"))
    }

    @Test func `an attachment of 30 MB is measured, and the next message is read`() async throws {
        let line = String(repeating: "QUJD", count: 19) + "\n"
        let attachment = String(repeating: line, count: 30_000_000 / 57 + 1)
        try dovecot.deliver(
            """
            From: a@example.org
            Message-ID: <large@example.org>
            Subject: Pictures
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=x

            --x
            Content-Type: text/plain

            Here they are.
            --x
            Content-Type: application/zip; name=pictures.zip
            Content-Transfer-Encoding: base64

            \(attachment)
            --x--

            """, "1.host")
        try dovecot.deliver(message(2), "2.host")
        let ending = try await Program.run("backfill", try configure(imap))
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(try lines().count == 2)
        #expect(try lines().contains { $0.contains("\"bytes\":\(57 * (30_000_000 / 57 + 1))") })
    }

    @Test func `a message is heard as it comes, long before the next look, and a stop is quick`() async throws {
        try dovecot.deliver(message(1), "1.host")
        let config = try folder.write(
            """
            { "data_dir": "data",
              "channels": { "support": { "adapter": "email", "every": "1h", "settings": { \(imap) } } },
              "sinks": { "screen": { "sink": "stdout" } } }
            """, to: "earshot.json")
        try folder.keep(Dovecot.password, in: "password")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["run", config]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = try folder.file("log")
        try process.run()
        var number = 1
        for await line in Program.lines(of: output) {
            #expect(line.contains("m\(number)@example.org"))
            number += 1
            if number > 4 { break }
            try dovecot.deliver(message(number), "\(number).host")
        }
        #expect(number == 5)
        process.terminate()
        await process.ended()
        #expect(process.terminationStatus == 0)
    }

    @Test(arguments: ["pop3s", "pop3"])
    func `a mailbox is taken over POP3, and left as it is or emptied`(_ scheme: String) async throws {
        for number in 0..<40 { try dovecot.deliver(message(number), "\(number).host") }
        let settings = """
            "listen": "pop3", "url": "\(scheme)://localhost:\(dovecot.ports[scheme] ?? 0)", "user": "care",
            "password": "${file:\(folder.path("password"))}", "ca_file": "cert.pem"
            """
        #expect(try await Program.run("backfill", try configure(settings)).code == 0)
        #expect(try lines().count == 40)
        #expect(dovecot.files.count == 40)
        try dovecot.deliver(message(40), "40.host")
        let ending = try await Program.run("backfill", try configure(settings + ", \"delete\": true"))
        #expect(ending.code == 0, "\(ending.errors)")
        #expect(try lines().count == 41)
        #expect(dovecot.files.isEmpty)
    }

    @Test(arguments: [false, true])
    func `a mail server hands over, and hears yes only for what is safe`(_ overSocket: Bool) async throws {
        let address = overSocket ? "unix:lmtp.sock" : "127.0.0.1:\(try Loopback.freePort())"
        let config = try configure(
            "\"listen\": \"lmtp\", \"address\": \"\(address)\", \"recipients\": [\"*@acme.example\"]")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["run", config, "--log-format", "text"]
        let log = Pipe()
        process.standardError = log
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        for await line in Program.lines(of: log) where line.contains("LMTP") { break }
        let way = overSocket ? ["--socket", folder.path("lmtp.sock")] : ["--server", address]
        func send(to recipients: String, _ message: String) async throws -> String {
            let file = try folder.write(message, to: "message")
            let swaks = Process()
            swaks.executableURL = URL(fileURLWithPath: "/usr/bin/swaks")
            swaks.arguments =
                way + [
                    "--protocol", "LMTP", "--pipeline", "--from", "a@example.org", "--to", recipients, "--data",
                    "@" + file,
                ]
            swaks.standardOutput = try folder.file("swaks")
            swaks.standardError = FileHandle.nullDevice
            try swaks.run()
            await swaks.ended()
            return try folder.text("swaks")
        }
        let taken = try await send(to: "care@acme.example,sales@acme.example", message(1) + "\n.\n..\n")
        #expect(taken.components(separatedBy: "250 2.0.0 safe").count == 3)
        #expect(try await send(to: "care@elsewhere.example", message(2)).contains("550 5.1.1"))
        // The server did not hear the answer, and hands the message over once more.
        let again = try await send(to: "care@acme.example", message(1) + "\n.\n..\n")
        #expect(again.contains("250 2.0.0 safe"))
        process.terminate()
        await process.ended()
        #expect(process.terminationStatus == 0)
        let heard = try lines()
        #expect(heard.count == 1)
        #expect(heard.first?.contains(#""via":"push""#) == true)
        #expect(heard.first?.contains("sales@acme.example") == true)
    }
}
