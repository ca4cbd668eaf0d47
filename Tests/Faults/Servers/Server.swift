import Foundation
import Synchronization

/// An HTTP server that does as it is told, byte for byte; a thread a connection.
final class Server: Sendable {
    private struct State {
        var listener: Socket?
        var connections: [Int32: Socket] = [:]
    }

    /// The port, also while nobody listens there.
    var port: Int { place.port }

    private let place: Socket
    private let state: Mutex<State>
    private let answer: @Sendable (HTTPMessage) -> Answer

    /// Listens from now on.
    init(_ answer: @escaping @Sendable (HTTPMessage) -> Answer) throws {
        place = try Socket.place()
        let listener = try Socket.listening(at: place.port)
        state = Mutex(State(listener: listener))
        self.answer = answer
        accept(on: listener)
    }

    deinit { place.close() }

    /// Nobody listens any more, and everybody who was connected is cut off.
    func goAway() {
        let (listener, connections) = state.withLock { state in
            defer { state.listener = nil }
            return (state.listener, Array(state.connections.values))
        }
        listener?.shut()
        for connection in connections { connection.shut() }
    }

    /// Listens again, at the same port.
    func comeBack() throws {
        let listener = try Socket.listening(at: port)
        state.withLock { $0.listener = listener }
        accept(on: listener)
    }

    /// How many are connected.
    var connectionCount: Int { state.withLock { $0.connections.count } }

    private func accept(on listener: Socket) {
        Thread.detachNewThread {
            while let connection = listener.accept() {
                self.state.withLock { $0.connections[connection.number] = connection }
                Thread.detachNewThread { self.serve(connection) }
            }
            listener.close()
        }
    }

    private func serve(_ connection: Socket) {
        var rest: [UInt8] = []
        while let request = HTTPMessage.read(from: connection, &rest), send(answer(request), to: connection) {}
        state.withLock { $0.connections[connection.number] = nil }
        connection.close()
    }

    /// Answers; false where the connection is to be closed.
    private func send(_ answer: Answer, to connection: Socket) -> Bool {
        switch answer.fault {
        case nil: return connection.write(answer.bytes)
        case .hangUp: return false
        case .silence(let seconds):
            Thread.sleep(forTimeInterval: seconds)
            return false
        case .delay(let seconds):
            Thread.sleep(forTimeInterval: seconds)
            return connection.write(answer.bytes)
        case .cut(let count):
            connection.write(answer.head("Content-Length: \(answer.body.count)") + answer.body.prefix(count))
            return false
        case .endless(let count): return chunks(answer, count, connection)
        case .drip:
            guard connection.write(answer.head("Content-Length: \(answer.body.count)")) else { return false }
            for byte in answer.body {
                guard connection.write([byte]) else { return false }
                Thread.sleep(forTimeInterval: 1)  // The fault is that it is slow.
            }
            return true
        }
    }

    private func chunks(_ answer: Answer, _ count: Int, _ connection: Socket) -> Bool {
        guard connection.write(answer.head("Transfer-Encoding: chunked")) else { return false }
        let chunk = [UInt8](repeating: 0x20, count: 1 << 16)
        var sent = 0
        while sent < count {
            guard connection.write(Array("10000\r\n".utf8) + chunk + Array("\r\n".utf8)) else { return false }
            sent += chunk.count
        }
        return connection.write(Array("0\r\n\r\n".utf8))
    }
}

/// One request, without anything kept.
enum Client {
    /// The answer; nil where there was none.
    static func send(
        _ method: String, _ path: String, to port: Int, fields: [String: String] = [:], body: [UInt8] = [],
        patience: Int = 30
    ) -> HTTPMessage? {
        guard let socket = Socket.connected(to: port, patience: patience) else { return nil }
        defer { socket.close() }
        var head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.count)\r\nConnection: close\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        guard socket.write(Array((head + "\r\n").utf8) + body) else { return nil }
        var rest: [UInt8] = []
        return HTTPMessage.read(from: socket, &rest)
    }
}
