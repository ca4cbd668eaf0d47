import Earshot
import Testing

@testable import EarshotGateway

/// Where replies lead requests, and what goes along: nothing of this needs a network.
@Suite struct RedirectTests {
    private func redirect(_ location: String, from base: String = "https://a.example/x") throws -> Redirect {
        try Redirect(to: location, from: base, askedFor: base)
    }

    @Test(arguments: [
        ("/y", "https://a.example/y", true), ("y?z", "https://a.example/y?z", true),
        ("https://a.example:443/y", "https://a.example:443/y", true), ("//A.EXAMPLE/y", "https://A.EXAMPLE/y", true),
        ("https://b.example/", "https://b.example/", false),
    ]) func `an address is resolved, and the same origin is known`(
        _ location: String, _ url: String, _ isSame: Bool
    ) throws {
        let redirect = try redirect(location)
        #expect(redirect.url == url)
        #expect(redirect.isSameOrigin == isSame)
    }

    @Test(arguments: [
        "file:///etc/passwd", "gopher://a.example/", "dict://a.example:11211/", "ftp://a.example/", "ldap://a.example/",
        "javascript:alert(1)", "data:text/plain,x", "smb://a.example/x", "http://a.example/", "https:///x",
        "https://user:word@a.example/", "https://user@b.example/", "https://a.example:22/", "https://a.example:8443/",
        "https://b.example:6379/", "https://a.example:25/", "HTTP://b.example/",
    ]) func `what leads out of HTTP, to other ports, to a user, or from https is refused`(_ location: String) {
        #expect(throws: FetchFailure.self) { try redirect(location) }
    }

    @Test func `the port that was asked for may be asked again`() throws {
        let redirect = try redirect("http://b.example:8080/", from: "http://a.example:8080/")
        #expect(!redirect.isSameOrigin)
        #expect(throws: FetchFailure.self) {
            try self.redirect("http://a.example:8081/", from: "http://a.example:8080/")
        }
    }

    @Test func `another origin is shown nothing but who asks for what`() throws {
        var request = FetchRequest("https://a.example/x")
        request.headers = [
            ("Authorization", "Bearer s"), ("X-Api-Key", "s"), ("Cookie", "s"), ("User-Agent", "earshot"),
            ("Accept", "x/y"),
            ("If-None-Match", "s"), ("Proxy-Authorization", "s"),
        ]
        for location in ["https://b.example/", "https://a.example.evil.example/", "https://a.example./"] {
            let next = try redirect(location).following(request, repliedFromPublic: true)
            #expect(next.headers.map(\.name) == ["User-Agent", "Accept"], "\(location)")
        }
        let next = try redirect("https://a.example/y").following(request, repliedFromPublic: true)
        #expect(next.headers.count == request.headers.count)
    }

    @Test func `who replies from the public network leads into no private one`() throws {
        var request = FetchRequest("https://a.example/x")
        request.allowsPrivateNetworks = true
        let redirect = try redirect("https://intranet.example/")
        #expect(!redirect.following(request, repliedFromPublic: true).allowsPrivateNetworks)
        #expect(redirect.following(request, repliedFromPublic: false).allowsPrivateNetworks)
    }
}
