internal import Earshot

/// What a reply says about a batch.
struct HTTPReply {
    let response: FetchResponse
    private let now: Timestamp

    init(_ response: FetchResponse, at now: Timestamp) {
        self.response = response
        self.now = now
    }

    /// Returns where the batch was taken, and throws why it was not.
    func accept() throws(DeliveryFailure) {
        switch response.status {
        case 200..<300: return
        case 408, 409, 425, 429, 500...: throw .transient(reason: reason, retryAfter: retryAfter)
        case 400, 413, 422: throw .permanent(reason: reason)
        default: throw .blocked(reason: reason)
        }
    }

    /// The status and the beginning of the body, in one line.
    private var reason: String {
        let text = String(decoding: response.body.prefix(200), as: UTF8.self)
        let line = String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
        return line.isEmpty ? "status \(response.status)" : "status \(response.status): \(line)"
    }

    /// What `Retry-After` says: seconds, or a date in any of three forms (RFC 9110, 10.2.3 and 5.6.7).
    var retryAfter: Duration? {
        guard let text = response["Retry-After"] else { return nil }
        if let seconds = Int64(text), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        guard let date = HTTPReply.date(text) else { return nil }
        return .milliseconds(max(date.milliseconds - now.milliseconds, 0))
    }

    /// The moment of an HTTP-date: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or
    /// `Sun Nov  6 08:49:37 1994` (RFC 9110, 5.6.7).
    static func date(_ text: String) -> Timestamp? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var parts = text.split { $0 == " " || $0 == "-" }
        if parts.count == 5 {
            parts = [parts[0], parts[2], parts[1], parts[4], parts[3], "GMT"]
        }
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let written = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        // Two digits are of this century: nobody is asked to wait for a moment of the last one.
        let year = parts[3].count == 2 ? 2000 + written : written
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3 else { return nil }
        return Timestamp(
            year: year, month: month + 1, day: day, hour: time[0], minute: time[1], second: time[2])
    }
}

extension DeliveryFailure {
    /// What it means for a batch that there was no reply.
    init(_ failure: FetchFailure) {
        switch failure {
        case .unreachable(let reason): self = .transient(reason: reason)
        case .limited(let reason, let after): self = .transient(reason: reason, retryAfter: after)
        case .tooLarge(let limit): self = .transient(reason: "the reply is longer than \(limit) bytes")
        case .untrusted(let reason), .unauthorized(let reason), .refused(let reason): self = .blocked(reason: reason)
        }
    }
}
