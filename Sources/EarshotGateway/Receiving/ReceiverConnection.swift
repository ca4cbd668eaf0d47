internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// One connection of a sender.
struct ReceiverConnection: ServerChildChannelValue {
    let channel: any Channel
    /// What answers on it; reached only from the connection's loop.
    fileprivate let handler: NIOLoopBound<RequestHandler>

    /// Returns once the connection is over, and whatever was being done for it.
    fileprivate func end() async {
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
            let handler = handler
            let last = try? await channel.eventLoop.submit { handler.value.work }.get()
            await last?.value
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

/// Sets up connections of senders: requests are taken and answered on the connection's loop, so that a delivery changes
/// threads for its commit alone.
struct ReceiverChannel: ServerChildChannel {
    let receiver: Receiver

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<ReceiverConnection> {
        channel.eventLoop.makeCompletedFuture {
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = 16_384
            limits.maxHeaderListSize = 32_768
            let handler = RequestHandler(receiver, on: channel.eventLoop)
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
            try channel.pipeline.syncOperations.addHandlers(ByteToMessageHandler(decoder), handler)
            return ReceiverConnection(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
    }

    func handle(value: ReceiverConnection, logger: Logger) async { await value.end() }
}
