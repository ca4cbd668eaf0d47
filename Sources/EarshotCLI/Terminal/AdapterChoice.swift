internal import Earshot
internal import EarshotAdapters
internal import EarshotFormats
internal import EarshotGateway

/// Adapters named on the command line, with the settings that they have by default.
enum AdapterChoice {
    /// The adapter of a name; says which there are where there is none of that name.
    static func make(_ word: String) throws -> any Adapter { try kind(word).make() }

    /// The kind of adapter of a name, or the one that the folder at a path declares.
    static func kind(_ word: String) throws -> AdapterKind {
        do {
            if let kind = try BuiltInAdapters.kind(of: word) { return kind }
        } catch {
            throw Exit.saying("\(error)", Exit.configuration)
        }
        let known = BuiltInAdapters.names.joined(separator: ", ")
        throw Exit.saying("there is no adapter \"\(word)\"; there are \(known)", Exit.usage)
    }

    /// A moment given as text, or as how long ago it was.
    static func past(_ text: String) throws -> Timestamp {
        guard let ago = Quantity.duration(text) else { return try moment(text, or: ", or how long ago, like 2h or 3d") }
        return GatewayClock.system.now() - ago
    }

    /// A moment given as text.
    static func moment(_ text: String, or others: String = "") throws -> Timestamp {
        guard let moment = Array(text.utf8).withBytes({ Times.parse($0) }) else {
            throw Exit.saying("\"\(text)\" is not a moment; write it like 2026-01-12T08:30:00Z\(others)", Exit.usage)
        }
        return moment
    }
}
