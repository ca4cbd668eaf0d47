import Earshot
import EarshotTesting
import Foundation
import Synchronization

@testable import EarshotSinks

/// An address that answers as it is told and keeps what it was sent.
final class Desk: HTTPFetching {
    let requests = Mutex<[FetchRequest]>([])
    let replies: Mutex<[FetchResponse]>

    /// A desk that gives these replies in turn, and 200 afterwards.
    init(_ replies: [FetchResponse] = []) { self.replies = Mutex(replies) }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        requests.withLock { $0.append(request) }
        let reply = replies.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return reply ?? FetchResponse(status: 200, url: request.url)
    }

    /// A sink that posts here.
    func sink(_ settings: [String: String] = [:]) throws -> HTTPSink {
        let json = try JSONEncoder().encode(settings.merging(["url": "https://desk.acme.example/in"]) { $1 })
        return try HTTPSink(
            settings: JSONDecoder().decode(HTTPSink.Settings.self, from: json),
            surroundings: SinkSurroundings(name: "desk", directory: "/", http: self) { Fixture.observedAt })
    }

    /// The mentions of all requests, as they were written.
    func lines(_ format: HTTPFormat) throws -> [String] {
        requests.withLock { $0 }.flatMap { request -> [String] in
            let body = String(decoding: request.body, as: UTF8.self)
            switch format {
            case .ndjson: return body.split(separator: "\n").map(String.init)
            case .json: return Desk.objects(body.dropFirst().dropLast(), from: "{\"schema\"")
            case .cloudevents:
                return Desk.objects(body.dropFirst().dropLast(), from: "{\"specversion\"").compactMap { event in
                    event.range(of: "\"data\":").map { String(event[$0.upperBound...].dropLast()) }
                }
            }
        }
    }

    /// The objects of an array whose every object begins with `head`.
    private static func objects(_ body: Substring, from head: String) -> [String] {
        guard !body.isEmpty else { return [] }
        return body.components(separatedBy: "," + head).enumerated().map {
            $0.offset == 0 ? $0.element : head + $0.element
        }
    }
}
