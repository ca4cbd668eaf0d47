package import Earshot
internal import EarshotFormats
internal import Foundation

extension Configuration.Channel {
    /// The adapter with its settings; throws what it has against them.
    package func makeAdapter() throws -> any Adapter { try adapter.make(settings: settings.bytes) }

    /// The channel, whose first start goes back to `moment` where its adapter can be told how far.
    package func reaching(back moment: Timestamp, from now: Timestamp) -> Configuration.Channel {
        guard adapter.settings.contains(where: { $0.name == "backfill" }), moment > Timestamp.earliest, now > moment,
            var members = (try? JSONValue(parsing: settings.bytes))?.members
        else { return self }
        var channel = self
        members["backfill"] = .string("\(now.seconds - moment.seconds)s")
        channel.settings = SettingsText(members)
        return channel
    }
}

extension Configuration.Outlet {
    /// The sink with its settings, which opens nothing yet; throws what it has against them.
    package func makeSink(in surroundings: SinkSurroundings) throws -> any Sink {
        try Configuration.make(sink, settings, surroundings)
    }
}

extension Configuration {
    fileprivate static func make<Kind: Sink>(
        _ kind: Kind.Type, _ settings: SettingsText, _ surroundings: SinkSurroundings
    ) throws -> any Sink {
        try Kind(
            settings: JSONDecoder().decode(Kind.Settings.self, from: Data(settings.bytes)), surroundings: surroundings)
    }

    /// What is wrong with settings, from an error that an adapter or sink threw over them.
    static func reason(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return place.isEmpty ? context.debugDescription : "\(place): \(context.debugDescription)"
        @unknown default: return "they cannot be decoded"
        }
    }
}
