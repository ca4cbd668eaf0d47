import Earshot
import Testing

@testable import EarshotGateway

@Suite struct AuthorizationSettingsTests {
    /// A configuration whose one channel has a section `auth`, and what is wrong with it.
    private func check(_ auth: String, settings: String = #""query": "acme""#) -> (Configuration?, [String]) {
        let text = """
            {"channels": {"wire": {"adapter": "telex", "auth": \(auth), "settings": {\(settings)}}},
             "sinks": {"shelf": {"sink": "shelf", "settings": {"path": "out"}}}}
            """
        switch Configuration.read(text) {
        case .success(let configuration): return (configuration, [])
        case .failure(let failure): return (nil, failure.problems.filter { $0.severity == .error }.map(\.shown))
        }
    }

    @Test(arguments: [
        (#"{"kind": "bearer", "token": "${TOKEN}"}"#, 1), (#"{"kind": "bearer", "tokens": ["${TOKEN}", "b", "c"]}"#, 3),
        (#"{"kind": "basic", "user": "care", "password": "${TOKEN}"}"#, 1),
        (#"{"kind": "api_key", "name": "X-Key", "key": "${TOKEN}"}"#, 1),
        (#"{"kind": "api_key", "name": "key", "in": "query", "keys": ["${TOKEN}", "b"]}"#, 2),
    ])
    func `credentials that are shown take the place of the adapter's token`(_ auth: String, _ count: Int) {
        let (configuration, problems) = check(auth)
        #expect(problems == [])
        guard case .shown(let presentations) = configuration?.channels.first?.authorization else {
            Issue.record("nothing is shown")
            return
        }
        #expect(presentations.count == count)
    }

    @Test func `OAuth is read with all that it needs`() {
        let signing = #""consumer_key": "a", "consumer_secret": "b", "token": "c", "token_secret": "d""#
        #expect(check(#"{"kind": "oauth1", \#(signing)}"#).1 == [])
        let endpoint = #""token_url": "https://login.acme.example/token", "client_id": "id""#
        let (configuration, problems) = check(
            #"{"kind": "oauth2", \#(endpoint), "refresh_token": "r", "parameters": {"audience": "api"}}"#)
        #expect(problems == [])
        guard case .renewed(let source) = configuration?.channels.first?.authorization else {
            Issue.record("nothing is renewed")
            return
        }
        #expect(source.namesClientInBody && source.refreshToken == Secret("r"))
        #expect(source.parameters.map { "\($0.name)=\($0.value)" } == ["audience=api"])
    }

    @Test(arguments: [
        (#"{"kind": "magic"}"#, "/channels/wire/auth/kind: expected one of bearer, basic, api_key, oauth1, oauth2"),
        (#"{"token": "x"}"#, "/channels/wire/auth: \"kind\" is missing"),
        (#"{"kind": "bearer"}"#, "/channels/wire/auth: \"token\" is missing, or a list of \"tokens\""),
        (
            #"{"kind": "bearer", "token": "x", "user": "y"}"#,
            "/channels/wire/auth/user: means nothing with \"kind\": \"bearer\""
        ),
        (#"{"kind": "bearer", "token": "x", "tokens": ["y"]}"#, "/channels/wire/auth/tokens: stands beside \"token\""),
        (#"{"kind": "basic", "user": "y"}"#, "/channels/wire/auth: \"password\" is missing"),
        (#"{"kind": "api_key", "name": "a b", "key": "x"}"#, "/channels/wire/auth/name: expected a name of letters"),
        (#"{"kind": "oauth2", "client_id": "x"}"#, "/channels/wire/auth: \"token_url\" is missing"),
        (
            #"{"kind": "bearer", "tokn": "x"}"#,
            "/channels/wire/auth/tokn: unknown key \"tokn\"; did you mean \"token\"?"
        ),
    ])
    func `what is wrong is said where it is wrong`(_ auth: String, _ problem: String) {
        let problems = check(auth).1
        #expect(problems.contains { $0.hasPrefix(problem) }, "\(problems)")
    }

    @Test func `a channel that reads files asks nobody`() {
        let problems = check(#"{"kind": "bearer", "token": "x"}"#, settings: #""listen": "files", "path": "a""#).1
        #expect(problems == ["/channels/wire/auth: is for a channel that asks its source, which this one does not"])
    }

    @Test func `other credentials are a change that a reload sees, without saying which`() throws {
        let one = try #require(check(#"{"kind": "bearer", "token": "xxxx"}"#).0)
        let other = try #require(check(#"{"kind": "bearer", "token": "yyyy"}"#).0)
        #expect(other.changes(since: one) == ["channel wire changed: auth"])
        #expect(!"\(other)".contains("yyyy"))
    }
}
