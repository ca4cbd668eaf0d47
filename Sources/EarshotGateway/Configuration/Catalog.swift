package import Earshot

/// The adapters and sinks that a configuration can name.
package struct Catalog: Sendable {
    /// Gives the adapter of a name, or the one that the folder at a path declares; nil where there is none of that
    /// name, throws what is wrong with a declaration.
    package typealias Finding = @Sendable (_ word: String) throws -> AdapterKind?

    /// The names of the adapters, in order.
    package let adapterNames: [String]
    /// The sinks, by name.
    package let sinks: [any Sink.Type]

    private let finding: Finding

    /// A catalog of sinks, and of adapters that are made ready when one is asked for.
    package init(adapters names: [String], sinks: [any Sink.Type], finding: @escaping Finding) {
        adapterNames = names.sorted()
        self.sinks = sinks.sorted { $0.name < $1.name }
        self.finding = finding
    }

    /// A catalog of adapters and sinks, in which no folder is taken for an adapter.
    package init(adapters: [AdapterKind], sinks: [any Sink.Type]) {
        self.init(adapters: adapters.map { $0.name }, sinks: sinks) { word in adapters.first { $0.name == word } }
    }

    /// Every adapter that has a name, in order.
    var adapters: [AdapterKind] { adapterNames.compactMap { try? finding($0) } }

    /// The adapter of a name, or the one that a path from `directory` leads to; throws what is wrong with that one.
    func adapter(_ word: String, in directory: String) throws -> AdapterKind? {
        try finding(word.contains("/") ? Configuration.path(word, in: directory) : word)
    }

    func sink(named name: String) -> (any Sink.Type)? { sinks.first { $0.name == name } }
}
