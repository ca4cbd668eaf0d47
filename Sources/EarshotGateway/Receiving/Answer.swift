internal import NIOCore
internal import NIOHTTP1

/// What is answered to a request, as it is written but for what differs from one to the next.
struct Answer: Sendable {
    /// The status.
    let status: HTTPResponseStatus
    /// Whether the connection ends with it, whatever the sender has still to say.
    private(set) var ends = false
    /// The first line and the fields, each with its end.
    private var head: ByteBuffer
    private let body: ByteBuffer

    /// There is nothing here: the very answer to a path that nobody has, so that nobody learns which channels there
    /// are.
    static let notFound = Answer(.notFound)
    /// The request is none.
    static let malformed = Answer(.badRequest)
    /// It is safe.
    static let ok = Answer.plain(.ok, "ok\n")
    /// It is safe, or nothing that the sender should know more of.
    static let accepted = Answer.plain(.accepted, "ok\n")

    private init(_ status: HTTPResponseStatus, _ body: String = "") {
        self.status = status
        self.body = ByteBuffer(string: body)
        head = ByteBuffer(
            string: "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nserver: earshot\r\n"
                + "content-length: \(body.utf8.count)\r\n")
    }

    /// An answer in words.
    static func plain(
        _ status: HTTPResponseStatus, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) -> Answer {
        Answer(status, text).with("content-type", contentType).with("x-content-type-options", "nosniff")
    }

    /// The same with another field, of which nothing is a sender's.
    func with(_ name: String, _ value: String) -> Answer {
        var answer = self
        answer.head.writeString("\(name): \(value)\r\n")
        return answer
    }

    /// The same, after which the connection ends.
    var ending: Answer {
        var answer = self
        answer.ends = true
        return answer
    }

    /// The whole answer, at a moment.
    func bytes(at date: String, isLast: Bool, in allocator: ByteBufferAllocator) -> ByteBuffer {
        var bytes = allocator.buffer(capacity: head.readableBytes + body.readableBytes + 64)
        bytes.writeImmutableBuffer(head)
        bytes.writeStaticString("date: ")
        bytes.writeString(date)
        bytes.writeStaticString(isLast ? "\r\nconnection: close\r\n\r\n" : "\r\n\r\n")
        bytes.writeImmutableBuffer(body)
        return bytes
    }
}

/// What is to be done with a request, told from its header fields.
enum Reception: Sendable {
    /// Its body is passed over, and this is answered.
    case answer(Answer)
    /// Its body is one of a channel, of so many bytes at the most, for whom `addressee` tells; a place for it is taken.
    case body(of: String, limit: Int, for: Addressee)
    /// That must be looked up first.
    case question(@Sendable () async -> Reception)

    /// Whom a body is for.
    enum Addressee: Sendable {
        /// The channel that it was sent to.
        case route(Receiver.Route)
        /// The channel that subscribed to a page at a hub.
        case interest(WebSubSubscriber.Interest, secret: String)
    }
}
