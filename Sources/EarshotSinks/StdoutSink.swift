package import Earshot

#if canImport(Glibc)
    internal import Glibc
#endif

/// Prints mentions to the standard output, one JSON object a line.
///
/// What was printed is not remembered: after a crash a batch may be printed twice.
package struct StdoutSink: Sink {
    /// There is nothing to set.
    package struct Settings: Decodable, Sendable {
        /// No settings.
        package init() {}
    }

    /// The word for `"sink"` in the configuration.
    package static let name = "stdout"
    /// One line for the list of sinks.
    package static let about = "Prints mentions to the standard output, one JSON object a line."
    /// What may be set.
    package static let settings: [Setting] = []

    private let pipe: Pipe

    /// The standard output.
    package init(settings: Settings, surroundings: SinkSurroundings) throws { pipe = Pipe(number: STDOUT_FILENO) }

    /// Any open file or pipe.
    init(writingTo number: Int32) { pipe = Pipe(number: number) }

    /// Nothing is remembered. A reader that goes away must not end the program.
    package func open(resuming state: SinkState?) async throws(DeliveryFailure) {
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Prints a batch.
    package func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState? {
        try await pipe.write(batch.lines)
        return nil
    }

    /// The standard output stays open.
    package func close() async {}
}

/// A pipe whose reader may be slow.
private actor Pipe {
    private let executor = BlockingExecutor(label: "earshot.sink.stdout")
    private let number: Int32

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(number: Int32) { self.number = number }

    func write(_ lines: [UInt8]) throws(DeliveryFailure) {
        try Descriptor.write(lines, to: number, "the standard output")
    }
}
