package import Earshot

/// The settings of a channel that hears a program.
package struct ExecSettings: Decodable, Sendable {
    /// What the program prints.
    enum Format: String, Decodable, Sendable, CaseIterable {
        case mentions, documents, singer
    }

    /// The program's path and its arguments.
    var command: [String] = []
    /// What it prints.
    var format = Format.mentions
    /// What reads its documents or records.
    var adapter: String?
    /// Which of a tap's streams are read; all where none is named.
    var streams: [String] = []
    /// Environment variables.
    var environment: [String: String] = [:]
    /// Environment variables that are never shown.
    var secrets: [String: String] = [:]
    /// When it is run again.
    var restart = Program.Restart.scheduled
    /// How long a run may take.
    var timeout: Duration?
    /// How much a run may print.
    var outputLimit = 1 << 30
    /// How much address space its processes may have.
    var memoryLimit = 4 << 30
    /// Whether mentions keep the record that they were read from.
    var keepsRaw = false

    private enum CodingKeys: String, CodingKey {
        case command, format, adapter, streams, environment, secrets, restart, timeout
        case outputLimit = "output_limit"
        case memoryLimit = "memory_limit"
        case keepsRaw = "keep_raw"
    }

    /// Decodes settings, in which everything may be left out.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        command = try values.decodeIfPresent([String].self, forKey: .command) ?? []
        format = try values.decodeIfPresent(Format.self, forKey: .format) ?? .mentions
        adapter = try values.decodeIfPresent(String.self, forKey: .adapter)
        streams = try values.decodeIfPresent([String].self, forKey: .streams) ?? []
        environment = try values.decodeIfPresent([String: String].self, forKey: .environment) ?? [:]
        secrets = try values.decodeIfPresent([String: String].self, forKey: .secrets) ?? [:]
        let word = try values.decodeIfPresent(String.self, forKey: .restart)
        restart = word.flatMap { Program.Restart(rawValue: $0) } ?? .scheduled
        let written = try values.decodeIfPresent(String.self, forKey: .timeout)
        timeout = written.flatMap { Quantity.duration($0) } ?? (restart == .scheduled ? .seconds(3600) : nil)
        outputLimit = try ExecSettings.size(values, .outputLimit) ?? outputLimit
        memoryLimit = try ExecSettings.size(values, .memoryLimit) ?? memoryLimit
        keepsRaw = try values.decodeIfPresent(Bool.self, forKey: .keepsRaw) ?? false
    }

    private static func size(
        _ values: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys
    ) throws -> Int? {
        try values.decodeIfPresent(String.self, forKey: key).flatMap { Quantity.size($0) }
    }

    /// What is wrong with settings, in words.
    struct Mistake: Error, CustomStringConvertible { let description: String }

    /// Throws what the list of settings cannot say is wrong.
    func check() throws {
        if let path = command.first, !path.contains("/") {
            throw Mistake(
                description:
                    "expected the program's path as the first of \"command\", such as \"/usr/bin/\(path)\" or "
                    + "\"./\(path)\": no shell looks for it")
        }
        if (command + Array(environment.values) + Array(secrets.values)).contains(where: { $0.utf8.contains(0) }) {
            throw Mistake(description: "expected a \"command\" and an \"environment\" without zero bytes")
        }
        for name in Array(environment.keys) + Array(secrets.keys)
        where name.isEmpty || name.utf8.contains(where: { $0 == 0x3D || $0 <= 0x20 }) {
            throw Mistake(description: "expected names of environment variables, without \"=\" and spaces: \"\(name)\"")
        }
        if format == .mentions, let adapter {
            throw Mistake(
                description: "\"adapter\": \"\(adapter)\" is for \"format\": \"documents\" or \"singer\" alone")
        }
        if format != .singer, !streams.isEmpty {
            throw Mistake(description: "\"streams\" is for \"format\": \"singer\" alone")
        }
    }

    /// The adapter that reads documents and records.
    func makeReader() throws -> (any Adapter)? {
        guard let adapter else {
            if format == .mentions { return nil }
            throw Mistake(description: "\"adapter\" is missing: what reads the program's \(format.rawValue) messages")
        }
        guard adapter != ExecAdapter.name, let kind = try BuiltInAdapters.kind(of: adapter) else {
            let known = BuiltInAdapters.names.filter { $0 != ExecAdapter.name }
            throw Mistake(
                description:
                    "there is no adapter \"\(adapter)\" to read with; there are \(known.joined(separator: ", "))")
        }
        let canKeepRaw = kind.settings.contains { $0.name == "keep_raw" }
        return try kind.make(settings: Array((keepsRaw && canKeepRaw ? "{\"keep_raw\":true}" : "{}").utf8))
    }
}

extension ExecAdapter {
    /// What may be set.
    package static let settings: [Setting] = [
        Setting(
            "command", .list(.text), isRequired: true,
            about: "The program's path and its arguments. It runs in the configuration's folder, without a shell."),
        Setting(
            "format", .choice(ExecSettings.Format.allCases.map(\.rawValue)), fallback: "mentions",
            about: "What it prints, a line each: mentions, documents of another adapter, or messages of a Singer tap."),
        Setting(
            "adapter", .adapter, requiredWhen: ("format", ["documents", "singer"]),
            about: "Which adapter reads its documents or records."),
        Setting("streams", .list(.text), about: "Which streams of a tap are read; all where none is named."),
        Setting("environment", .map(.text), about: "The environment variables that it has; it has no others."),
        Setting("secrets", .map(.secret), about: "Environment variables that are never shown."),
        Setting(
            "restart", .choice(Program.Restart.allCases.map(\.rawValue)), fallback: "scheduled",
            about: "When it is run again: at every, or always, where it is meant to run for ever."),
        Setting(
            "timeout", .positiveDuration,
            about: "How long a run may take; an hour where it is scheduled, as long as it likes where it is not."),
        Setting("output_limit", .positiveSize, fallback: "1GiB", about: "How much a run may print."),
        Setting(
            "memory_limit", .positiveSize, fallback: "4GiB",
            about: "How much address space each of its processes may have."),
        Setting(
            "keep_raw", .boolean, fallback: "false",
            about: "Keep the record that a mention was read from with it, under raw."),
    ]
}
