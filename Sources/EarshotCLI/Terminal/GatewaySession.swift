internal import Earshot
internal import EarshotAdapters
internal import EarshotGateway
internal import EarshotSinks
internal import Foundation
internal import Logging

/// What the commands that run a configuration share: the checked configuration, the journal, the parts.
struct GatewaySession {
    /// The checked configuration.
    let configuration: Configuration
    /// The parts, wired to the journal.
    let assembly: Assembly
    /// The journal, to be closed at the end.
    let journal: any Journal

    /// Everything that this build can hear and tell.
    static let catalog = Catalog(
        adapters: BuiltInAdapters.kinds, sinks: BuiltInSinks.all,
        declaring: { try BuiltInAdapters.kind(declaredIn: $0) })

    /// Reads and checks a configuration; every problem goes to standard error.
    static func configuration(at path: String) throws -> Configuration {
        do throws(ConfigurationFailure) {
            return try Configuration.load(path, catalog: catalog)
        } catch {
            for problem in error.problems { StandardError.line("\(problem)") }
            if error.isMissing { throw Exit.noInput }
            let count = error.problems.count { $0.severity == .error }
            throw Exit.saying("\(path): \(count) \(count == 1 ? "problem" : "problems")", Exit.configuration)
        }
    }

    /// Opens the journal of a configuration and wires everything to it.
    static func open(
        _ configuration: Configuration, log: Logger, period: Range<Timestamp>? = nil
    ) throws -> GatewaySession {
        let journal: SQLiteJournal
        do {
            journal = try SQLiteJournal(
                directory: configuration.dataDirectory, options: JournalOptions(dedupe: configuration.dedupe),
                now: GatewayClock.system.now)
        } catch let failure as JournalFailure {
            throw Exit.saying(failure.summary, Exit.inputOutput)
        }
        return try GatewaySession(configuration, journal, log, period: period)
    }

    /// Wires a configuration to a journal that is open already.
    init(
        _ configuration: Configuration, _ journal: any Journal, _ log: Logger, period: Range<Timestamp>? = nil
    ) throws {
        self.configuration = configuration
        self.journal = journal
        let http = CurlClient(agent: "earshot/\(Version.number)")
        do {
            assembly = try Assembly(
                configuration, in: .init(journal: journal, http: http, clock: .system, log: log), period: period)
        } catch let failure as ConfigurationFailure {
            throw Exit.saying(failure.description, Exit.configuration)
        }
    }
}
