internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import EarshotTesting
internal import Foundation
internal import Logging
internal import Synchronization

/// `earshot backfill CONFIG …` and `earshot backfill --adapter NAME … FILE…`
struct Backfill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Take what every channel has now, or import files, and end when the sinks have it.",
        discussion: """
            With a configuration: its channels are asked once, until they have no more, into its journal and sinks. \
            With --adapter: files, folders and archives are read into one file of mentions, or to the standard \
            output. Either can be stopped and begun again: what is there already is not added once more. With --since or \
            --until a period has a place of its own that it got to: it begins at its beginning, and moves no channel on.
            """)

    @Argument(help: "The configuration; with --adapter: files, folders or archives, or - for the standard input.")
    var inputs: [String]

    @Option(help: "Only the channels of these names.")
    var channel: [String] = []

    @Option(help: "Leave out what was published before this moment.")
    var since: String?

    @Option(help: "Leave out what was published at this moment or later.")
    var until: String?

    @Option(help: "The adapter that files are read with, instead of a configuration.")
    var adapter: String?

    @Option(help: "With --adapter: the file that mentions are added to; the standard output if not given, or with -.")
    var to: String?

    @OptionGroup var options: LogOptions

    func validate() throws {
        if adapter == nil && inputs.count != 1 { throw ValidationError("expected one configuration, or --adapter") }
        if adapter != nil && !channel.isEmpty { throw ValidationError("--channel is for a configuration") }
        if adapter == nil && to != nil { throw ValidationError("--to is for --adapter: a configuration has its sinks") }
    }

    func run() async throws {
        let period = try period()
        if let adapter {
            try await importFiles(with: try AdapterChoice.make(adapter), period)
        } else {
            try await poll(period)
        }
    }

    /// Runs the channels of a configuration to their end.
    private func poll(_ period: Range<Timestamp>?) async throws {
        let configuration = try GatewaySession.configuration(at: inputs[0])
        let names = configuration.channels.map(\.name)
        if let unknown = channel.first(where: { !names.contains($0) }) {
            throw Exit.saying(
                "there is no channel \"\(unknown)\"; there are \(names.joined(separator: ", "))", Exit.usage)
        }
        let log = options.logger(hiding: configuration.secrets)
        let session = try GatewaySession.open(configuration, log: log, period: period)
        let bar = ProgressBar()
        let chosen = channel.isEmpty ? nil : Set(channel)
        let troubles = Mutex<[String: String]>([:])
        let gateway = session.assembly.backfill(of: chosen) { _, tally in
            bar.advance(tally)
        } failed: { channel, failure in
            troubles.withLock { $0[channel] = failure.summary }
        }
        let isDone = try await gateway.runOnce()
        bar.end()
        let report = await session.assembly.report(version: Version.number)
        try await session.journal.close()
        let ended = troubles.withLock { $0 }
        try Summary(report: report, chosen: chosen, isDone: isDone, troubles: ended).show()
    }

    /// Imports files without a configuration; the journal lies beside the file that mentions are added to.
    private func importFiles(with adapter: any Adapter, _ period: Range<Timestamp>?) async throws {
        for input in inputs where input != "-" && !FileManager.default.fileExists(atPath: input) {
            throw Exit.saying("\(input): no such file or folder", Exit.noInput)
        }
        let to = to ?? "-"
        var isFolder: ObjCBool = false
        if unsafe FileManager.default.fileExists(atPath: to, isDirectory: &isFolder), isFolder.boolValue {
            throw Exit.saying("\(to): a folder; --to is the file that mentions are added to", Exit.inputOutput)
        }
        var configuration = Configuration(
            directory: FileManager.default.currentDirectoryPath, dataDirectory: to + ".journal")
        let name = adapter.kind.name
        let sink = GatewaySession.catalog.sinks.first { $0.name == (to == "-" ? "stdout" : "file") }
        if let sink { configuration.sinks = [.file(to, sink: sink)] }
        let log = options.logger(hiding: SecretBook())
        let session =
            to == "-"
            ? try GatewaySession(configuration, MemoryJournal(), log)
            : try GatewaySession.open(configuration, log: log)
        let intake = Intake(
            channel: name, adapter: adapter, enrichment: Enrichment(),
            journal: PeriodJournal.over(session.journal, period), period: period)
        let listener = FilesListener(
            ListenerContext(intake: intake, clock: .system, board: session.assembly.board, log: log), paths: inputs,
            adapter: adapter, interval: .seconds(1))
        if to != "-", !FileManager.default.fileExists(atPath: to),
            try await session.journal.status().sinks["import"] ?? 0 > 0
        {
            try await session.journal.close()
            throw Exit.saying(
                "\(to) is not there any more, and \(to).journal remembers what was added to it: put it back, or remove "
                    + "the journal to import anew", Exit.inputOutput)
        }
        if to != "-", try await session.journal.status().head == 0, Backfill.size(of: [to]) ?? 0 > 0 {
            log.warning("\(to) has lines of which \(to).journal knows nothing: what is read is added, there or not")
        }
        let bar = ProgressBar(total: Backfill.size(of: inputs))
        let gateway = Gateway(
            listeners: [{ try await listener.drain { bar.advance($0) } }],
            carriers: session.assembly.couriers.map { courier in { try await courier.run() } },
            journal: session.journal, clock: .system, log: log)
        let isDone = try await gateway.runOnce()
        bar.end()
        let report = await session.assembly.report(version: Version.number)
        try await session.journal.close()
        try Summary(report: report, chosen: nil, isDone: isDone).show()
    }

    /// The period that `--since` and `--until` say; nil where neither does.
    private func period() throws -> Range<Timestamp>? {
        guard since != nil || until != nil else { return nil }
        let from = try since.map { try AdapterChoice.moment($0) } ?? .earliest
        let to = try until.map { try AdapterChoice.moment($0) } ?? .latest
        guard from < to else { throw Exit.saying("--since is not before --until", Exit.usage) }
        return from..<to
    }

    /// The size of all inputs that are files, for the progress bar; nil where one is not.
    private static func size(of inputs: [String]) -> Int? {
        var total = 0
        for input in inputs {
            let attributes = try? FileManager.default.attributesOfItem(atPath: input)
            guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int
            else { return nil }
            total += size
        }
        return total
    }
}

