package import Earshot
internal import EarshotFormats
internal import Logging
internal import Synchronization

extension Courier {
    /// What became of dead letters that were tried once more.
    package struct Redelivery: Sendable, Equatable {
        /// Taken now, and letters no longer.
        package var delivered = 0
        /// Refused again; they stay.
        package var refused = 0
        /// Why the rest was not tried, if it was not.
        package var trouble: String?

        /// What became of letters.
        package init(delivered: Int = 0, refused: Int = 0, trouble: String? = nil) {
            self.delivered = delivered
            self.refused = refused
            self.trouble = trouble
        }
    }

    /// Tries dead letters once more, one by one, between the sink's other deliveries; nil means all of them.
    ///
    /// What the sink takes is a letter no longer. What it refuses stays, with the new reason. Where the sink does not
    /// answer, or is blocked, the rest stays as it is.
    package func redeliver(_ positions: Set<Int64>?) async throws -> Redelivery {
        guard standing.isOpen else {
            return Redelivery(trouble: "the sink is not open: \(standing.trouble ?? "it is starting")")
        }
        return try await retry(positions)
    }

    /// The same for a sink that nobody else works for: it is opened before and closed after.
    package func redeliverAlone(_ positions: Set<Int64>?) async throws -> Redelivery {
        let state = try await register(fromBeginning: true)
        do throws(DeliveryFailure) {
            try await sink.open(resuming: state)
        } catch {
            return Redelivery(trouble: error.summary)
        }
        do {
            let redelivery = try await retry(positions)
            await sink.close()
            return redelivery
        } catch {
            await sink.close()
            throw error
        }
    }

    /// Waits, visibly, while there are too many dead letters for some more: none is ever dropped to make room.
    func requireRoom(for more: Int) async throws {
        guard more > 0 else { return }
        while true {
            let count = try await journal.status().deadLetters[name] ?? 0
            sayHowFull(count + more)
            // A sink that refuses more at a time than it may have is not held up for good.
            if count == 0 || count + more <= letterLimit { return }
            fail(
                "\(count) dead letters, and \(letterLimit) are the limit (journal.dead_letters): see why with `earshot "
                    + "dead-letters list --sink \(name)`, then `earshot dead-letters replay \(name)` or `drop \(name) --all`",
                isBlocked: true)
            try await clock.sleep(policy.full)
        }
    }

    /// Warns, once, when there is little room left.
    private func sayHowFull(_ count: Int) {
        let isFilling = Keeping.isFilling(count, of: letterLimit)
        let isNews = current.withLock { standing in
            defer { standing.isFilling = isFilling }
            return isFilling && !standing.isFilling
        }
        guard isNews else { return }
        log.warning(
            "dead letters come near to their limit, at which the sink is blocked",
            metadata: ["sink": "\(name)", "dead_letters": "\(count)", "limit": "\(letterLimit)"])
    }

    private func retry(_ positions: Set<Int64>?) async throws -> Redelivery {
        var redelivery = Redelivery()
        for letter in try await journal.deadLetters(of: name) where positions?.contains(letter.position) != false {
            switch try await inTurn(letter) {
            case nil: redelivery.delivered += 1
            case .permanent: redelivery.refused += 1
            case let failure?:
                redelivery.trouble = failure.summary
                return redelivery
            }
        }
        return redelivery
    }

    /// Tries one letter when nothing else is being delivered; nil where it was taken.
    private func inTurn(_ letter: DeadLetter) async throws -> DeliveryFailure? {
        await turn.enter()
        do {
            let failure = try await retry(letter)
            await turn.leave()
            return failure
        } catch {
            await turn.leave()
            throw error
        }
    }

    /// Tries one letter; nil where it was taken.
    private func retry(_ letter: DeadLetter) async throws -> DeliveryFailure? {
        let here = Delivery(sink: name, batch: Batch(), upTo: 0)
        var again = letter
        again.attempts += 1
        again.at = clock.now()
        switch await deliver(letter) {
        case .success(let state):
            // Before the letter is dropped: at worst it is delivered twice, never forgotten.
            try await journal.confirm(here, state: state, dead: [])
            try await journal.drop(deadLetters: [letter.position], of: name)
            return nil
        case .failure(.permanent(let reason)): again.reason = reason
        case .failure(let failure): return failure
        }
        try await journal.confirm(here, state: nil, dead: [again])
        return .permanent(reason: again.reason)
    }

    private func deliver(_ letter: DeadLetter) async -> Result<SinkState?, DeliveryFailure> {
        var batch: Batch
        do throws(MalformedDocument) {
            batch = try MentionLine(letter.line).batch(of: letter.line)
        } catch {
            return .failure(.permanent(reason: "the letter cannot be read: \(error.description)"))
        }
        // Under its old place, and so under its old idempotency key.
        for index in batch.entries.indices { batch.entries[index].position = letter.position }
        do throws(DeliveryFailure) {
            return .success(try await sink.deliver(batch))
        } catch {
            // A sink that decides item by item has refused this one.
            if case .partial(let refused, _, _, _) = error, let reason = refused[0] {
                return .failure(.permanent(reason: reason))
            }
            return .failure(error)
        }
    }
}

extension DeliveryFailure {
    /// What happened, in a sentence without its end.
    package var summary: String {
        switch self {
        case .transient(let reason, _): reason
        case .permanent(let reason): "refused: \(reason)"
        case .blocked(let reason): "blocked: \(reason)"
        case .partial(_, _, let reason, _): reason
        case .closed: "its reader went away"
        }
    }
}
