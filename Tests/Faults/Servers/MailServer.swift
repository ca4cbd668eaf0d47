import Foundation
import Glibc
import Synchronization

/// Dovecot on ports of the kernel's choice, with a Maildir for whoever is named.
final class MailServer: Sendable {
    /// Everybody's password.
    static let password = "numbers-of-the-mail-harness"
    /// The addresses that it listens at; each may have a certificate of its own.
    static let addresses = (1...4).map { "127.0.0.\($0)" }

    /// Its certificates: `good`, and one named after each further address that is to have another.
    let certificates: Certificates
    private let folder: String
    private let places: [String: Socket]
    private let process = Holder<GatewayProcess>()

    /// Where Dovecot lies; nil where it is not installed.
    static var program: String? {
        ["/usr/sbin/dovecot", "/usr/bin/dovecot"].first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// A server in a folder of a trial, which begins to serve when it is started.
    init(in bench: String) throws {
        folder = bench + "/mail"
        try FileManager.default.createDirectory(atPath: folder + "/run", withIntermediateDirectories: true)
        certificates = try Certificates(in: folder + "/certificates")
        try certificates.make("good")
        places = try Dictionary(
            uniqueKeysWithValues: ["imap", "imaps", "pop3", "pop3s"].map { ($0, try Socket.place()) })
    }

    deinit {
        stop()
        for place in places.values { place.close() }
    }

    /// The port of a protocol; those with TLS from the start end with `s`.
    func port(_ name: String) -> Int { places[name]?.port ?? 0 }

    /// Serves, with the certificates that there are.
    func start() throws {
        try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/dovecot.conf"))
        guard let program = MailServer.program else { throw Socket.Failure(step: "dovecot is not installed") }
        process.value = try GatewayProcess(
            program, ["-F", "-c", folder + "/dovecot.conf"], in: folder, log: folder + "/dovecot.err")
        for place in places.values {
            while process.value?.isRunning == true {
                if let socket = Socket.connected(to: place.port) {
                    socket.close()
                    break
                }
                Thread.sleep(forTimeInterval: 0.02)  // Dovecot does not tell when it listens.
            }
        }
        guard process.value?.isRunning == true else { throw Socket.Failure(step: "dovecot does not start") }
    }

    /// Serves no more.
    func stop() {
        // Those who serve a client would stay for as long as it does.
        process.value?.sendToAll(SIGTERM)
        process.value?.wait(atMost: 10)
        process.value?.sendToAll(SIGKILL)
        process.value?.wait(atMost: 30)
        process.value = nil
    }

    /// Puts a message into somebody's mailbox, as a delivery does.
    func deliver(_ message: String, _ name: String, to user: String) throws {
        let maildir = "\(folder)/box/\(user)"
        if !FileManager.default.fileExists(atPath: maildir) {
            for part in ["tmp", "new", "cur"] {
                try FileManager.default.createDirectory(
                    atPath: "\(maildir)/\(part)", withIntermediateDirectories: true)
                hand(over: "\(maildir)/\(part)")
            }
            hand(over: maildir)
            hand(over: "\(folder)/box")
        }
        let path = "\(maildir)/tmp/\(name)"
        try Data(message.utf8).write(to: URL(fileURLWithPath: path))
        hand(over: path)
        try FileManager.default.moveItem(atPath: path, toPath: "\(maildir)/new/\(name)")
    }

    /// The words of the items in somebody's mailbox, and in which file each is.
    func items(of user: String) -> [String: String] {
        var found: [String: String] = [:]
        for part in ["new", "cur"] {
            let folder = "\(folder)/box/\(user)/\(part)"
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                guard let message = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                    let token = Token.find(in: message)
                else { continue }
                found[token] = "\(folder)/\(name)"
            }
        }
        return found
    }

    /// Throws away what is known of somebody's mailbox, so that its messages get new numbers: to be done while nobody
    /// serves.
    func forget(_ user: String) throws {
        let maildir = "\(folder)/box/\(user)"
        for name in try FileManager.default.contentsOfDirectory(atPath: maildir) where name.hasPrefix("dovecot") {
            try FileManager.default.removeItem(atPath: "\(maildir)/\(name)")
        }
    }

    /// What the server says, for those who look into a trial that failed.
    var log: String { (try? String(contentsOfFile: folder + "/dovecot.log", encoding: .utf8)) ?? "" }

    private static var isRoot: Bool { geteuid() == 0 }
    private static var owner: uid_t { isRoot ? 65534 : geteuid() }

    /// Lets whoever serves the mail have a file.
    private func hand(over path: String) {
        if MailServer.isRoot { unsafe chown(path, MailServer.owner, 65534) }
    }

    /// What another certificate than the good one stands in for, address by address.
    private var locals: String {
        MailServer.addresses.filter { FileManager.default.fileExists(atPath: "\(certificates.folder)/\($0).pem") }
            .map { address in
                let path = "\(certificates.folder)/\(address)"
                return "local \(address) {\n  ssl_cert = <\(path).pem\n  ssl_key = <\(path).key\n}\n"
            }.joined()
    }

    private var listeners: String {
        ["imap", "pop3"].map { name in
            """
            service \(name)-login {
              chroot =
              inet_listener \(name) {
                address = 127.0.0.1
                port = \(port(name))
              }
              inet_listener \(name)s {
                address = \(MailServer.addresses.joined(separator: " "))
                port = \(port(name + "s"))
                ssl = yes
              }
            }

            """
        }.joined()
    }

    private var configuration: String {
        let me = NSUserName()
        let accounts =
            MailServer.isRoot
            ? "" : "default_internal_user = \(me)\ndefault_login_user = \(me)\ndefault_internal_group = \(getegid())"
        return """
            base_dir = \(folder)/run
            state_dir = \(folder)/run
            log_path = \(folder)/dovecot.log
            \(accounts)
            protocols = imap pop3
            ssl = yes
            ssl_cert = <\(certificates.folder)/good.pem
            ssl_key = <\(certificates.folder)/good.key
            disable_plaintext_auth = no
            auth_mechanisms = plain login
            mail_location = maildir:\(folder)/box/%u
            mail_max_userip_connections = 100
            first_valid_uid = 1
            first_valid_gid = 1
            namespace inbox {
              inbox = yes
            }
            passdb {
              driver = static
              args = password=\(MailServer.password)
            }
            userdb {
              driver = static
              args = uid=\(MailServer.owner) gid=\(MailServer.isRoot ? 65534 : getegid()) home=\(folder)/box/%u
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            \(listeners)
            \(locals)
            """
    }
}

/// A value that threads share.
final class Holder<Value: Sendable>: Sendable {
    private let held = Mutex<Value?>(nil)

    /// The value; nil where there is none.
    var value: Value? {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}

/// Numbered items as mail.
enum Letter {
    /// A message with an item's word in it.
    static func text(_ channel: String, _ number: Int) -> String {
        "From: a@example.org\nTo: care@acme.example\nMessage-ID: <\(channel)-\(number)@example.org>\n"
            + "Subject: Message \(number) of \(channel)\nDate: Mon, 12 Jan 2026 07:30:00 +0000\n\n"
            + "\(Token.text(channel, number))\n\(end)\n"
    }

    /// What the text of a message ends with.
    static let end = "That was all of it."

    /// The name of a message's file, in the order of numbers.
    static func file(_ number: Int) -> String { "\(1_768_000_000 + number).M\(number)P1.host" }
}
