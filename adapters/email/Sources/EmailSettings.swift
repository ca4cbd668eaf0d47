internal import Earshot
internal import EarshotFormats
internal import Foundation

/// What a channel of mail may be told.
struct EmailSettings: Decodable, Sendable {
    /// How a channel listens to mail.
    enum Listening: String, Decodable, Sendable, CaseIterable {
        /// Messages come from files.
        case `import`
        /// Folders of an IMAP server.
        case imap
        /// The mailbox of a POP3 server.
        case pop3
        /// A Maildir is watched.
        case maildir
        /// A mail server hands messages over.
        case lmtp
    }

    var listen: Listening?
    var keepRaw: Bool?
    var url: String?
    var user: String?
    var password: String?
    var token: String?
    var tls: Encryption?
    var authorities: String?
    var folders: [String]?
    var idle: Bool?
    var delete: Bool?
    var path: String?
    var address: String?
    var recipients: [String]?
    var clients: [String]?
    var sizeLimit: String?

    /// Whether what is said to a server is encrypted.
    enum Encryption: String, Decodable, Sendable { case required, none }

    private enum CodingKeys: String, CodingKey {
        case listen, url, user, password, token, tls, folders, idle, delete, path, address, recipients, clients
        case keepRaw = "keep_raw"
        case authorities = "ca_file"
        case sizeLimit = "size_limit"
    }

    /// Settings that say nothing.
    init() {}

    /// Every setting, described.
    static let all: [Setting] = [
        Setting(
            "listen", .choice(Listening.allCases.map(\.rawValue)), fallback: "import",
            about:
                "How mail comes: import from files, imap and pop3 from a server, maildir from a folder, lmtp handed over."
        ),
        Setting(
            "url", .text, requiredWhen: (key: "listen", values: ["imap", "pop3"]),
            about:
                "The server: imaps://, imap://, pop3s:// or pop3:// and a host, with :port where it is not the usual one."
        ),
        Setting("user", .text, requiredWhen: (key: "listen", values: ["imap", "pop3"]), about: "The user's name."),
        Setting("password", .secret, about: "The user's password."),
        Setting("token", .secret, about: "An OAuth 2 access token instead of a password (XOAUTH2, OAUTHBEARER)."),
        Setting(
            "tls", .choice(["required", "none"]), fallback: "required",
            about: "Whether what begins in clear text must be encrypted by STARTTLS; none sends passwords as they are."),
        Setting("ca_file", .path, about: "A file of certificates (PEM) to trust instead of the system's."),
        Setting(
            "folders", .list(.text), fallback: "[\"INBOX\"]",
            about: "The folders: names, or patterns with * and %; a ! before one leaves out what it means."),
        Setting("idle", .boolean, fallback: "true", about: "Whether the server is asked to tell of new mail at once."),
        Setting(
            "delete", .boolean, fallback: "false",
            about: "With pop3, whether messages are removed from the server once they are safe in the journal."),
        Setting(
            "path", .path, requiredWhen: (key: "listen", values: ["maildir", "files"]),
            about: "The Maildir; with files: a file, a folder, or a pattern with *."),
        Setting(
            "address", .text, requiredWhen: (key: "listen", values: ["lmtp"]),
            about: "Where messages are handed over: a host and port, or unix: and the path of a socket."),
        Setting("recipients", .list(.text), about: "Whose mail is taken over LMTP, with * for anything; else all."),
        Setting(
            "clients", .list(.text), about: "The addresses and networks that may connect beside this machine's own."),
        Setting(
            "size_limit", .positiveSize, fallback: "64MiB",
            about: "The largest message that is taken over LMTP, from 1KiB to 64MiB; senders of larger ones are told."),
        Setting(
            "keep_raw", .boolean, fallback: "false",
            about: "Whether mentions carry the whole message as it came in raw."),
    ]
}

extension EmailSettings {
    /// Where mail comes from; nil where it comes from files. Throws what is wrong with it.
    var source: MailSource? {
        get throws {
            switch listen ?? .import {
            case .import: return nil
            case .imap:
                let folders = folders ?? ["INBOX"]
                guard folders.contains(where: { !$0.hasPrefix("!") }) else {
                    throw WrongSettings("folders: expected a name or pattern without ! before it")
                }
                return .imap(try account(["imaps", "imap"]), folders: folders, idles: idle ?? true)
            case .pop3: return .pop3(try account(["pop3s", "pop3"]), deletes: delete ?? false)
            case .maildir: return .maildir(path: path ?? "")
            case .lmtp: return .lmtp(try door)
            }
        }
    }

    /// Where a mail server hands over; others than this machine must be named, as nothing proves who they are.
    private var door: MailDoor {
        get throws {
            let address = address ?? ""
            let expectation = "address: expected a host and a port such as \"127.0.0.1:2400\", or \"unix:\" and a path"
            let isSocket = address.hasPrefix("unix:")
            guard isSocket ? address.utf8.count > 5 : address.contains(":") else { throw WrongSettings(expectation) }
            let isHere = isSocket || ["127.", "localhost:", "[::1]:"].contains { address.hasPrefix($0) }
            guard isHere || clients?.isEmpty == false else {
                throw WrongSettings("address: others than this machine can call it, which needs \"clients\"")
            }
            let size = sizeLimit.flatMap { Quantity.size($0) } ?? MailLimits.message
            guard (1024...MailLimits.message).contains(size) else {
                throw WrongSettings("size_limit: expected a size from 1KiB to \(MailLimits.message >> 20)MiB")
            }
            return MailDoor(
                address: address, recipients: recipients ?? [], clients: clients ?? [], sizeLimit: size)
        }
    }

    private func account(_ schemes: [String]) throws -> MailAccount {
        let url = try EmailSettings.server(url ?? "", schemes)
        let proof: MailAccount.Proof
        switch (password, token) {
        case (let password?, nil): proof = .password(password)
        case (nil, let token?): proof = .token(token)
        case (nil, nil): throw WrongSettings("expected a \"password\" or a \"token\"")
        case (_?, _?): throw WrongSettings("expected a \"password\" or a \"token\", found both")
        }
        if let authorities, !FileManager.default.isReadableFile(atPath: authorities) {
            throw WrongSettings("ca_file: there is no file \(authorities) that can be read")
        }
        return MailAccount(
            url: url, user: user ?? "", proof: proof, isEncrypted: tls != Encryption.none,
            authorities: authorities ?? "")
    }

    /// The address of a server, if it has one of some schemes, a host and no more than a port.
    private static func server(_ url: String, _ schemes: [String]) throws -> String {
        let expectation = "url: expected \(schemes.map { "\($0)://host" }.joined(separator: " or "))"
        guard let mark = url.firstRange(of: "://") else { throw WrongSettings(expectation) }
        let scheme = url[..<mark.lowerBound].lowercased()
        var place = url[mark.upperBound...]
        if place.hasSuffix("/") { place.removeLast() }
        guard schemes.contains(scheme) else { throw WrongSettings(expectation) }
        guard !place.isEmpty, !place.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }),
            !place.contains(where: { "/?#@\\".contains($0) })
        else {
            throw WrongSettings(
                "\(expectation), with :port or not, and nothing else; the user has a setting of its own")
        }
        return "\(scheme)://\(place)"
    }
}
