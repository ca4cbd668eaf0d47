/// An adapter whose source may be a mailbox, or a mail server that delivers.
public protocol MailAdapter: Adapter {
    /// Where mail comes from; nil where the settings name nothing.
    var mail: MailSource? { get }
}

/// Where a channel's mail comes from, as data; the gateway does the talking.
public enum MailSource: Sendable {
    /// Folders of an IMAP server; with `idles` it is asked to tell of new mail at once.
    case imap(MailAccount, folders: [String], idles: Bool)
    /// The mailbox of a POP3 server; with `deletes` messages are removed there once they are safe.
    case pop3(MailAccount, deletes: Bool)
    /// A Maildir, whose path is relative to the configuration.
    case maildir(path: String)
    /// A mail server hands over what it would put into a mailbox (LMTP).
    case lmtp(MailDoor)
}

/// A mailbox on a server, and how to get into it.
public struct MailAccount: Sendable {
    /// What proves who asks.
    public enum Proof: Sendable {
        /// A password.
        case password(String)
        /// An OAuth 2 access token (XOAUTH2, OAUTHBEARER).
        case token(String)
    }

    /// The server: `imaps`, `imap`, `pop3s` or `pop3`, a host and perhaps a port.
    public var url: String
    /// The user's name.
    public var user: String
    /// What proves that it is that user.
    public var proof: Proof
    /// Whether everything but the first words must be encrypted; what begins in clear text is by STARTTLS.
    public var isEncrypted: Bool
    /// A file of certificates to trust instead of the system's, relative to the configuration; empty for the system's.
    public var authorities: String

    /// A mailbox on a server.
    public init(url: String, user: String, proof: Proof, isEncrypted: Bool = true, authorities: String = "") {
        self.url = url
        self.user = user
        self.proof = proof
        self.isEncrypted = isEncrypted
        self.authorities = authorities
    }
}

/// Where a mail server may hand over messages, and which.
public struct MailDoor: Sendable {
    /// The host and port to listen at, such as `127.0.0.1:2400`, or `unix:` and a path relative to the configuration.
    public var address: String
    /// The recipients that are taken, with `*` for anything; everybody where none is named.
    public var recipients: [String]
    /// The addresses that may connect beside this machine's own.
    public var clients: [String]
    /// The largest message that is taken, in bytes; what mail is read at all is the gateway's to bound.
    public var sizeLimit: Int

    /// A place to hand over messages.
    public init(address: String, recipients: [String] = [], clients: [String] = [], sizeLimit: Int = .max) {
        self.address = address
        self.recipients = recipients
        self.clients = clients
        self.sizeLimit = sizeLimit
    }
}
