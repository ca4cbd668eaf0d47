internal import Earshot
internal import EarshotAdapters
internal import EarshotFormats
internal import Foundation

/// Adapters named on the command line, with the settings that they have by default.
enum AdapterChoice {
    /// The adapter of a name; says which there are where there is none of that name.
    static func make(_ name: String) throws -> any Adapter {
        guard let kind = BuiltInAdapters.all.first(where: { $0.name == name }) else {
            let known = BuiltInAdapters.all.map { $0.name }.joined(separator: ", ")
            throw Exit.saying("there is no adapter \"\(name)\"; there are \(known)", Exit.usage)
        }
        return try withDefaults(kind)
    }

    private static func withDefaults<Kind: Adapter>(_ kind: Kind.Type) throws -> any Adapter {
        try Kind(settings: JSONDecoder().decode(Kind.Settings.self, from: Data("{}".utf8)))
    }

    /// A moment given as text.
    static func moment(_ text: String) throws -> Timestamp {
        guard let moment = Array(text.utf8).withBytes({ Times.parse($0) }) else {
            throw Exit.saying("\"\(text)\" is not a moment; write it like 2026-01-12T08:30:00Z", Exit.usage)
        }
        return moment
    }
}
