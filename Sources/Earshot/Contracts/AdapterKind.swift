internal import Foundation

/// What is known of an adapter before one is made: that of a Swift type, or of a declaration that was read.
public struct AdapterKind: Sendable {
    /// The word for `"adapter"` in the configuration.
    public var name: String
    /// The adapter's version, `major.minor`.
    public var version: String
    /// One line for the list of adapters.
    public var about: String
    /// What may be set.
    public var settings: [Setting]
    /// How a file holds several of its documents.
    public var container: Container
    /// Name patterns of files in an archive that other files cannot be read without.
    public var companions: [String]

    /// What tells one declaration of a name from another; empty for a type, which changes with the program alone.
    public var revision = ""

    private let making: @Sendable (_ settings: [UInt8]) throws -> any Adapter

    /// The kind that a type of adapters is.
    public init(_ type: any Adapter.Type) {
        self = AdapterKind.of(type)
    }

    /// A kind that is no type of its own; `make` is given settings as a JSON object.
    public init(
        name: String, version: String, about: String, settings: [Setting], container: Container = .single,
        companions: [String] = [], make: @escaping @Sendable (_ settings: [UInt8]) throws -> any Adapter
    ) {
        self.name = name
        self.version = version
        self.about = about
        self.settings = settings
        self.container = container
        self.companions = companions
        making = make
    }

    /// An adapter for one channel, from settings as a JSON object; throws what is wrong with them.
    public func make(settings: [UInt8] = Array("{}".utf8)) throws -> any Adapter { try making(settings) }

    private static func of<Kind: Adapter>(_ type: Kind.Type) -> AdapterKind {
        AdapterKind(
            name: type.name, version: type.version, about: type.about, settings: type.settings,
            container: type.container, companions: type.companions
        ) { try Kind(settings: JSONDecoder().decode(Kind.Settings.self, from: Data($0))) }
    }
}
