internal import Earshot
internal import Glibc
internal import NIOCore
internal import NIOPosix

extension LMTPListener {
    private static let noSocket = "a file that is no socket lies there"

    /// How long whoever listens at the address already may take to greet.
    private static let greetingPatience = Duration.seconds(30)

    /// Tries whether messages could be taken at the address; a gateway that takes them there already is as good.
    package func check() async throws -> String { try await check(patience: LMTPListener.greetingPatience) }

    /// Tries it with so much patience for whoever listens there already.
    func check(patience: Duration) async throws -> String {
        do {
            try await bound(replacingSocket: false).executeThenClose { _ in }
            if let path = door.socketPath { _ = unsafe unlink(path) }
            return "messages can be taken at \(door.address)"
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            return try await judgeNeighbour(patience)
        } catch {
            throw refusal(error)
        }
    }

    /// Why nothing can be taken at the address, in words.
    func refusal(_ error: any Error) -> FetchFailure {
        let reason: String
        switch error {
        case let error as IOError: reason = unsafe String(cString: strerror(error.errnoCode))
        case FetchFailure.refused(let text): reason = text
        case is SocketAddressError: reason = "there is no such host, or the path is too long for a socket"
        case is UnixDomainSocketPathWrongType: reason = LMTPListener.noSocket
        default: reason = "\(error)"
        }
        return .refused("cannot listen at \(door.address): \(reason)")
    }

    /// What it means that the address is taken.
    private func judgeNeighbour(_ patience: Duration) async throws -> String {
        var status = stat()
        if let path = door.socketPath, unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFSOCK {
            throw FetchFailure.refused("cannot listen at \(door.address): \(LMTPListener.noSocket)")
        }
        let greeting: String
        do {
            greeting = try await self.greeting(patience)
        } catch let error as IOError where error.errnoCode == ECONNREFUSED && door.socketPath != nil {
            // A socket at which nobody listens is left over, and gives way.
            return "messages can be taken at \(door.address)"
        } catch {
            throw FetchFailure.refused("something else listens at \(door.address), and says nothing")
        }
        guard greeting.hasPrefix(LMTPListener.greeting) else {
            let words = String(greeting.prefix(80).filter { !$0.isNewline })
            throw FetchFailure.refused("something else listens at \(door.address): \"\(words)\"")
        }
        return "a gateway takes messages at \(door.address) already"
    }

    /// The first that is said by whoever listens there.
    private func greeting(_ patience: Duration) async throws -> String {
        let bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(TimeAmount(patience))
        let setUp = LMTPListener.setUp(patience: TimeAmount(patience))
        let client: Connection
        if let path = door.socketPath {
            client = try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: setUp)
        } else {
            guard let address = Address(door.address) else { throw FetchFailure.refused("it is no address") }
            client = try await bootstrap.connect(host: address.host, port: address.port, channelInitializer: setUp)
        }
        return try await client.executeThenClose { inbound, _ in
            for try await buffer in inbound { return String(buffer: buffer) }
            throw ChannelError.eof
        }
    }
}

extension MailDoor {
    /// The path of the socket, where it is one in the file system.
    var socketPath: String? { address.hasPrefix("unix:") ? String(address.dropFirst(5)) : nil }
}
