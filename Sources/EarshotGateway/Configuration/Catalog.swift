package import Earshot

/// The adapters and sinks that a configuration can name.
package struct Catalog: Sendable {
    /// The adapters.
    package var adapters: [any Adapter.Type]
    /// The sinks.
    package var sinks: [any Sink.Type]

    /// A catalog of adapters and sinks.
    package init(adapters: [any Adapter.Type], sinks: [any Sink.Type]) {
        self.adapters = adapters.sorted { $0.name < $1.name }
        self.sinks = sinks.sorted { $0.name < $1.name }
    }

    func adapter(named name: String) -> (any Adapter.Type)? { adapters.first { $0.name == name } }

    func sink(named name: String) -> (any Sink.Type)? { sinks.first { $0.name == name } }
}
