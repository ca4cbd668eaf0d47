internal import Glibc
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Why nobody can be served at an address.
package struct ListeningFailure: Error, CustomStringConvertible {
    /// The section of the configuration, the address, and what the system says.
    package let description: String
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
            } catch let error as IOError {
                let reason = unsafe String(cString: strerror(error.errnoCode))
                throw ListeningFailure(description: "\(setting): cannot listen at \(address): \(reason)")
            } catch is SocketAddressError.UnknownHost {
                throw ListeningFailure(description: "\(setting): cannot listen at \(address): no such host is known")
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
