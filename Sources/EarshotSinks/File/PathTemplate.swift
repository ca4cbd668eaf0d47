internal import Earshot

/// A path with `{network}`, `{channel}`, `{date}` and `{hour}` to be filled in for each mention.
///
/// Date and hour are those when the gateway first held the mention, in UTC. What is filled in cannot leave the
/// directory that the template names.
struct PathTemplate: Sendable {
    private enum Part: Sendable, Equatable {
        case text(String)
        case network, channel, date, hour
    }

    private static let words: [String: Part] = [
        "network": .network, "channel": .channel, "date": .date, "hour": .hour,
    ]

    /// The template as it was written.
    let text: String
    private let parts: [Part]

    /// What is wrong with a template.
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    /// A template; throws where it names something that is not known of a mention.
    init(_ text: String) throws {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            parts.append(.text(String(rest[..<open])))
            guard let close = rest[open...].firstIndex(of: "}") else { throw Fault(description: "a { has no }") }
            let word = String(rest[rest.index(after: open)..<close])
            guard let part = PathTemplate.words[word] else {
                let known = PathTemplate.words.keys.sorted().map { "{\($0)}" }.joined(separator: " ")
                throw Fault(description: "{\(word)} is none of \(known)")
            }
            parts.append(part)
            rest = rest[rest.index(after: close)...]
        }
        parts.append(.text(String(rest)))
        guard !text.isEmpty, !text.hasSuffix("/") else { throw Fault(description: "a path must name a file") }
        self.parts = parts
        self.text = text
    }

    /// Whether every mention has the same path.
    var isConstant: Bool { parts.allSatisfy { if case .text = $0 { true } else { false } } }

    /// The text before the first place that is filled in.
    var prefix: String { if case .text(let text) = parts.first { text } else { "" } }

    /// The path for a mention of a network and channel, first held at a moment.
    func path(network: String, channel: String, at moment: Timestamp) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .network: PathTemplate.safe(network)
            case .channel: PathTemplate.safe(channel)
            case .date: String(moment.description.prefix(10))
            case .hour: String(moment.description.dropFirst(11).prefix(2))
            }
        }.joined()
    }

    /// A name that is one component of a path and never hidden, whatever its characters are.
    static func safe(_ name: String) -> String {
        var safe = ""
        for scalar in name.unicodeScalars.prefix(100) {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            safe.unicodeScalars.append(isPlain || "._-".unicodeScalars.contains(scalar) ? scalar : "_")
        }
        return safe.isEmpty || safe.hasPrefix(".") ? "_" + safe : safe
    }
}
