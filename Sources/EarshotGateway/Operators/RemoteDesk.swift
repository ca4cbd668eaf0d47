package import Earshot
internal import EarshotFormats
internal import Foundation

/// The desk of a gateway that another process runs, reached through its socket.
package struct RemoteDesk: OperatorDesk {
    private let socket: String
    private let http: any HTTPFetching

    /// The desk behind the socket of a data directory; nil where nobody has one there.
    package init?(directory: String, http: any HTTPFetching) {
        socket = OperatorServer.path(in: directory)
        self.http = http
        guard FileManager.default.fileExists(atPath: socket) else { return nil }
    }

    /// The cursor of every channel that has one.
    package func cursors() async throws -> [CursorRecord] {
        try await records("GET", "/state").compactMap { CursorRecord($0) }
    }

    /// Sets or forgets a cursor.
    package func setCursor(_ text: String?, of channel: String) async throws {
        let path = "/state/" + RemoteDesk.encoded(channel)
        _ = try await ask(text == nil ? "DELETE" : "PUT", path, body: Array((text ?? "").utf8))
    }

    /// The dead letters of a sink or of all.
    package func deadLetters(of sink: String?) async throws -> [DeadLetter] {
        let query = sink.map { "?sink=" + RemoteDesk.encoded($0) } ?? ""
        return try await records("GET", "/dead-letters" + query).compactMap { DeadLetter($0) }
    }

    /// Forgets dead letters.
    package func drop(_ choice: LetterChoice) async throws -> Int {
        let answer = try await records("POST", "/dead-letters/drop", body: choice.json).first
        return Int(truncatingIfNeeded: answer?["dropped"]?.wholeNumber ?? 0)
    }

    /// Tries dead letters once more.
    package func redeliver(_ choice: LetterChoice) async throws -> Courier.Redelivery {
        let answer = try await records("POST", "/dead-letters/replay", body: choice.json).first
        guard let redelivery = answer.flatMap({ Courier.Redelivery($0) }) else { throw RemoteDesk.senseless }
        return redelivery
    }

    /// Lets a sink begin again.
    package func replay(sink: String, since moment: Timestamp) async throws -> Int64 {
        var fields = JSONFields()
        fields.string("sink", sink)
        fields.timestamp("since", moment)
        let answer = try await records("POST", "/replay", body: fields.withBytes { $0.array }).first
        guard let count = answer?["mentions"]?.wholeNumber else { throw RemoteDesk.senseless }
        return count
    }

    /// Forgets a sink that is not configured any more.
    package func retire(sink: String) async throws -> Int64 {
        var fields = JSONFields()
        fields.string("sink", sink)
        let answer = try await records("POST", "/retire", body: fields.withBytes { $0.array }).first
        guard let count = answer?["mentions"]?.wholeNumber else { throw RemoteDesk.senseless }
        return count
    }

    /// What was stored after a position.
    package func look(_ view: TapView) async throws -> TapPage {
        let members = [
            ("after", view.after.map(String.init)), ("channel", view.channel), ("sink", view.sink),
            ("when", view.condition),
        ]
        let query = members.compactMap { name, value in value.map { "\(name)=" + RemoteDesk.encoded($0) } }
        let response = try await ask("GET", "/tap?" + query.joined(separator: "&"))
        guard let upTo = response[OperatorServer.positionField].flatMap({ Int64($0) }) else {
            throw RemoteDesk.senseless
        }
        return TapPage(lines: response.body, upTo: upTo)
    }

    private func records(_ method: String, _ path: String, body: [UInt8] = []) async throws -> [JSONValue] {
        try await ask(method, path, body: body).body.split(separator: 0x0A).compactMap {
            try? JSONValue(parsing: Array($0))
        }
    }

    private func ask(_ method: String, _ path: String, body: [UInt8] = []) async throws -> FetchResponse {
        var request = FetchRequest("http://localhost" + path)
        request.method = method
        request.unixSocket = socket
        request.body = body
        let response: FetchResponse
        do throws(FetchFailure) {
            response = try await http.fetch(request)
        } catch {
            throw OperatorFailure.unavailable("the gateway does not answer: \(error.summary)")
        }
        let reason = String(decoding: response.body, as: UTF8.self)
        switch response.status {
        case 200..<300: return response
        case 400: throw OperatorFailure.wrong(reason)
        default: throw OperatorFailure.unavailable(reason.isEmpty ? "status \(response.status)" : reason)
        }
    }

    private static let senseless = OperatorFailure.unavailable("the gateway's answer makes no sense")

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
