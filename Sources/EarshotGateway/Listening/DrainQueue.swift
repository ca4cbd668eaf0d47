package import Earshot

/// Drains channels one after another, as they are configured, so that the same input gives the same output.
///
/// While one waits for its source, those after it go on, and one whose source fails for good keeps nobody else back.
package struct DrainQueue: Sendable {
    private let drains: [PatientDrain]

    /// A queue of channels in their order.
    package init(_ drains: [PatientDrain]) { self.drains = drains }

    /// Returns when every source has no more or was given up, of which `failed` is told.
    package func run(
        _ taken: @escaping @Sendable (String, IntakeTally) -> Void,
        failed: @escaping @Sendable (String, FetchFailure) -> Void
    ) async throws {
        let turn = Turnstile()
        try await withThrowingDiscardingTaskGroup { group in
            for drain in drains {
                // The next begins when this one has ended or waits.
                await turn.enter()
                group.addTask {
                    do {
                        try await DrainQueue.run(drain, in: turn) { taken(drain.listener.channel, $0) }
                        await turn.leave()
                    } catch let failure as FetchFailure {
                        failed(drain.listener.channel, failure)
                        await turn.leave()
                    } catch {
                        await turn.leave()
                        throw error
                    }
                }
            }
        }
    }

    /// Drains one channel in a turn that is held, and is held again after each wait.
    private static func run(
        _ drain: PatientDrain, in turn: Turnstile, _ taken: @escaping @Sendable (IntakeTally) -> Void
    ) async throws {
        try Task.checkCancellation()
        try await drain.run(taken) { pause in
            await turn.leave()
            do {
                try await drain.clock.sleep(pause)
            } catch {
                await turn.enter()
                throw error
            }
            await turn.enter()
        }
    }
}
