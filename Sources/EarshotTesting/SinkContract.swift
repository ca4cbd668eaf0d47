public import Earshot

/// What every sink promises, as named properties that are checked over any sink.
public struct SinkContract: Sendable {
    /// A sink with a target of its own, and a way to look at that.
    public struct Target: Sendable {
        /// Makes a sink on the target; a second one without `close` of the first is a crash and a restart.
        public var sink: @Sendable () throws -> any Sink
        /// The lines that the target holds, in the order in which it got them.
        public var held: @Sendable () async throws -> [String]
        /// Whether the sink can tell what it has, so that nothing is held twice.
        public var holdsOnce: Bool

        /// A target of known parts.
        public init(
            holdsOnce: Bool, sink: @escaping @Sendable () throws -> any Sink,
            held: @escaping @Sendable () async throws -> [String]
        ) {
            self.holdsOnce = holdsOnce
            self.sink = sink
            self.held = held
        }
    }

    /// One promise.
    public struct Property: Sendable, CustomStringConvertible {
        /// The promise in words.
        public let description: String
        let check: @Sendable (Target) async throws -> String?

        /// How a sink breaks the promise, or nil where it keeps it.
        public func violation(of target: Target) async throws -> String? { try await check(target) }
    }

    /// Every promise.
    public static let properties = [
        Property(description: "it holds what batches brought, unchanged and in order") { target in
            let sink = try target.sink()
            try await sink.open(resuming: nil)
            let batches = [0..<3, 3..<4, 4..<300].map { Batch(SampleMention.numbered($0), from: "brand") }
            for batch in batches { _ = try await sink.deliver(batch) }
            await sink.close()
            return difference(try await target.held(), batches.flatMap(\.texts))
        },
        Property(description: "it holds nothing before something is delivered") { target in
            let sink = try target.sink()
            try await sink.open(resuming: nil)
            await sink.close()
            return difference(try await target.held(), [])
        },
        Property(description: "it holds lines of every sort") { target in
            let texts = ["", "\u{1F680} å \u{200F}\"quoted\" \\ \n end", String(repeating: "long ", count: 200_000)]
            let mentions = texts.enumerated().map { SampleMention("\($0.offset)", $0.element) }
            let sink = try target.sink()
            try await sink.open(resuming: nil)
            let batch = Batch(mentions, from: "a channel/../of any name")
            _ = try await sink.deliver(batch)
            await sink.close()
            return difference(try await target.held(), batch.texts)
        },
        Property(description: "it goes on after it was closed") { target in
            var state: SinkState?
            var lines: [String] = []
            for part in 0..<3 {
                let sink = try target.sink()
                try await sink.open(resuming: state)
                let batch = Batch(SampleMention.numbered((part * 10)..<(part * 10 + 10)), from: "brand")
                state = try await sink.deliver(batch) ?? state
                lines += batch.texts
                await sink.close()
            }
            return difference(try await target.held(), lines)
        },
        Property(description: "what was not confirmed before a crash may be delivered again") { target in
            let first = Batch(SampleMention.numbered(0..<5), from: "brand")
            let second = Batch(SampleMention.numbered(5..<9), from: "press")
            let sink = try target.sink()
            try await sink.open(resuming: nil)
            let state = try await sink.deliver(first)
            _ = try await sink.deliver(second)
            let again = try target.sink()
            try await again.open(resuming: state)
            _ = try await again.deliver(second)
            await again.close()
            return compare(target, try await target.held(), first.texts + second.texts)
        },
        Property(description: "a first delivery that was not confirmed may be delivered again") { target in
            let batch = Batch(SampleMention.numbered(0..<5), from: "brand")
            let sink = try target.sink()
            let first = sink.firstState
            try await sink.open(resuming: first)
            _ = try await sink.deliver(batch)
            let again = try target.sink()
            try await again.open(resuming: first)
            _ = try await again.deliver(batch)
            await again.close()
            return compare(target, try await target.held(), batch.texts)
        },
        Property(description: "what another journal had confirmed stays") { target in
            let batches = [0..<5, 5..<9].map { Batch(SampleMention.numbered($0), from: "brand") }
            for batch in batches {
                let sink = try target.sink()
                try await sink.open(resuming: sink.firstState)
                _ = try await sink.deliver(batch)
                await sink.close()
            }
            return compare(target, try await target.held(), batches.flatMap(\.texts))
        },
        Property(description: "its limits let something through") { target in
            let limits = try target.sink().limits
            return limits.count > 0 && limits.bytes > 0 && limits.wait >= .zero ? nil : "\(limits)"
        },
    ]

    /// Compares exactly where the sink holds everything once, else as sets.
    private static func compare(_ target: Target, _ found: [String], _ expected: [String]) -> String? {
        if target.holdsOnce { return difference(found, expected) }
        return Set(found) == Set(expected) ? nil : difference(found, expected)
    }

    private static func difference(_ found: [String], _ expected: [String]) -> String? {
        guard found != expected else { return nil }
        let place = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        return "expected \(expected.count) lines, found \(found.count); the first difference is at \(place ?? -1)"
    }
}
