import Earshot
import EarshotGateway
import Synchronization

/// A source that answers by a function of the request, and remembers what it was asked; its clock is set by hand.
final class ScriptedSource: HTTPFetching {
    typealias Answer = @Sendable (_ request: FetchRequest, _ number: Int) async throws(FetchFailure) -> FetchResponse

    private let answer: Answer
    private let asked = Mutex<[FetchRequest]>([])
    private let moment = Mutex(Timestamp(seconds: 1_767_225_600))

    init(_ answer: @escaping Answer) { self.answer = answer }

    var requests: [FetchRequest] { asked.withLock { $0 } }

    var now: Timestamp { moment.withLock { $0 } }

    func pass(_ time: Duration) {
        moment.withLock { $0 = Timestamp(milliseconds: $0.milliseconds + Int64(time / .milliseconds(1))) }
    }

    var clock: GatewayClock { GatewayClock(now: { self.now }, sleep: { self.pass($0) }, random: { 0 }) }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        let number = asked.withLock { asked in
            asked.append(request)
            return asked.count
        }
        return try await answer(request, number)
    }
}

extension FetchRequest {
    /// The first header field of a name.
    subscript(header: String) -> String? { headers.first { $0.name == header }?.value }

    /// The body as text.
    var form: String { String(decoding: body, as: UTF8.self) }
}

extension FetchResponse {
    /// An answer with a body and header fields.
    static func answer(_ status: Int, _ body: String = "{}", _ headers: [(String, String)] = []) -> FetchResponse {
        FetchResponse(
            status: status, headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8),
            url: "https://api.acme.example/")
    }
}
