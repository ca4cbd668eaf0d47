internal import Earshot
internal import Foundation

extension IMAPClient {
    /// Proves who asks. The server's own words tell a wrong password from a server that cannot say at the moment.
    func login(_ account: MailAccount) throws {
        try askCapabilities()
        let status: IMAPStatus
        switch account.proof {
        case .password(let password): status = try login(account.user, password)
        case .token(let token): status = try login(account, token)
        }
        guard status.isOK else { throw FetchFailure.login(status.clause, code: status.code) }
        try askCapabilities()
    }

    private func login(_ user: String, _ password: String) throws -> IMAPStatus {
        if capabilities.contains("AUTH=PLAIN") {
            return try authenticate("PLAIN", "\0\(user)\0\(password)", onFailure: "")
        }
        guard !capabilities.contains("LOGINDISABLED") else {
            throw FetchFailure.refused("the server takes no password here")
        }
        let words = [user, password]
        guard words.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }) else {
            throw FetchFailure.refused("the server takes user and password in ASCII only")
        }
        return try command("LOGIN \(words.map(IMAPClient.quoted).joined(separator: " "))")
    }

    private func login(_ account: MailAccount, _ token: String) throws -> IMAPStatus {
        if capabilities.contains("AUTH=XOAUTH2") {
            return try authenticate("XOAUTH2", MailProof.xoauth2(account.user, token), onFailure: "")
        }
        guard capabilities.contains("AUTH=OAUTHBEARER") else {
            throw FetchFailure.refused("the server takes no token (XOAUTH2, OAUTHBEARER), only a \"password\"")
        }
        return try authenticate("OAUTHBEARER", MailProof.bearer(account.user, token), onFailure: "AQ==")
    }

    private func authenticate(_ mechanism: String, _ words: String, onFailure: String) throws -> IMAPStatus {
        let encoded = Data(words.utf8).base64EncodedString()
        // A server that answers with a question once more has an error to tell, and waits to be asked for it.
        if capabilities.contains("SASL-IR") {
            return try command("AUTHENTICATE \(mechanism) \(encoded)", more: [onFailure])
        }
        return try command("AUTHENTICATE \(mechanism)", more: [encoded, onFailure])
    }
}

/// What is said to prove who asks, before it is written in base64.
enum MailProof {
    static func xoauth2(_ user: String, _ token: String) -> String { "user=\(user)\u{1}auth=Bearer \(token)\u{1}\u{1}" }

    /// RFC 7628; user names have neither of the two signs that stand for others.
    static func bearer(_ user: String, _ token: String) -> String {
        let name = user.replacing("=", with: "=3D").replacing(",", with: "=2C")
        return "n,a=\(name),\u{1}auth=Bearer \(token)\u{1}\u{1}"
    }
}

extension FetchFailure {
    /// What a server has against a login, by its response code (RFC 5530, RFC 3206).
    static func login(_ reason: String, code: String) -> FetchFailure {
        switch code {
        case "UNAVAILABLE", "SERVERBUG", "SYS/TEMP": .unreachable(reason)
        case "INUSE", "IN-USE", "LIMIT", "LOGIN-DELAY", "THROTTLED": .limited(reason, after: nil)
        default: .unauthorized(reason)
        }
    }
}
