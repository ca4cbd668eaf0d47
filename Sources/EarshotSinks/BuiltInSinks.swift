package import Earshot

/// The sinks that this build has; discovery is this list and nothing else.
package enum BuiltInSinks {
    /// Every sink, by name.
    package static let all: [any Sink.Type] = [FileSink.self, HTTPSink.self, StdoutSink.self]
}
