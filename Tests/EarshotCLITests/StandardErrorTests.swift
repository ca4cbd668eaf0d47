import Foundation
import Glibc
import Testing

/// A port of this machine that nobody else gets.
final class TakenPort: Sendable {
    private let descriptor: Int32
    /// Its number.
    let number: UInt16

    init() {
        let door = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe withUnsafeMutablePointer(to: &address) { place in
            unsafe place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                _ = unsafe bind(door, place, length)
                _ = unsafe getsockname(door, place, &length)
            }
        }
        listen(door, 1)
        descriptor = door
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}

/// What ends a program, and what does not.
@Suite struct StandardErrorTests {
    @Test(arguments: [
        ["normalize", "twitter", "README.md"], ["validate", "README.md"], ["adapters", "nonsense"],
        ["backfill", "--adapter", "twitter", "--to", "-", "schemas/examples/quickstart/twitter/search.json"],
    ])
    func `a standard error that nothing can be written to is no end`(arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.currentDirectoryURL = Program.root
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: "/dev/full")
        try process.run()
        await process.ended()
        #expect(process.terminationReason == .exit)
    }

    @Test func `a port that is taken is named`() async throws {
        let port = TakenPort()
        let folder = try Folder()
        try folder.write(
            #"{"data_dir":"data","admin":{"listen":"127.0.0.1:\#(port.number)"},"sinks":{},"channels":{"brand":{"#
                + #""adapter":"twitter","settings":{"listen":"files","path":"*.json"}}}}"#,
            to: "earshot.json")
        let ending = try await Program.run(["run", "earshot.json"], in: folder.url)
        let reason = "earshot: /admin/listen: cannot listen at 127.0.0.1:\(port.number): Address already in use"
        #expect(ending.errors.contains(reason), "\(ending.errors)")
        #expect(ending.code == 74)
    }
}
