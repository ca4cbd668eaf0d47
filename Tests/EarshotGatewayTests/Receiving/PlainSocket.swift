import Foundation
import Glibc

/// A connection whose bytes a test chooses itself, as no client would send them.
final class PlainSocket: Sendable {
    private let descriptor: Int32

    /// Connects to a port of this machine.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard LoopbackAddress(port: port).connect(descriptor) else { throw CocoaError(.fileReadUnknown) }
    }

    deinit { close(descriptor) }

    /// Sends text.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    /// Sends text of any length, as fast as the other side takes it; waited for on a thread of its own.
    func sendAll(_ text: String) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var rest = Array(text.utf8)[...]
                while !rest.isEmpty {
                    let sent = unsafe rest.withUnsafeBytes {
                        unsafe Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    if sent < 0, errno == EINTR { continue }
                    if sent <= 0 { break }
                    rest = rest.dropFirst(sent)
                }
                continuation.resume()
            }
        }
    }

    /// Tells the other side that nothing more is sent.
    func endSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether nothing has come that was not taken.
    var isSilent: Bool {
        var byte: UInt8 = 0
        return unsafe recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT | MSG_PEEK)) < 0
    }

    /// Some bytes, none at the end; a signal may come between, as it does when a program of another test ends.
    private func received(_ most: Int) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: most)
        while true {
            let count = unsafe recv(descriptor, &buffer, most, 0)
            if count < 0, errno == EINTR { continue }
            return buffer[..<max(count, 0)]
        }
    }

    /// What comes up to and with a text, or until the other side ends the connection.
    func until(_ end: String) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text: [UInt8] = []
                while let byte = self.received(1).first {
                    text.append(byte)
                    if text.suffix(end.utf8.count).elementsEqual(end.utf8) { break }
                }
                continuation.resume(returning: String(decoding: text, as: UTF8.self))
            }
        }
    }

    /// What comes until the other side ends the connection; waited for on a thread of its own.
    func rest() async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text: [UInt8] = []
                while true {
                    let bytes = self.received(4096)
                    guard !bytes.isEmpty else { break }
                    text += bytes
                }
                continuation.resume(returning: String(decoding: text, as: UTF8.self))
            }
        }
    }
}
