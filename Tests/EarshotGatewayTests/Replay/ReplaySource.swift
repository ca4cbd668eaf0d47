import Earshot
import Foundation
import Synchronization

/// A request as a source reads it.
struct ReplayRequest {
    /// The path's parts.
    var path: [String]
    /// The query, the last of equal names.
    var query: [String: String] = [:]
    /// The address before the query.
    var address: String
    /// The header fields.
    var headers: [(name: String, value: String)]

    init(_ request: FetchRequest) {
        let parts = URLComponents(string: request.url)
        path = (parts?.path ?? "").split(separator: "/").map(String.init)
        for item in parts?.queryItems ?? [] { query[item.name] = item.value }
        address = request.url.split(separator: "?").first.map(String.init) ?? ""
        headers = request.headers
    }
}

/// A platform's wire form: its pages, its errors, its headers.
protocol ReplayPlatform: Sendable {
    /// The adapter, and its settings.
    var adapter: String { get }
    /// What it is called in the tests' names.
    var title: String { get }
    var settings: String { get }
    /// What kind of week it is.
    var shape: ReplayTimeline.Shape { get }
    /// How many requests are allowed in how many seconds.
    var budget: (requests: Int, seconds: Int64) { get }
    /// Whether there is a token that may expire.
    var hasToken: Bool { get }
    /// How many seconds are between two rounds.
    var interval: Int64 { get }
    /// How many requests a round may take on the average.
    var requestsPerRound: Int { get }

    /// The id by which a delivered mention of the item is known; nil where it is none.
    func key(of item: ReplayItem, in timeline: ReplayTimeline) -> String?
    /// The id by which a delivered mention is known.
    func key(of mention: [String: Any]) -> String?
    /// What is answered where nothing is wrong; nil where there is no such thing.
    func answer(_ request: ReplayRequest, _ timeline: ReplayTimeline, at now: Int64) -> ReplayAnswer?
    /// What is answered to what is too much, until a moment.
    func limited(until moment: Int64, at now: Int64) -> ReplayAnswer
    /// What is answered to a token that is not accepted.
    var unauthorized: ReplayAnswer { get }
    /// What every answer says of the budget.
    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)]
}

/// An answer before anything happens to it.
struct ReplayAnswer: Sendable {
    var status = 200
    var headers: [(String, String)] = []
    var body: String

    init(_ body: String, status: Int = 200, _ headers: [(String, String)] = []) {
        self.body = body
        self.status = status
        self.headers = headers
    }
}

