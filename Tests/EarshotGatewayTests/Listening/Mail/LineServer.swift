import Foundation
import Glibc

/// A server on a loopback port of the kernel's choice that answers line by line as it is told to.
final class LineServer: Sendable {
    /// What is done about a line.
    enum Answer: Sendable {
        /// Something is said.
        case say([UInt8])
        /// Something is said, and the connection closed.
        case hangUp([UInt8])
        /// Something is said over and over, until nobody listens.
        case flood([UInt8])

        /// A text is said.
        static func say(_ text: String) -> Answer { .say(Array(text.utf8)) }
    }

    /// The port.
    let port: Int
    private let listening: Int32

    /// A server that greets, and answers each line, without its end, of each connection, counted from 0.
    init(greeting: String, answer: @escaping @Sendable (_ line: String, _ connection: Int) -> Answer) throws {
        signal(SIGPIPE, SIG_IGN)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = LoopbackAddress(port: 0)
        guard address.bind(descriptor), listen(descriptor, 16) == 0 else { throw CocoaError(.featureUnsupported) }
        listening = descriptor
        port = address.port
        Thread.detachNewThread {
            var connection = 0
            while true {
                let client = accept(descriptor, nil, nil)
                if client < 0, errno == EINTR { continue }
                guard client >= 0 else {
                    // Closed by who accepts on it: closed by another, its number could be somebody else's by then.
                    close(descriptor)
                    return
                }
                let number = connection
                connection += 1
                Thread.detachNewThread { LineServer.serve(client, greeting) { answer($0, number) } }
            }
        }
    }

    deinit { shutdown(listening, Int32(SHUT_RDWR)) }

    private static func serve(_ client: Int32, _ greeting: String, _ answer: (String) -> Answer) {
        defer { close(client) }
        guard send(Array(greeting.utf8), to: client) else { return }
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(client, &chunk, chunk.count)
            // A signal may come between, as it does when a program of another test ends.
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            pending += chunk[..<count]
            while let feed = pending.firstIndex(of: 0x0A) {
                var line = String(decoding: pending[..<feed], as: UTF8.self)
                pending.removeSubrange(...feed)
                if line.hasSuffix("\r") { line.removeLast() }
                switch answer(line) {
                case .say(let bytes): guard send(bytes, to: client) else { return }
                case .hangUp(let bytes):
                    _ = send(bytes, to: client)
                    return
                case .flood(let bytes): while send(bytes, to: client) {}
                }
            }
        }
    }

    private static func send(_ bytes: [UInt8], to client: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { buffer in
                unsafe write(client, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
