import Earshot
import Foundation
import Testing

@testable import EarshotGateway

@Suite struct TokenFileTests {
    private let first = Secret("first")
    private let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    private var path: String { directory + "/tokens/brand.json" }

    private func grant(_ refresh: String) -> TokenGrant {
        TokenGrant(access: Secret("access"), refresh: Secret(refresh), over: Timestamp(seconds: 1_767_225_600))
    }

    @Test func `what was stored is there again, for its owner alone`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try TokenFile(path).store(grant("second"), begunWith: first)
        #expect(TokenFile(path).load(begunWith: first) == grant("second"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        let outer = try FileManager.default.attributesOfItem(atPath: directory + "/tokens")[.posixPermissions] as? Int
        #expect(mode == 0o600 && outer == 0o700)
        #expect(!(try String(contentsOfFile: path, encoding: .utf8)).contains("\"first\""))
    }

    @Test func `a new first token begins a new chain`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try TokenFile(path).store(grant("second"), begunWith: first)
        #expect(TokenFile(path).load(begunWith: Secret("another")) == nil)
        #expect(TokenFile(path).load(begunWith: nil) == nil)
    }

    @Test func `what was written whole before a crash is the newest`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try TokenFile(path).store(grant("third"), begunWith: first)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".new")
        try TokenFile(path + ".old").store(grant("second"), begunWith: first)
        try FileManager.default.moveItem(atPath: path + ".old", toPath: path)
        #expect(TokenFile(path).load(begunWith: first) == grant("third"))
        #expect(TokenFile(path).load(begunWith: first) == grant("third"))
    }

    @Test(arguments: 0..<120)
    func `what was written in part before a crash is nothing`(_ length: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try TokenFile(path).store(grant("second"), begunWith: first)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(min(length, whole.count - 3)).write(to: URL(fileURLWithPath: path + ".new"))
        #expect(TokenFile(path).load(begunWith: first) == grant("second"))
        try TokenFile(path).store(grant("third"), begunWith: first)
        #expect(TokenFile(path).load(begunWith: first) == grant("third"))
    }

    @Test func `a place that cannot be written is said`() {
        let failure = #expect(throws: TokenFile.Failure.self) {
            try TokenFile("/proc/none/brand.json").store(grant("second"), begunWith: first)
        }
        #expect(failure?.description.hasPrefix("create /proc/none") == true)
    }
}
