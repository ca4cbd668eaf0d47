package import Earshot
internal import Foundation

extension BuiltInAdapters {
    /// Every adapter by name: the rooms, and the declarations that this build brings along.
    package static let kinds: [AdapterKind] =
        (all.map { AdapterKind($0) } + shipped.compactMap { try? kind(declaredBy: $0.bytes, file: $0.file) })
        .sorted { $0.name < $1.name }

    /// The declarations that this build brings along.
    package static let shipped: [(file: String, bytes: [UInt8])] = [
        ("bluesky/adapter.json", PackageResources.bluesky_json),
        ("hackernews/adapter.json", PackageResources.hackernews_json),
        ("mastodon/adapter.json", PackageResources.mastodon_json),
        ("reddit/adapter.json", PackageResources.reddit_json),
    ]

    /// The adapter of a name, or the one that the folder at a path declares; throws what is wrong with that one.
    package static func kind(of word: String) throws -> AdapterKind? {
        // The declared ones are read and compiled only where one of them may be meant.
        if let room = all.first(where: { $0.name == word }) { return AdapterKind(room) }
        guard word.contains("/") else { return kinds.first { $0.name == word } }
        return try kind(declaredIn: word)
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
