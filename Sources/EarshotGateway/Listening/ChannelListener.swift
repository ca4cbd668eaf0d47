/// One channel's way of getting documents: a poller, a watcher of files.
package protocol ChannelListener: Sendable {
    /// The channel's name.
    var channel: String { get }

    /// Listens until cancelled.
    func run() async throws

    /// Takes everything that is there now and returns; `taken` is told what became of each page.
    func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws
}
