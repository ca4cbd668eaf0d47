package import Earshot

/// The adapters and sinks that a configuration can name.
package struct Catalog: Sendable {
    /// Reads the declaration in a folder; throws what is wrong with it.
    package typealias Declaring = @Sendable (_ folder: String) throws -> AdapterKind

    /// The adapters.
    package var adapters: [AdapterKind]
    /// The sinks.
    package var sinks: [any Sink.Type]

    private let declaring: Declaring?

    /// A catalog of adapters and sinks; without `declaring` no folder is taken for an adapter.
    package init(adapters: [AdapterKind], sinks: [any Sink.Type], declaring: Declaring? = nil) {
        self.adapters = adapters.sorted { $0.name < $1.name }
        self.declaring = declaring
        self.sinks = sinks.sorted { $0.name < $1.name }
    }

    /// The adapter of a name, or the one that a path from `directory` leads to; throws what is wrong with that one.
    func adapter(_ word: String, in directory: String) throws -> AdapterKind? {
        guard word.contains("/"), let declaring else { return adapters.first { $0.name == word } }
        return try declaring(Configuration.path(word, in: directory))
    }

    func sink(named name: String) -> (any Sink.Type)? { sinks.first { $0.name == name } }
}
