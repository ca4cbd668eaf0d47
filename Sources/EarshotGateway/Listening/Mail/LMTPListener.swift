package import Earshot
internal import EarshotFormats
internal import Logging
internal import NIOCore
internal import NIOPosix

/// Takes messages that a mail server hands over (LMTP), and says that it has one only when it is safe in the journal.
package struct LMTPListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    let context: ListenerContext
    let door: MailDoor
    private let clients: NetworkList
    private let admission: LMTPAdmission
    private let started: @Sendable (Int) -> Void

    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// What is said first.
    static let greeting = "220 earshot LMTP"
    /// How long a client may say nothing (RFC 5321, section 4.5.3.2).
    private static let patience = TimeAmount.minutes(5)

    /// A place to hand over messages; `started` is told the port.
    package init(context: ListenerContext, door: MailDoor, started: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.init(context: context, door: door, admission: LMTPAdmission(), started: started)
    }

    /// A place to hand over messages that lets in whom `admission` has room for.
    init(context: ListenerContext, door: MailDoor, admission: LMTPAdmission, started: @escaping @Sendable (Int) -> Void)
    {
        self.context = context
        self.admission = admission
        self.door = door
        self.started = started
        clients = NetworkList(door.clients)
    }

    /// Nothing waits to be asked for: messages are handed over while the gateway runs.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {}

    /// Listens until cancelled.
    package func run() async throws {
        try await context.keepTrying {
            let server = try await open()
            context.heard()
            started(server.channel.localAddress?.port ?? 0)
            context.log.info("\(channel): messages are taken (LMTP)", metadata: ["address": "\(door.address)"])
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        group.addTask { await serve(connection) }
                    }
                }
            }
        }
    }

    /// Begins to listen.
    private func open() async throws -> NIOAsyncChannel<Connection, Never> {
        do {
            return try await bound(replacingSocket: true)
        } catch {
            throw refusal(error)
        }
    }

    /// Listens at the address; a socket that is left there gives way, or else is an error.
    func bound(replacingSocket: Bool) async throws -> NIOAsyncChannel<Connection, Never> {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        let setUp = LMTPListener.setUp(patience: LMTPListener.patience)
        if let path = door.socketPath {
            return try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: replacingSocket, childChannelInitializer: setUp)
        }
        guard let address = Address(door.address) else { throw FetchFailure.refused("it is no address") }
        return try await bootstrap.bind(host: address.host, port: address.port, childChannelInitializer: setUp)
    }

    /// Makes a connection one that is closed when nothing is said on it for so long.
    static func setUp(patience: TimeAmount) -> @Sendable (any Channel) -> EventLoopFuture<Connection> {
        { channel in
            channel.eventLoop.makeCompletedFuture {
                let idle = IdleStateHandler(allTimeout: patience)
                try channel.pipeline.syncOperations.addHandlers([idle, CloseWhenIdle()])
                return try Connection(wrappingChannelSynchronously: channel)
            }
        }
    }

    /// Talks to one client until either goes.
    private func serve(_ connection: Connection) async {
        let client = connection.channel.remoteAddress
        do {
            try await connection.executeThenClose { inbound, outbound in
                guard clients.takes(client) else {
                    return try await outbound.write(ByteBuffer(string: "554 5.7.1 not from there\r\n"))
                }
                guard admission.enter() else {
                    return try await outbound.write(ByteBuffer(string: "421 4.3.2 too many connections\r\n"))
                }
                defer { admission.leave() }
                try await outbound.write(ByteBuffer(string: LMTPListener.greeting + "\r\n"))
                try await talk(inbound, outbound)
            }
        } catch is CancellationError {
            return
        } catch {
            context.log.debug("\(channel): a connection broke: \(error)", metadata: context.place)
        }
    }

    private func talk(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        let patterns = door.recipients
        var conversation = LMTPConversation(limit: min(door.sizeLimit, MailLimits.message)) { recipient in
            patterns.isEmpty || patterns.contains { NamePattern.matches($0, recipient) }
        }
        var held = 0
        defer { admission.hold(-held) }
        for try await buffer in inbound {
            conversation.feed(buffer.readableBytesView)
            var replies = ""
            while let event = conversation.next() {
                switch event {
                case .reply(let reply): replies += reply + "\r\n"
                case .message(let message): replies += await answer(to: message)
                case .hangUp(let reply):
                    return try await outbound.write(ByteBuffer(string: replies + reply + "\r\n"))
                }
            }
            let holds = conversation.held
            if !admission.hold(holds - held) { conversation.giveUp("452 4.3.1 too much at once, try again") }
            held = holds
            if !replies.isEmpty { try await outbound.write(ByteBuffer(string: replies)) }
            Failpoint.afterAck.reach()
        }
    }

    /// Stores a message and says so to each recipient; what cannot be stored stays with the client.
    private func answer(to message: LMTPMessage) async -> String {
        var document = Document(message.delivered, observedAt: context.clock.now())
        document.via = .push
        guard document.bytes.count <= MailLimits.message else { return message.answered("552 5.3.4 too large") }
        var reply = "250 2.0.0 safe"
        do {
            let tally = try await context.take([document], advancing: nil)
            context.heard()
            if tally.malformed > 0 {
                reply = "554 5.6.0 cannot be read: \(tally.findings.first?.defect.reason ?? "no mail")"
            }
        } catch {
            let reason = (error as? JournalFailure)?.summary ?? "\(error)"
            context.log.error("\(channel): what came cannot be stored: \(reason)", metadata: context.place)
            context.board.notStored(reason, from: channel)
            reply = "451 4.3.0 cannot be stored now, try again"
        }
        return message.answered(reply)
    }
}

/// Closes a connection on which nothing was said for too long.
private final class CloseWhenIdle: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
