internal import NIOCore
internal import NIOHTTP1

/// What is answered to a request.
struct Answer: Sendable {
    /// The status.
    var status: HTTPResponseStatus
    /// The fields that others do not have.
    var fields = HTTPHeaders()
    /// The body.
    var body = ByteBuffer()
    /// Whether the connection ends with it, whatever the sender has still to say.
    var ends = false

    /// There is nothing here: the very answer to a path that nobody has, so that nobody learns which channels there are.
    static let notFound = Answer(status: .notFound)
    /// It is safe.
    static let ok = Answer.plain(.ok, "ok\n")
    /// It is safe, or nothing that the sender should know more of.
    static let accepted = Answer.plain(.accepted, "ok\n")

    /// An answer in words.
    static func plain(
        _ status: HTTPResponseStatus, _ text: String, contentType: String = "text/plain; charset=utf-8"
    ) -> Answer {
        Answer(
            status: status, fields: ["content-type": contentType, "x-content-type-options": "nosniff"],
            body: ByteBuffer(string: text))
    }

    /// The same with another field.
    func with(_ name: String, _ value: String) -> Answer {
        var answer = self
        answer.fields.add(name: name, value: value)
        return answer
    }

    /// The same, after which the connection ends.
    var ending: Answer {
        var answer = self
        answer.ends = true
        return answer
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
        case wish(WebSubSubscriber.Wish, secret: String)
    }
}
