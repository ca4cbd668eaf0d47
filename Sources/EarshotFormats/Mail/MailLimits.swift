/// How much of a message is read. Real mail stays far below; what is beyond is left out and said so.
///
/// The numbers are those of Dovecot's and GMime's known faults: headers with a hundred thousand addresses, groups in
/// groups, parameters and parts without end.
public enum MailLimits {
    /// The largest message, in bytes: one with an attachment of 30 MB is 41 MB once that is written in base64.
    public static let message = 64 * 1024 * 1024
    /// The most fields of one header.
    static let fields = 1000
    /// The largest header, in bytes.
    static let header = 256 * 1024
    /// The largest field, in bytes; a larger one is not interpreted.
    static let field = 64 * 1024
    /// The most addresses of one field; a field with more is not interpreted.
    static let addresses = 500
    /// The most groups of addresses in one field; a field with more is not interpreted.
    static let groups = 16
    /// The most parameters of one field; the rest is left out.
    static let parameters = 64
    /// The most encoded words of one field; the rest stays as it is.
    static let encodedWords = 1000
    /// How deep parts may lie in parts; what is deeper is not taken apart.
    static let depth = 32
    /// The most parts of a message; the rest is left out.
    static let parts = 500
    /// The most files written into a text.
    static let embeddedFiles = 100
}
