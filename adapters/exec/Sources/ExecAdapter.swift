package import Earshot
internal import EarshotFormats

/// Hears a program: any command that prints mentions, documents for another adapter, or Singer messages, a line each.
package struct ExecAdapter: ProgramAdapter {
    /// The adapter's word in the configuration.
    package static let name = "exec"
    /// Changes when the same line is read differently.
    package static let version = "1.0"
    /// What it is for.
    package static let about = "A program: any command that prints mentions, documents of another adapter, or Singer"
    /// What a program printed may be kept in a file.
    package static let container = Container.lines

    /// The channel's settings.
    let settings: ExecSettings
    /// What reads documents and records; none for mentions.
    private let reader: (any Adapter)?

    /// An adapter for one channel.
    package init(settings: ExecSettings) throws {
        try settings.check()
        self.settings = settings
        reader = try settings.makeReader()
    }

    /// That of the adapter that reads what is printed, so that mentions say which it was.
    package var kind: AdapterKind {
        var kind = AdapterKind(Self.self)
        guard let reader else { return kind }
        kind.name = reader.kind.name
        kind.version = reader.kind.version
        return kind
    }

    /// The command with its limits.
    package var program: Program {
        var program = Program(
            command: settings.command,
            handover: settings.format == .singer ? .option("--state") : .variable("EARSHOT_STATE"),
            outputLimit: settings.outputLimit, memoryLimit: settings.memoryLimit,
            lineLimit: settings.format == .mentions ? ExecAdapter.mentionLimit : Document.sizeLimit)
        program.environment = settings.environment.merging(settings.secrets) { $1 }
        program.restart = settings.restart
        program.timeout = settings.timeout
        return program
    }

    /// The longest line with a mention.
    private static let mentionLimit = 1 << 20

    /// What a printed line is.
    package func message(of line: [UInt8]) -> ProgramMessage {
        guard line.contains(where: { $0 > 0x20 }) else { return .nothing }
        guard let envelope = PrintedMessage(line, format: settings.format) else { return .document }
        switch envelope {
        case .state(let state): return .state(state)
        case .record, .wrong: return .document
        case .nothing: return .nothing
        }
    }

    /// Reads one printed line.
    package func read(_ document: Document) throws(MalformedDocument) -> Reading {
        guard document.bytes.isEmpty || document.bytes.contains(where: { $0 > 0x20 }) else {
            return Reading(network: ExecAdapter.name)
        }
        guard let reader else {
            if case .state? = PrintedMessage(document.bytes, format: .mentions) {
                return Reading(network: ExecAdapter.name)
            }
            return try Reading(printedMention: document.bytes)
        }
        var inner = document
        switch PrintedMessage(document.bytes, format: settings.format) {
        case .state?, .nothing?: return Reading(network: ExecAdapter.name)
        case .wrong(let reason)?: throw MalformedDocument(reason)
        case .record(let stream, let bytes)?:
            guard settings.streams.isEmpty || settings.streams.contains(stream) else {
                return Reading(network: ExecAdapter.name)
            }
            inner.bytes = bytes
            if !stream.isEmpty { inner.name = stream }
        case nil: break
        }
        return try reader.read(inner)
    }
}