extension Configuration.Outlet {
    /// The sink of an import: a file of mentions, or the standard output.
    fileprivate static func file(_ path: String, sink: any Sink.Type) -> Configuration.Outlet {
        let settings = path == "-" ? SettingsText(members: []) : SettingsText(members: [("path", path)])
        return Configuration.Outlet(name: "import", sink: sink, settings: settings)
    }
}

/// What a back-fill or a dry run ends with: the table, where mentions went, and the exit code.
struct Summary {
    let report: StatusReport
    let chosen: Set<String>?
    /// Whether every sink has had everything.
    let isDone: Bool
    /// Why channels ended early, beside what the report says of them.
    var troubles: [String: String] = [:]

    /// Writes the summary to standard error; throws where something could not be had, read or delivered.
    func show() throws {
        let channels = report.channels.filter { chosen?.contains($0.key) ?? true }
        StandardError.write(TallyTable.text(channels))
        let outside = channels.values.reduce(0) { $0 + $1.tally.outside }
        if outside > 0 { StandardError.line("\(outside) mentions were published outside the period, and left out") }
        let sampledOut = channels.values.reduce(0) { $0 + $1.tally.receipt.sampledOut }
        if sampledOut > 0 { StandardError.line("\(sampledOut) copies in bursts were counted, and left out") }
        for (name, sink) in report.sinks.sorted(by: { $0.key < $1.key }) where sink.deadLetters > 0 {
            StandardError.line("sink \(name): \(sink.deadLetters) dead letters")
        }
        if !isDone {
            for (name, sink) in report.sinks.sorted(by: { $0.key < $1.key }) where sink.pending > 0 {
                let reason = sink.trouble ?? "it is slow"
                StandardError.line("sink \(name): \(sink.pending) mentions wait in the journal: \(reason)")
            }
        }
        let troubles = channels.compactMapValues(\.trouble).merging(troubles) { $1 }
        for (name, trouble) in troubles.sorted(by: { $0.key < $1.key }) {
            StandardError.line("earshot: \(name): \(trouble)")
        }
        if !isDone || !troubles.isEmpty { throw Exit.unavailable }
        let failed = channels.values.reduce(0) { $0 + $1.tally.malformed + $1.tally.defects }
        let refused = report.sinks.values.reduce(0) { $0 + $1.standing.deadLettered }
        if failed + refused > 0 { throw Exit.partly }
    }
}
