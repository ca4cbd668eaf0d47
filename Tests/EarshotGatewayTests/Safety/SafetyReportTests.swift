import EarshotFormats
import Foundation
import Glibc
import Testing

@testable import EarshotGateway

/// What `check` says of the gateway itself.
@Suite struct SafetyReportTests {
    private func finding(_ name: String, of configuration: Configuration) -> SafetyReport.Finding? {
        SafetyReport.findings(of: configuration).first { $0.name == name }
    }

    private func read(_ more: String) throws -> Configuration {
        let wire = #"{"adapter": "telex", "settings": {"query": "acme", "token": "${TOKEN}"}}"#
        return try Configuration.read(#"{"channels": {"wire": \#(wire)}, "sinks": {} \#(more)}"#).get()
    }

    @Test func `every library that bytes from outside reach says its version`() throws {
        let says = try #require(finding("libraries", of: try read(""))).says
        for name in ["libcurl", "OpenSSL", "SQLite", "libxml2", "GMime", "simdjson", "libarchive", "zlib", "libzstd"] {
            let version = try #require(says.firstRange(of: "\(name) ")).upperBound
            let digits = says[version...].prefix { $0.isNumber || $0 == "." }
            #expect(digits.split(separator: ".").count >= 3, "\(name): \(says)")
        }
    }

    @Test(arguments: [
        ("libxml2", "2.9.13", true), ("libxml2", "2.9.14", false), ("libxml2", "2.10.0", false),
        ("libcurl", "7.88.1", false), ("libcurl", "7.9.1", true), ("libcurl", "8.5.0", false), ("zlib", "1.2.12", true),
        ("zlib", "1.2.13", false), ("zlib", "1.3", false), ("OpenSSL", "3.0.6", true), ("OpenSSL", "3.0.17", false),
        ("SQLite", "3.39.1", true), ("libarchive", "3.6.1", true), ("simdjson", "0.1.0", false), ("zlib", "", true),
    ]) func `a version with a known fault is named with it`(_ name: String, _ version: String, _ isKnown: Bool) {
        let faults = KnownFaults.of([LibraryVersion(name, version)])
        #expect(faults.isEmpty == !isKnown)
        #expect(faults.allSatisfy { $0.hasPrefix("\(name) \(version) has CVE-") })
    }

    @Test func `the data directory is judged, and left as it is`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let configuration = Configuration(directory: "/", dataDirectory: folder)
        #expect(finding("files", of: configuration)?.says.hasSuffix("made for its owner alone (0700)") == true)
        #expect(!FileManager.default.fileExists(atPath: folder))
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (mode, isWell, words) in [
            (0o700, true, "is its owner's alone"), (0o755, true, "others can look into"),
            (0o777, false, "others can write to"),
        ] as [(mode_t, Bool, String)] {
            unsafe chmod(folder, mode)
            let found = try #require(finding("files", of: configuration))
            #expect(found.isWell == isWell && found.says.contains(words), "\(found)")
            var status = stat()
            #expect(unsafe stat(folder, &status) == 0 && status.st_mode & 0o777 == mode)
        }
    }

    @Test func `what is sent, and who may ask, is said`() throws {
        let plain = try read("")
        #expect(finding("tls", of: plain)?.says == "1.2 or later, every certificate proven by the system's")
        #expect(finding("journal", of: plain)?.says.contains("synchronous FULL") == true)
        #expect(finding("admin", of: plain) == nil && finding("receive", of: plain) == nil)
        let open = try read(
            #"""
            , "http": {"ca_file": "/dev/null", "networks": ["10.0.0.0/8"]}, "receive": {"listen": "0.0.0.0:8080"},
            "admin": {"listen": "0.0.0.0:4196", "token": "${TOKEN}-that-is-more-than-32-long"}
            """#)
        #expect(
            finding("tls", of: open)?.says
                == "1.2 or later, every certificate proven by those of /dev/null; names may lead into 10.0.0.0/8")
        #expect(
            finding("admin", of: open)?.says == "0.0.0.0:4196 answers to every address that reaches it, with a token")
        #expect(finding("receive", of: open)?.says.contains("put a proxy with TLS before it") == true)
    }
}
