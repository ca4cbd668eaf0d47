internal import Earshot
internal import NIOCore
internal import NIOHTTP1

/// Takes the requests of one connection, one after another, and answers them.
///
/// Lives on the connection's loop. Tasks of a request run there too: what is small is judged on the spot, and what
/// the answer waits for, the journal above all, is waited for without holding the loop.
final class RequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// No request has begun.
        case idle
        /// What is to be done with a request is looked up.
        case asking
        /// The body comes.
        case reading(ReceivedBody, Reception)
        /// The answer is being found.
        case answering
        /// Nothing is taken any more.
        case ended
    }

    /// The largest body that is judged on the loop: others wait for that.
    private static let smallBody = 1 << 16

    private let receiver: Receiver
    private let executor: LoopExecutor
    private var state = State.idle
    private var head: HTTPRequestHead?
    /// Counts requests, so that what comes late is not taken for the next one's.
    private var number = 0
    private var idleSince = NIODeadline.now()
    private var idleWatch: Scheduled<Void>?
    private var bodyWatch: Task<Void, Never>?
    /// What came while no more could be taken; nothing further is read meanwhile.
    private var waiting = CircularBuffer<HTTPServerRequestPart>()
    private var takesWaiting = false
    private var holdsRead = false
    /// Whether the connection ends with the next answer.
    private var isLast = false
    private var isInputClosed = false
    private var date = HTTPDate()

    /// What is being done for the request that is answered.
    private(set) var work: Task<Void, Never>?

    /// A handler for a connection of a loop.
    init(_ receiver: Receiver, on loop: any EventLoop) {
        self.receiver = receiver
        executor = LoopExecutor(loop)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { watchIdleness(context, for: receiver.limits.idle) }
    }

    func channelActive(context: ChannelHandlerContext) {
        watchIdleness(context, for: receiver.limits.idle)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    /// Lets go of whatever a request holds that will not be answered.
    private func end() {
        idleWatch?.cancel()
        idleWatch = nil
        forgetBody()
        state = .ended
    }

    private func forgetBody() {
        bodyWatch?.cancel()
        bodyWatch = nil
        guard case .reading(let body, let reception) = state else { return }
        body.letGo()
        receiver.leave(reception)
    }

    func read(context: ChannelHandlerContext) {
        // Who does not take its answers is not listened to.
        guard waiting.isEmpty, context.channel.isWritable else {
            holdsRead = true
            return
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch state {
        case .ended: return
        case .asking, .answering: waiting.append(part)
        case .idle, .reading:
            guard waiting.isEmpty, context.channel.isWritable else { return waiting.append(part) }
            take(part, context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        takeWaiting(context)
        context.fireChannelWritabilityChanged()
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch state {
        case .asking, .answering, .ended: return
        case .idle:
            guard case .head(let head) = part else { return }
            number &+= 1
            self.head = head
            receive(receiver.reception(of: head), context)
        case .reading(var body, let reception):
            switch part {
            case .head: return
            case .body(let bytes):
                state = .idle
                let goesOn = body.take(bytes)
                state = .reading(body, reception)
                if !goesOn { judge(context) }
            case .end: judge(context)
            }
        }
    }

    /// Takes what waited, as far as it can be taken, and then reads on.
    private func takeWaiting(_ context: ChannelHandlerContext) {
        // What is answered at once comes back here: then it goes on below, not deeper and deeper.
        guard !takesWaiting else { return }
        takesWaiting = true
        defer { takesWaiting = false }
        while let part = waiting.first {
            guard context.channel.isWritable else { return }
            switch state {
            case .asking, .answering: return
            case .ended: waiting.removeAll()
            case .idle, .reading:
                waiting.removeFirst()
                take(part, context)
            }
        }
        watchBody(context)
        guard holdsRead, context.channel.isWritable else { return }
        holdsRead = false
        context.read()
    }

    /// Begins to take the body as it was decided.
    private func receive(_ reception: Reception, _ context: ChannelHandlerContext) {
        let length = head?.headers.first(name: "content-length").flatMap { Int($0) }
        switch reception {
        case .answer(let answer):
            state = awaitsWord ? .answering : .reading(ReceivedBody(upTo: 0, gate: nil, length: nil), reception)
            if awaitsWord { write(answer.ending, context) }
        case .body(_, let limit, _):
            state = .reading(ReceivedBody(upTo: limit, gate: receiver.gate, length: length), reception)
            if awaitsWord { invite(length.map { $0 <= limit } ?? true, context) }
        case .question(let question):
            state = .asking
            let (handler, bound) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.loopBound)
            let loop = context.eventLoop
            work = Task.immediate(executorPreference: executor) {
                let reception = await question()
                loop.execute { handler.value.goOn(reception, bound.value) }
            }
        }
    }

    /// Whether the client sends its body only when it is told to go on, or gives up waiting (RFC 9110, 10.1.1).
    private var awaitsWord: Bool {
        guard let head, head.version == .http1_1 else { return false }
        return head.headers["expect"].contains { $0.lowercased() == "100-continue" }
    }

    /// Tells a client to go on, or at once that its body is larger than is taken.
    private func invite(_ isWelcome: Bool, _ context: ChannelHandlerContext) {
        if isWelcome {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        } else if case .reading(let body, let reception) = state {
            state = .answering
            body.letGo()
            receiver.leave(reception)
            write(receiver.refusal(of: .tooLarge, reception).ending, context)
        }
    }

    /// Goes on with a request once it was looked up what is to be done with it.
    private func goOn(_ reception: Reception, _ context: ChannelHandlerContext) {
        guard case .asking = state else { return receiver.leave(reception) }
        receive(reception, context)
        takeWaiting(context)
    }

    /// Answers a request whose body came, or is not listened to any longer.
    private func judge(_ context: ChannelHandlerContext) {
        guard case .reading(let body, let reception) = state else { return }
        bodyWatch?.cancel()
        bodyWatch = nil
        state = .answering
        switch (body.end(), reception) {
        case (.whole, .answer(let answer)): write(answer, context)
        case (_, .answer(let answer)): write(answer.ending, context)
        case (.whole(let bytes), .body(_, _, let addressee)): judge(bytes, addressee, reception, context)
        case (let outcome, _):
            receiver.leave(reception)
            write(receiver.refusal(of: outcome, reception).ending, context)
        }
    }

    private func judge(
        _ bytes: [UInt8], _ addressee: Reception.Addressee, _ reception: Reception, _ context: ChannelHandlerContext
    ) {
        let request = PushedRequest(headers: head?.headers.map { ($0.name, $0.value) } ?? [], body: bytes)
        let (handler, bound) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.loopBound)
        let (receiver, loop, number) = (receiver, context.eventLoop, number)
        let work: @isolated(any) @Sendable () async -> Void = {
            let answer = await receiver.answer(to: request, for: addressee)
            receiver.gate.release(request.body.count)
            receiver.leave(reception)
            guard !loop.inEventLoop else { return handler.value.write(answer, number, bound.value) }
            loop.execute { handler.value.write(answer, number, bound.value) }
        }
        self.work =
            bytes.count <= RequestHandler.smallBody
            ? Task.immediate(executorPreference: executor, operation: work) : Task(operation: work)
    }

    private func write(_ answer: Answer, _ number: Int, _ context: ChannelHandlerContext) {
        guard case .answering = state, number == self.number else { return }
        write(answer, context)
    }

    private func write(_ answer: Answer, _ context: ChannelHandlerContext) {
        let ends = answer.ends || isLast || head?.isKeepAlive == false
        state = ends ? .ended : .idle
        idleSince = .now()
        let date = date.text(of: receiver.clock.now())
        let bytes = answer.bytes(at: date, isLast: ends, in: context.channel.allocator)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        takeWaiting(context)
        if answer.ends || (isInputClosed && isDone) {
            context.close(promise: nil)
        } else if ends {
            context.close(mode: .output, promise: nil)
        }
    }

    /// Whether nothing is under way.
    private var isDone: Bool {
        switch state {
        case .idle, .ended: true
        case .asking, .reading, .answering: false
        }
    }

    // What takes too long.

    func channelReadComplete(context: ChannelHandlerContext) {
        watchBody(context)
        context.fireChannelReadComplete()
    }

    /// Sees to it that a body that did not come at once does not come for ever.
    private func watchBody(_ context: ChannelHandlerContext) {
        guard case .reading = state, bodyWatch == nil else { return }
        let (handler, bound) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.loopBound)
        let (loop, number, clock, time) = (context.eventLoop, number, receiver.clock, receiver.limits.body)
        bodyWatch = Task {
            do { try await clock.sleep(time) } catch { return }
            loop.execute { handler.value.isLate(number, bound.value) }
        }
    }

    private func isLate(_ number: Int, _ context: ChannelHandlerContext) {
        guard case .reading(_, let reception) = state, number == self.number else { return }
        forgetBody()
        if case .answer(let answer) = reception { return write(answer.ending, context) }
        write(Answer.plain(.requestTimeout, "too slow\n").ending, context)
    }

    /// Ends the connection once it has been without a request for too long.
    private func watchIdleness(_ context: ChannelHandlerContext, for time: Duration) {
        guard idleWatch == nil else { return }
        let (handler, bound) = (NIOLoopBound(self, eventLoop: context.eventLoop), context.loopBound)
        idleWatch = context.eventLoop.scheduleTask(in: TimeAmount(time)) {
            handler.value.lookWhetherIdle(bound.value)
        }
    }

    private func lookWhetherIdle(_ context: ChannelHandlerContext) {
        idleWatch = nil
        let limit = TimeAmount(receiver.limits.idle)
        switch state {
        case .idle, .ended:
            let left = idleSince + limit - NIODeadline.now()
            guard left > .nanoseconds(0) else { return context.close(promise: nil) }
            watchIdleness(context, for: .nanoseconds(left.nanoseconds))
        case .asking, .reading, .answering: watchIdleness(context, for: receiver.limits.idle)
        }
    }

    // What goes wrong.

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputClosed = true
            switch state {
            case .idle, .reading, .ended: context.close(promise: nil)
            case .asking, .answering: break
            }
        case is ChannelShouldQuiesceEvent:
            isLast = true
            if isDone { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else {
            end()
            return context.close(promise: nil)
        }
        // Nothing more can be understood; who waits for an answer has it first.
        isLast = true
        switch state {
        case .ended, .asking, .answering: return
        case .idle, .reading:
            forgetBody()
            write(.malformed, context)
        }
    }
}

/// Has what a task goes on with done on a connection's loop.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedTaskExecutor()
        loop.execute { unsafe job.runSynchronously(on: executor) }
    }
}
