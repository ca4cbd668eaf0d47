internal import Dispatch

/// A thread of their own for calls that block, so that waiting for a disk, a pipe or a server holds nobody else up.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// An executor whose thread has a name.
    package init(label: String) { queue = DispatchQueue(label: label) }

    /// Runs a job when those before it have ended.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
