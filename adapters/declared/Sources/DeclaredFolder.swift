package import Earshot
internal import Foundation

extension BuiltInAdapters {
    /// The names of all adapters, in order: of the rooms, and of the declarations that this build brings along.
    package static let names = (all.map { $0.name } + shipped.map(\.name)).sorted()

    /// Every adapter, by name.
    package static let kinds: [AdapterKind] = names.compactMap { try? kind(of: $0) }

    /// The declarations that this build brings along, each with the name of its folder.
    private static let shipped: [(name: String, bytes: [UInt8])] = [
        ("bluesky", PackageResources.bluesky_json),
        ("hackernews", PackageResources.hackernews_json),
        ("mastodon", PackageResources.mastodon_json),
        ("reddit", PackageResources.reddit_json),
    ]

    /// The adapter of a name, or the one that the folder at a path declares; throws what is wrong with that one.
    ///
    /// A declaration is read and compiled only when it is asked for.
    package static func kind(of word: String) throws -> AdapterKind? {
        guard !word.contains("/") else { return try kind(declaredIn: word) }
        if let room = all.first(where: { $0.name == word }) { return AdapterKind(room) }
        return try shipped.first { $0.name == word }.map { found in
            try kind(declaredBy: found.bytes, file: found.name + "/adapter.json")
        }
    }

    /// The adapter that `adapter.json` in a folder declares; throws everything that is wrong with it.
    package static func kind(declaredIn folder: String) throws -> AdapterKind {
        let file = folder.hasSuffix(".json") ? folder : folder + "/adapter.json"
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file)) else {
            throw DeclarationFailure(file: file, problems: [.init(pointer: "", reason: "no such file")])
        }
        return try kind(declaredBy: Array(bytes), file: file)
    }

    /// The adapter that a text declares; throws everything that is wrong with it.
    package static func kind(declaredBy bytes: [UInt8], file: String) throws -> AdapterKind {
        var kind = AdapterKind(try DeclarationReader.read(bytes, file: file))
        kind.revision = Digest(of: bytes).hexadecimal
        return kind
    }
}