extension ReplayPlatform {
    var title: String { "\(type(of: self))" }
    var shape: ReplayTimeline.Shape { ReplayTimeline.Shape() }
    var budget: (requests: Int, seconds: Int64) { (12, 900) }
    var hasToken: Bool { true }
    var interval: Int64 { 3600 }
    var requestsPerRound: Int { 3 }
    var unauthorized: ReplayAnswer { ReplayAnswer(#"{"error":"The access token is invalid"}"#, status: 401) }

    func key(of mention: [String: Any]) -> String? { mention["native_id"] as? String }

    func limited(until moment: Int64, at now: Int64) -> ReplayAnswer {
        ReplayAnswer(
            #"{"error":"Too many requests"}"#, status: 429, [("Retry-After", String((moment - now + 999) / 1000))])
    }

    func standing(used: Int, until moment: Int64, at now: Int64) -> [(String, String)] { [] }

    /// A moment as RFC 3339 has it.
    func date(_ milliseconds: Int64) -> String { Timestamp(milliseconds: milliseconds).description }
}

/// A source that shows a timeline over a platform's wire form, in its weather, and keeps account of who asks.
final class ReplaySource: HTTPFetching {
    /// What was seen of who asks.
    struct Account: Sendable {
        /// How many requests came.
        var requests = 0
        /// How many of them came while the source had asked to be left alone.
        var tooEarly = 0
        /// Addresses of which there is nothing.
        var unknown: [String] = []
        /// How often each fault happened.
        var faults: [ReplayWeather.Fault: Int] = [:]
    }

    private struct State {
        var weather: ReplayWeather
        var account = Account()
        var window: Int64 = 0
        var used = 0
        var closedUntil: Int64 = 0
        /// The request whose answer said so.
        var closedBy = 0
        /// Whether the next request is the first of a life that cannot know what was said in the one before.
        var isNewborn = true
    }

    let platform: any ReplayPlatform
    let timeline: ReplayTimeline
    let clock: ReplayClock
    private let state: Mutex<State>
    /// What is done before the request of a number is answered; true where whoever asks is to get no answer.
    private let before: Mutex<(@Sendable (Int) async -> Bool)?> = Mutex(nil)

    init(_ platform: any ReplayPlatform, seed: UInt64) {
        self.platform = platform
        timeline = ReplayTimeline(platform.shape, seed: seed)
        clock = ReplayClock(seed: seed)
        state = Mutex(State(weather: ReplayWeather(of: platform, seed: seed)))
    }

    var now: Timestamp { Timestamp(milliseconds: clock.milliseconds) }
    var account: Account { state.withLock { $0.account } }

    /// Begins a new life of who asks; what was said from the request of a number on may not have been written down.
    func beginLife(forgettingFrom number: Int?) {
        state.withLock { state in state.isNewborn = number.map { state.closedBy >= $0 } ?? false }
    }

    /// Whether it has asked to be left alone.
    var isClosed: Bool { state.withLock { clock.milliseconds < $0.closedUntil } }

    /// Has something done before each answer.
    func before(_ work: (@Sendable (Int) async -> Bool)?) { before.withLock { $0 = work } }

    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        if await interrupts() { throw .unreachable("killed") }
        guard let response = answer(request) else {
            clock.pass(milliseconds: 60_000)
            throw .unreachable("timed out")
        }
        return response
    }

    /// Does what is to be done before the next answer, and tells whether there is none.
    func interrupts() async -> Bool {
        let number = account.requests
        guard let work = before.withLock({ $0 }) else { return false }
        return await work(number)
    }

    /// The answer to a request; nil where there is none.
    func answer(_ request: FetchRequest) -> FetchResponse? {
        state.withLock { state in
            clock.pass(milliseconds: state.weather.latency())
            let now = clock.milliseconds
            state.account.requests += 1
            if now < state.closedUntil, !state.isNewborn { state.account.tooEarly += 1 }
            state.isNewborn = false
            let fault = state.weather.fault(at: now)
            if let fault { state.account.faults[fault, default: 0] += 1 }
            if fault == .silent { return nil }
            var answer = self.answer(request, in: fault, &state, at: now)
            answer.headers.append(("Date", ReplaySource.httpDate(now)))
            var response = FetchResponse(
                status: answer.status, headers: answer.headers.map { (name: $0.0, value: $0.1) },
                body: Array(answer.body.utf8), url: request.url)
            if fault == .cut, response.status == 200 { response.body = state.weather.cut(response.body) }
            return response
        }
    }

    private func answer(
        _ request: FetchRequest, in fault: ReplayWeather.Fault?, _ state: inout State, at now: Int64
    ) -> ReplayAnswer {
        let window = now / (platform.budget.seconds * 1000)
        if window != state.window { (state.window, state.used) = (window, 0) }
        let end = (window + 1) * platform.budget.seconds * 1000
        state.used += 1
        if fault == .down { return ReplayAnswer("<html>down</html>", status: state.weather.status()) }
        if fault == .unauthorized { return platform.unauthorized }
        if state.used > platform.budget.requests || fault == .limited || now < state.closedUntil {
            let pause = state.used > platform.budget.requests ? end : now + state.weather.pause() * 1000
            // Said in whole seconds, never too few.
            state.closedUntil = max(state.closedUntil, pause)
            state.closedBy = state.account.requests - 1
            return platform.limited(until: state.closedUntil, at: now)
        }
        let standing = platform.standing(used: state.used, until: end, at: now)
        guard var answer = platform.answer(ReplayRequest(request), timeline, at: now) else {
            state.account.unknown.append(request.url)
            return ReplayAnswer("{}", status: 404)
        }
        answer.headers += standing
        return answer
    }

    /// A moment as HTTP has it (RFC 9110), in whole seconds.
    static func httpDate(_ milliseconds: Int64) -> String {
        let parts = Timestamp(seconds: milliseconds / 1000).description.split { "-T:Z".contains($0) }
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = months[(Int(parts[1]) ?? 1) - 1]
        let day = days[Int(milliseconds / ReplayTimeline.day % 7)]
        return "\(day), \(parts[2]) \(month) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
