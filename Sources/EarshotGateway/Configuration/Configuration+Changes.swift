internal import Earshot
internal import EarshotFormats

extension Configuration {
    /// The names of the channels that were there before and are another way now.
    package func changedChannels(since old: Configuration) -> [String] {
        channels.filter { channel in
            old.channels.contains { $0.name == channel.name && !$0.differences(from: channel).isEmpty }
        }.map(\.name)
    }

    /// What differs from another configuration, one change a line, as a reload says it.
    package func changes(since old: Configuration) -> [String] {
        var changes: [String] = []
        func compare<Part>(
            _ kind: String, _ before: [Part], _ after: [Part], name: (Part) -> String,
            differences: (Part, Part) -> [String]
        ) {
            for part in before where !after.contains(where: { name($0) == name(part) }) {
                changes.append("\(kind) \(name(part)) removed")
            }
            for part in after {
                guard let known = before.first(where: { name($0) == name(part) }) else {
                    changes.append("\(kind) \(name(part)) added")
                    continue
                }
                let found = differences(known, part)
                if !found.isEmpty { changes.append("\(kind) \(name(part)) changed: \(found.joined(separator: ", "))") }
            }
        }
        compare("channel", old.channels, channels, name: \.name) { $0.differences(from: $1) }
        compare("sink", old.sinks, sinks, name: \.name) { $0.differences(from: $1) }
        compare("watch rule", old.watch, watch, name: \.name) { $0 == $1 ? [] : ["words"] }
        let sections: [(String, Bool)] = [
            ("data_dir", old.dataDirectory == dataDirectory), ("own_accounts", old.ownAccounts == ownAccounts),
            ("dedupe", old.dedupe == dedupe),
            ("journal", old.keeping == keeping),
            (
                "http",
                old.perHost == perHost && old.authorities == authorities && old.networks == networks
            ),
            ("admin", old.admin == admin),
            ("receive", old.receive == receive && old.publicURL == publicURL),
        ]
        return changes + sections.filter { !$0.1 }.map { "\($0.0) changed" }
    }
}

extension Configuration.Channel {
    fileprivate func differences(from other: Self) -> [String] {
        let keys: [(String, Bool)] = [
            ("adapter", adapter.name == other.adapter.name && adapter.revision == other.adapter.revision),
            ("label", label == other.label),
            ("settings", settings == other.settings && files == other.files && given == other.given),
            ("auth", authorization == other.authorization), ("every", every == other.every),
            ("silent_after", silentAfter == other.silentAfter),
        ]
        return keys.filter { !$0.1 }.map(\.0)
    }
}

extension Configuration.Outlet {
    fileprivate func differences(from other: Self) -> [String] {
        let keys: [(String, Bool)] = [
            ("sink", sink.name == other.sink.name), ("label", label == other.label),
            ("settings", settings == other.settings), ("when", condition?.source == other.condition?.source),
        ]
        return keys.filter { !$0.1 }.map(\.0)
    }
}
