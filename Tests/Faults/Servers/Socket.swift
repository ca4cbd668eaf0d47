import Glibc

/// A stream socket of the loopback network, blocking; nobody closes it but its owner.
struct Socket: Sendable {
    let number: Int32

    /// What went wrong with a socket.
    struct Failure: Error { var step: String }

    /// Listens on a port; 0 lets the kernel choose.
    static func listening(at port: Int = 0) throws -> Socket {
        let socket = try bound(to: port)
        guard listen(socket.number, 512) == 0 else {
            socket.close()
            throw Failure(step: "cannot listen at port \(port)")
        }
        return socket
    }

    private static func bound(to port: Int) throws -> Socket {
        let socket = Socket(number: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var yes: Int32 = 1
        _ = unsafe setsockopt(socket.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe (socket.withAddress(port) { unsafe bind(socket.number, $0, $1) }) == 0 else {
            socket.close()
            throw Failure(step: "cannot have port \(port)")
        }
        return socket
    }

    /// Connects to a port; nil where nobody listens.
    static func connected(to port: Int, patience: Int = 30) -> Socket? {
        let socket = Socket(number: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var limit = timeval(tv_sec: patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        _ = unsafe setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard unsafe (socket.withAddress(port) { unsafe connect(socket.number, $0, $1) }) == 0 else {
            socket.close()
            return nil
        }
        return socket
    }

    /// A place at a port of the kernel's choice, where nobody listens yet: until it is closed the kernel gives the port
    /// to nobody else, and whoever is told of it may listen there.
    static func place() throws -> Socket { try bound(to: 0) }

    /// The port of this end.
    var port: Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(number, $0, &length)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// The next connection; nil where the socket was shut.
    func accept() -> Socket? {
        let found = Socket.uninterrupted { Int(Glibc.accept(number, nil, nil)) }
        guard found >= 0 else { return nil }
        _ = fcntl(Int32(found), F_SETFD, FD_CLOEXEC)
        return Socket(number: Int32(found))
    }

    /// Some bytes; none at the end or where it was broken off.
    func read() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Socket.uninterrupted { unsafe recv(number, &bytes, bytes.count, 0) }
        return count > 0 ? Array(bytes[..<count]) : []
    }

    /// Writes everything; false where the other end has gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = unsafe rest.withUnsafeBytes { raw in
                Socket.uninterrupted { unsafe send(number, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL)) }
            }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Makes a call again that a signal came into, as one does when a program that a trial began ends.
    private static func uninterrupted(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            guard result < 0, errno == EINTR else { return result }
        }
    }

    /// Ends both directions, so that whoever waits on it goes on.
    func shut() { _ = shutdown(number, Int32(SHUT_RDWR)) }

    /// Closes it.
    func close() { _ = Glibc.close(number) }

    private func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
