internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Finds where credentials would go over a network as they are, for anybody on the way to read.
///
/// Warned of and not refused: within one machine's containers, or behind a proxy with TLS, it may be what is meant.
enum ClearText {
    /// A warning for each `http:` address of settings that hold a secret too; `auth` is how a channel shows who asks.
    static func problems(
        _ given: JSONObject, _ settings: [Setting], auth: JSONObject? = nil, at pointer: String
    ) -> [Problem] {
        let isShown = auth != nil || settings.contains { $0.form.isSecret && given[$0.name] != nil }
        guard isShown else { return [] }
        var problems = addresses(.object(given), .object(settings), at: pointer + "/settings")
        if let auth { problems += addresses(.object(auth), .object(Authorization.keys), at: pointer + "/auth") }
        return problems.map { Problem($0.pointer, says(of: $0.host, expected: "https"), severity: .warning) }
    }

    /// A warning for a mailbox whose password is sent as it is.
    static func problems(with mail: MailSource, at pointer: String) -> [Problem] {
        let account: MailAccount
        switch mail {
        case .imap(let mailbox, _, _), .pop3(let mailbox, _): account = mailbox
        case .maildir, .lmtp: return []
        }
        guard !account.isEncrypted, let url = URL(string: account.url), let host = url.host,
            ["imap", "pop3"].contains(url.scheme?.lowercased() ?? ""), !Address.isLoopback(host)
        else { return [] }
        let expected = "\(url.scheme?.lowercased() ?? "")s, or \"tls\": \"required\""
        return [Problem(pointer, says(of: host, expected: expected), severity: .warning)]
    }

    private static func says(of host: String, expected: String) -> String {
        "the credentials go to \(host) unencrypted, where anybody on the way can read them: expected \(expected)"
    }

    /// The hosts, other than this machine, of every `http:` address within a value, each with its place.
    private static func addresses(
        _ value: JSONValue, _ form: Setting.Form, at pointer: String
    ) -> [(pointer: String, host: String)] {
        switch form {
        case .url:
            guard let url = value.text.flatMap({ URL(string: $0) }), url.scheme?.lowercased() == "http",
                let host = url.host, !Address.isLoopback(host.trimmingCharacters(in: ["[", "]"]))
            else { return [] }
            return [(pointer, host)]
        case .list(let form):
            return (value.elements ?? []).enumerated().flatMap { addresses($1, form, at: "\(pointer)/\($0)") }
        case .object(let settings):
            return settings.flatMap { setting in
                value[setting.name].map {
                    addresses($0, setting.form, at: pointer + "/" + JSONPointer.escape(setting.name))
                } ?? []
            }
        default: return []
        }
    }
}

extension Setting.Form {
    /// Whether a secret stands there, or several.
    fileprivate var isSecret: Bool {
        switch self {
        case .secret: true
        case .list(let form), .map(let form): form.isSecret
        default: false
        }
    }
}
