/// One channel's way of getting documents: a poller, a watcher of files.
package protocol ChannelListener: Sendable {
    /// The channel's name.
    var channel: String { get }

    /// Listens until cancelled.
    func run() async throws

    /// Tries whether the source answers, keeping nothing and moving nothing; tells in a few words what was found.
    func check() async throws -> String

    /// Takes everything that is there now and returns; `taken` is told what became of each page.
    func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws
}
