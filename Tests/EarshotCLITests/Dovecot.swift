import EarshotTestSupport
import Foundation
import Glibc

/// Dovecot on loopback ports of the kernel's choice with one user, `care`, whose Maildir lies in a folder of the
/// test's.
final class Dovecot {
    private var process = Process()
    private let folder: Folder
    /// The ports: those of a protocol with TLS from the start end with `s`.
    private(set) var ports: [String: Int] = [:]
    /// The password, which is taken as a token as well.
    static let password = "secret-word"

    /// Where its certificate is, which nobody else trusts.
    var certificate: String { folder.path("cert.pem") }

    /// Serves the Maildir `mail/care` of a folder.
    init(in folder: Folder) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: true)
        try Dovecot.makeCertificate(in: folder)
        try folder.write("care:{PLAIN}\(Dovecot.password)\n", to: "users")
        for _ in 0..<5 where try start() { return }
        throw CocoaError(.executableLoad)
    }

    /// Starts it on ports that are free; false where it has ended instead of listening.
    private func start() throws -> Bool {
        ports = Dictionary(
            uniqueKeysWithValues: zip(["imap", "imaps", "pop3", "pop3s"], try Loopback.freePorts(4)))
        try folder.write(configuration, to: "dovecot.conf")
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/dovecot")
        process.arguments = ["-F", "-c", folder.path("dovecot.conf")]
        process.standardError = try folder.file("dovecot.err")
        return try process.serves(at: Array(ports.values))
    }

    deinit {
        process.stop(keeping: folder)
    }

    /// Puts a message into a folder of the mailbox, as a delivery does; the mailbox's own folder has no name.
    func deliver(_ message: String, _ name: String, to box: String = "") throws {
        let maildir = "mail/care" + (box.isEmpty ? "" : "/.\(box)")
        try folder.write(message, to: "\(maildir)/tmp/\(name)")
        for part in ["new", "cur"] {
            try FileManager.default.createDirectory(
                atPath: folder.path("\(maildir)/\(part)"), withIntermediateDirectories: true)
        }
        try hand(over: "mail")
        try FileManager.default.moveItem(
            atPath: folder.path("\(maildir)/tmp/\(name)"), toPath: folder.path("\(maildir)/new/\(name)"))
    }

    /// The names of all message files, with their flags.
    var files: [String] {
        let all = FileManager.default.enumerator(atPath: folder.path("mail/care"))?.compactMap { $0 as? String } ?? []
        return all.filter { $0.contains("cur/") || $0.contains("new/") }.sorted()
    }

    /// Throws away what Dovecot knows of the mailbox, so that its messages get new numbers.
    func forget() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("mail/care"))
        where name.hasPrefix("dovecot") {
            try FileManager.default.removeItem(atPath: folder.path("mail/care/\(name)"))
        }
    }

    /// Whether the tests run as root, as whom Dovecot serves nobody's mail.
    private static var isRoot: Bool { geteuid() == 0 }

    /// Whose mail it is.
    private static var owner: uid_t { isRoot ? 65534 : geteuid() }

    /// Lets the owner of the mail have a folder.
    private func hand(over name: String) throws {
        guard Dovecot.isRoot else { return }
        var paths = [folder.path(name)]
        let names = FileManager.default.enumerator(atPath: folder.path(name))?.compactMap { $0 as? String } ?? []
        paths += names.map { folder.path("\(name)/\($0)") }
        for path in paths { unsafe chown(path, Dovecot.owner, 65534) }
    }

    private var configuration: String {
        let me = NSUserName()
        let accounts =
            Dovecot.isRoot
            ? "" : "default_internal_user = \(me)\ndefault_login_user = \(me)\ndefault_internal_group = \(getegid())"
        let listeners = [("imap", "imap"), ("pop3", "pop3")].map { name, login in
            """
            service \(login)-login {
              chroot =
              inet_listener \(name) {
                address = 127.0.0.1
                port = \(ports[name] ?? 0)
              }
              inet_listener \(name)s {
                address = 127.0.0.1
                port = \(ports[name + "s"] ?? 0)
                ssl = yes
              }
            }
            """
        }.joined(separator: "\n")
        return """
            base_dir = \(folder.path("run"))
            state_dir = \(folder.path("run"))
            log_path = \(folder.path("dovecot.log"))
            \(accounts)
            protocols = imap pop3
            ssl = yes
            ssl_cert = <\(folder.path("cert.pem"))
            ssl_key = <\(folder.path("key.pem"))
            disable_plaintext_auth = yes
            auth_mechanisms = plain login xoauth2 oauthbearer
            mail_location = maildir:\(folder.path("mail/%u"))
            mail_max_userip_connections = 100
            first_valid_uid = 1
            first_valid_gid = 1
            namespace inbox {
              inbox = yes
              separator = /
            }
            passdb {
              driver = passwd-file
              args = scheme=PLAIN \(folder.path("users"))
            }
            userdb {
              driver = static
              args = uid=\(Dovecot.owner) gid=\(Dovecot.isRoot ? 65534 : getegid()) home=\(folder.path("mail/%u"))
            }
            service anvil {
              chroot =
            }
            service stats {
              chroot =
            }
            \(listeners)

            """
    }

    /// Makes a certificate for `localhost` that is its own authority.
    private static func makeCertificate(in folder: Folder) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
            folder.path("key.pem"), "-out", folder.path("cert.pem"),
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
    }
}
