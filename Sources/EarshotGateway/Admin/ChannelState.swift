/// How a channel is doing, in one word: what metrics count and `/readyz` begins a line with.
package enum ChannelState: String, Sendable, CaseIterable {
    /// Nothing was heard yet.
    case starting
    /// The source answers, or has a place where it can tell what it has.
    case ok
    /// It did not answer, and is asked again soon.
    case retrying
    /// It asked to be left alone for a time.
    case waiting
    /// It does not accept the credentials, twice in a row: an operator must act.
    case unauthorized
    /// It will never accept the request as it is: an operator must act.
    case refused

    /// Whether waiting alone will not mend it.
    package var isBlocked: Bool { self == .unauthorized || self == .refused }
}
