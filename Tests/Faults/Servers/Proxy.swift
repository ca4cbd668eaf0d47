import Foundation
import Synchronization

/// Stands between the gateway and a server, and cuts connections off or looks on, as it is told.
final class Proxy: Sendable {
    /// What becomes of a connection's bytes.
    struct Rule: Sendable {
        /// After how many bytes of the server's it is cut off; nil for never.
        var cut: Int?
        /// Is told of everything that the client says, before the server is.
        var overheard: @Sendable ([UInt8]) -> Void = { _ in }
    }

    private struct State {
        var rule = Rule()
        var cuts = 0
    }

    private let place: Socket
    private let listener: Socket
    private let target: Int
    private let state = Mutex(State())

    /// The port that is connected to.
    var port: Int { place.port }

    /// How many connections were cut off.
    var cuts: Int { state.withLock { $0.cuts } }

    /// Passes on to a port of this machine.
    init(to target: Int) throws {
        self.target = target
        place = try Socket.place()
        listener = try Socket.listening(at: place.port)
        let (listener, place) = (listener, place)
        Thread.detachNewThread { [weak self] in
            while let client = listener.accept() {
                guard let self, let server = Socket.connected(to: self.target, patience: 600) else {
                    client.close()
                    continue
                }
                self.pass(client, server)
            }
            listener.close()
            place.close()
        }
    }

    /// Nobody is let in any more.
    func goAway() { listener.shut() }

    /// What becomes of connections from now on.
    func follow(_ rule: Rule) { state.withLock { $0.rule = rule } }

    private func pass(_ client: Socket, _ server: Socket) {
        let ends = Ends(client, server)
        Thread.detachNewThread {
            while true {
                let bytes = client.read()
                guard !bytes.isEmpty else { break }
                self.state.withLock { $0.rule }.overheard(bytes)
                guard server.write(bytes) else { break }
            }
            ends.end()
        }
        Thread.detachNewThread {
            var passed = 0
            while true {
                let bytes = server.read()
                guard !bytes.isEmpty else { break }
                if let cut = self.state.withLock({ $0.rule.cut }), passed + bytes.count > cut {
                    client.write(Array(bytes.prefix(max(cut - passed, 0))))
                    self.state.withLock { $0.cuts += 1 }
                    break
                }
                passed += bytes.count
                guard client.write(bytes) else { break }
            }
            ends.end()
        }
    }

    /// Both ends of a connection, which are shut when either thread is done with them and closed when both are.
    private final class Ends: Sendable {
        private let sockets: [Socket]
        private let users = Mutex(2)

        init(_ sockets: Socket...) { self.sockets = sockets }

        func end() {
            for socket in sockets { socket.shut() }
            let isLast = users.withLock { users in
                users -= 1
                return users == 0
            }
            if isLast { for socket in sockets { socket.close() } }
        }
    }
}
