internal import Glibc
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Why nobody can be served at an address.
package struct ListeningFailure: Error, CustomStringConvertible {
    /// The section of the configuration, the address, and what the system says.
    package let description: String

    private init(_ setting: String, _ address: String, _ reason: String) {
        description = "\(setting): cannot listen at \(address): \(reason)"
    }

    /// What an attempt to listen ended with; nil where it is about something else.
    fileprivate init?(_ error: any Error, at address: String, as setting: String) {
        switch error {
        case let error as IOError:
            self.init(setting, address, unsafe String(cString: strerror(error.errnoCode)))
        case is SocketAddressError.UnknownHost:
            self.init(setting, address, "no such host is known")
        default: return nil
        }
    }
}

extension Configuration {
    /// Tries to listen at ports that `running` does not have; throws a `ListeningFailure` where that cannot be done.
    package func tryAddresses(beside running: Configuration) async throws {
        let taken = [running.receive?.port, running.admin?.address.port]
        for (setting, address) in [("/receive/listen", receive), ("/admin/listen", admin?.address)] {
            guard let address, address.port != 0, !taken.contains(address.port) else { continue }
            do {
                let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                try await bootstrap.bind(host: address.host, port: address.port).get().close().get()
            } catch {
                throw ListeningFailure(error, at: "\(address.host):\(address.port)", as: setting) ?? error
            }
        }
    }
}

extension ApplicationProtocol {
    /// Serves until cancelled: then nobody new is let in, and who is there has a moment to come to an end.
    ///
    /// Throws a `ListeningFailure` where the address that `setting` names cannot be had. A server that is cancelled
    /// while it lets somebody in drops that connection half made, and NIO ends the process for it. So it works in a
    /// task of its own, which is cancelled only when its door is closed already.
    func serve(at address: String, as setting: String) async throws {
        var quiet = logger
        quiet.logLevel = .critical
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)], logger: quiet))
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            do {
                try await serving.value
            } catch {
                throw ListeningFailure(error, at: address, as: setting) ?? error
            }
        } onCancel: {
            Task {
                await group.triggerGracefulShutdown()
                try await GatewayClock.system.sleep(.seconds(2))
                serving.cancel()
            }
        }
    }
}
