import Earshot
import EarshotFormats
import Foundation
import Glibc
import Testing

@testable import EarshotGateway

/// What an operator is told before anything is sent: where it could be read, and where secrets could be.
@Suite struct ClearTextTests {
    private static let settings = [
        Setting("base_url", .url, about: ""), Setting("feeds", .list(.url), about: ""),
        Setting("token", .secret, about: ""), Setting("headers", .map(.secret), about: ""),
    ]

    private func pointers(_ settings: String, auth: String? = nil) throws -> [String] {
        let given = try #require(try JSONValue(parsing: settings).members)
        let auth = try auth.map { try #require(try JSONValue(parsing: $0).members) }
        return ClearText.problems(given, ClearTextTests.settings, auth: auth, at: "/channels/c").map(\.pointer)
    }

    @Test(arguments: [
        (#"{"base_url": "http://api.acme.example/x", "token": "x"}"#, ["base_url"]),
        (#"{"base_url": "HTTP://10.0.0.1:8080/", "headers": {"X-Key": "x"}}"#, ["base_url"]),
        (#"{"feeds": ["https://a.example/", "http://b.example/"], "headers": {"X-Key": "x"}}"#, ["feeds/1"]),
        (#"{"base_url": "http://api.acme.example/x"}"#, []), (#"{"base_url": "https://a.example/", "token": "x"}"#, []),
        (#"{"base_url": "http://127.0.0.1:1/", "token": "x"}"#, []),
        (#"{"base_url": "http://localhost/", "token": "x"}"#, []),
        (#"{"base_url": "http://[::1]:1/", "token": "x"}"#, []),
        (#"{"base_url": "http://127.0.0.1.evil.example/", "token": "x"}"#, ["base_url"]),
    ]) func `a secret beside an address without TLS is warned of`(_ settings: String, _ keys: [String]) throws {
        #expect(try pointers(settings) == keys.map { "/channels/c/settings/\($0)" })
    }

    @Test func `so is what a channel shows for itself, and the endpoint that gives it tokens`() throws {
        let auth = #"{"kind": "oauth2", "token_url": "http://login.acme.example/token", "client_secret": "x"}"#
        #expect(
            try pointers(#"{"base_url": "http://api.acme.example/"}"#, auth: auth)
                == ["/channels/c/settings/base_url", "/channels/c/auth/token_url"])
    }

    @Test func `so is a mailbox that is not encrypted`() throws {
        func warnings(_ url: String, isEncrypted: Bool) -> [String] {
            let account = MailAccount(url: url, user: "care", proof: .password("x"), isEncrypted: isEncrypted)
            return ClearText.problems(with: .imap(account, folders: [], idles: false), at: "/x/tls").map { "\($0)" }
        }
        let said = "warning: /x/tls: the credentials go to mail.acme.example unencrypted, where anybody on the way can "
        #expect(
            warnings("imap://mail.acme.example", isEncrypted: false)
                == [said + #"read them: expected imaps, or "tls": "required""#])
        #expect(warnings("imap://mail.acme.example", isEncrypted: true).isEmpty)
        #expect(warnings("imaps://mail.acme.example", isEncrypted: false).isEmpty)
        #expect(warnings("pop3://127.0.0.1", isEncrypted: false).isEmpty)
    }

    @Test(arguments: [
        (#"{"ca_file": "/none/ca.pem"}"#, ["/http/ca_file: there is no file /none/ca.pem that can be read"]),
        (#"{"networks": ["10.0.0.0/8", "fd00::/8", "192.168.1.7"]}"#, []),
        (
            #"{"networks": ["10.0.0.0/33", "intranet"]}"#,
            [
                #"/http/networks/0: expected a network such as "10.0.0.0/8", found "10.0.0.0/33""#,
                #"/http/networks/1: expected a network such as "10.0.0.0/8", found "intranet""#,
            ]
        ),
    ]) func `what is trusted beside the public network is checked`(_ http: String, _ problems: [String]) {
        let text = #"{"channels": {"wire": {"adapter": "paper"}}, "http": \#(http), "sinks": {}}"#
        #expect(Configuration.problems(text).filter { $0.hasPrefix("/http") } == problems)
    }

    @Test func `a link to a secret is judged by what it leads to`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, mode) in [("kept", 0o600), ("group", 0o640), ("open", 0o604), ("writable", 0o602)]
            as [(String, mode_t)]
        {
            try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            unsafe chmod("\(folder)/\(name)", mode)
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/link-\(name)", withDestinationPath: "\(folder)/\(name)")
            for path in ["\(folder)/\(name)", "\(folder)/link-\(name)"] {
                #expect(SubstitutionSource.process.isExposed(path) == (mode & 0o007 != 0), "\(path)")
            }
        }
        #expect(!SubstitutionSource.process.isExposed("\(folder)/none"))
    }
}
