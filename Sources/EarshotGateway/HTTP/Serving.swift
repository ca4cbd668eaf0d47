internal import Hummingbird
internal import Logging
internal import ServiceLifecycle

extension ApplicationProtocol {
    /// Serves until cancelled: then nobody new is let in, and who is there has a moment to come to an end.
    ///
    /// A server that is cancelled while it lets somebody in drops that connection half made, and NIO ends the process
    /// for it. So it works in a task of its own, which is cancelled only when its door is closed already.
    func serve() async throws {
        var quiet = logger
        quiet.logLevel = .critical
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)], logger: quiet))
        let serving = Task { try await group.run() }
        try await withTaskCancellationHandler {
            try await serving.value
        } onCancel: {
            Task {
                await group.triggerGracefulShutdown()
                try await GatewayClock.system.sleep(.seconds(2))
                serving.cancel()
            }
        }
    }
}
