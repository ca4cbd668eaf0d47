import Foundation
import Testing

/// Servers whose certificates are right, and those whose are not, as `earshot check` finds them.
@Suite(.timeLimit(.minutes(15))) struct TLSTests {
    /// An authority, and certificates of its: a right one, one of another host, one that is over, and one of nobody's.
    private func makeCertificates(in folder: Folder) async throws {
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        func make(_ name: String, host: String, days: String) async throws {
            let request = folder.path("\(name).csr")
            let arguments =
                ["req"] + key + ["-subj", "/CN=\(name)", "-keyout", folder.path("\(name).key"), "-out", request]
            try await openssl(arguments)
            let names = try folder.write("subjectAltName=\(host)\n", to: "\(name).ext")
            try await openssl([
                "x509", "-req", "-in", request, "-CA", folder.path("ca.pem"), "-CAkey", folder.path("ca.key"),
                "-CAcreateserial", "-days", days, "-extfile", names, "-out", folder.path("\(name).pem"),
            ])
        }
        try await openssl(
            ["req", "-x509"] + key + [
                "-days", "2", "-subj", "/CN=Acme CA", "-keyout", folder.path("ca.key"), "-out", folder.path("ca.pem"),
            ])
        try await make("right", host: "IP:127.0.0.1", days: "2")
        try await make("other", host: "DNS:other.example", days: "2")
        try await make("over", host: "IP:127.0.0.1", days: "-1")
        try await openssl(
            ["req", "-x509"] + key + [
                "-days", "2", "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                folder.path("nobody.key"), "-out", folder.path("nobody.pem"),
            ])
    }

    private func openssl(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        await process.ended()
        try #require(process.terminationStatus == 0, "\(arguments)")
    }

    @Test func `only a server that is proven by who is trusted is spoken to`() async throws {
        let folder = try Folder()
        try await makeCertificates(in: folder)
        let servers = try ["right", "other", "over", "nobody"].map { ($0, try Nginx(in: folder, certificate: $0)) }
        let old = try Nginx(in: folder, certificate: "right", protocols: "TLSv1 TLSv1.1")
        let sinks = (servers + [("old", old)]).map { name, server in
            #""\#(name)": {"sink": "http", "settings": {"url": "https://127.0.0.1:\#(server.port)/"}}"#
        }
        func check(_ http: String) async throws -> [String: String] {
            let config = try folder.write(
                """
                {"channels": {"mail": {"adapter": "email", "settings": {"listen": "files", "path": "*.eml"}}},
                 "sinks": {\(sinks.joined(separator: ", "))} \(http)}
                """, to: "earshot.json")
            var said: [String: String] = [:]
            for line in try await Program.run("check", config).lines {
                let name = line.split(separator: "\"sink\":\"").dropFirst().first?.prefix { $0 != "\"" }
                if let name { said[String(name)] = line }
            }
            return said
        }
        let untrusted = "\"works\":false,\"says\":\"blocked: the server's certificate is not trusted: "
        let bare = try await check("")
        #expect(
            bare.count == 5 && bare.filter { $0.key != "old" }.allSatisfy { $0.value.contains(untrusted) }, "\(bare)")
        let trusting = try await check(#", "http": {"ca_file": "ca.pem"}"#)
        #expect(trusting["right"]?.contains("\"works\":true") == true, "\(trusting)")
        for name in ["other", "over", "nobody"] { #expect(trusting[name]?.contains(untrusted) == true, "\(trusting)") }
        #expect(trusting["over"]?.contains("expired") == true)
        // Whoever speaks nothing later than TLS 1.1 is not spoken to, trusted or not.
        for said in [bare["old"], trusting["old"]] { #expect(said?.contains("\"works\":false") == true, "\(trusting)") }
    }
}
