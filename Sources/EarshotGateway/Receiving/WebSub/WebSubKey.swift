internal import Earshot
internal import Foundation
internal import Glibc

/// From which the secrets and the addresses of subscriptions are made, so that no state holds one.
package struct WebSubKey: Sendable {
    private let bytes: Data

    /// A key of known bytes.
    package init(_ bytes: [UInt8]) { self.bytes = Data(bytes) }

    /// The key of a data directory: the file `websub.key`, made at first, which its owner alone can read.
    package static func load(from directory: String) throws -> WebSubKey {
        let path = directory + "/websub.key"
        if let known = FileManager.default.contents(atPath: path), known.count == 32 { return WebSubKey(Array(known)) }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw JournalFailure.unreadable("\(path) cannot be written") }
        defer { _ = Glibc.close(descriptor) }
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard written == 32, fsync(descriptor) == 0 else {
            throw JournalFailure.unreadable("\(path) cannot be written")
        }
        return WebSubKey(bytes)
    }

    /// The last part of the address to which a hub sends a topic's content, which nobody can guess.
    package func token(channel: String, url: String) -> String { text("path", channel, url) }

    /// The secret that a hub signs a topic's content with.
    package func secret(channel: String, url: String) -> String { text("secret", channel, url) }

    private func text(_ parts: String...) -> String {
        HMACs.encoded(HMACs.code(.sha256, of: Array(parts.joined(separator: "\n").utf8), key: bytes), .hexadecimal)
    }
}
