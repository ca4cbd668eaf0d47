package import Hummingbird
internal import Logging

extension Loopback {
    /// Serves on a port of the kernel's choice, saying nothing, while `body` runs, which is given the port.
    package static func serve(
        _ router: Router<BasicRequestContext>, while body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var quiet = Logger(label: "loopback")
        quiet.logLevel = .critical
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask { for await number in ports { return try await body(number) } }
            try await group.next()
            group.cancelAll()
        }
    }
}
