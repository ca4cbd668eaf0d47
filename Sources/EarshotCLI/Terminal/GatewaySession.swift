internal import ArgumentParser
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
        adapters: BuiltInAdapters.names, sinks: BuiltInSinks.all, finding: { try BuiltInAdapters.kind(of: $0) })

    /// Reads and checks a configuration; every problem goes to standard error.
    static func configuration(at path: String) throws -> Configuration {
        ProcessGuard.engage()
        do throws(ConfigurationFailure) {
            let configuration = try Configuration.load(path, catalog: catalog)
            StandardError.hide(configuration.secrets)
            return configuration
        } catch {
            for problem in error.problems { StandardError.line("\(problem)") }
            if error.isMissing { throw Exit.noInput }
            let count = error.problems.count { $0.severity == .error }
            throw Exit.saying("\(path): \(count) \(count == 1 ? "problem" : "problems")", Exit.configuration)
        }
    }

    /// Opens the journal of a configuration and wires everything to it.
    static func open(
        _ configuration: Configuration, log: Logger, period: Range<Timestamp>? = nil, recovers: Bool = false
    ) throws -> GatewaySession {
        let journal: SQLiteJournal
        do {
            journal = try SQLiteJournal(
                directory: configuration.dataDirectory,
                options: JournalOptions(
                    dedupe: configuration.dedupe, keeping: configuration.keeping, recovers: recovers,
                    broken: { GatewaySession.abandon($0) }),
                now: GatewayClock.system.now)
        } catch let failure as JournalFailure {
            throw OpeningFailure(description: failure.summary, code: Exit.inputOutput)
        }
        if let folder = journal.recovered {
            log.notice(
                "the damaged journal was set aside; sources are asked again for what came since",
                metadata: ["folder": "\(folder)"])
        }
        return try GatewaySession(configuration, journal, log, period: period)
    }

    /// Why a configuration cannot be run, and the code that a command ends with for it.
    struct OpeningFailure: Error, CustomStringConvertible {
        let description: String
        let code: ExitCode
    }

    /// Ends at once: what the disk did not confirm may be gone, and anything written now would stand on it.
    private static func abandon(_ failure: JournalFailure) {
        StandardError.line("earshot: \(failure.summary)")
        _exit(Exit.inputOutput.rawValue)
    }

    /// Says which sinks hold back the journal although the configuration has them no more.
    func sayWhoIsMissing(_ log: Logger) async throws {
        let status = try await journal.status()
        let names = Set(configuration.sinks.map(\.name))
        for (name, position) in status.sinks.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            log.notice(
                "sink \(name) is not configured any more: what waits for it is kept until it is again, or until `earshot state retire \(name)`",
                metadata: ["mentions": "\(status.head - position)"])
        }
    }

    /// Wires a configuration to a journal that is open already.
    init(
        _ configuration: Configuration, _ journal: any Journal, _ log: Logger, period: Range<Timestamp>? = nil
    ) throws {
        self.configuration = configuration
        self.journal = journal
        let http = CurlClient(
            agent: "earshot/\(Version.number)", authorities: configuration.authorities,
            networks: PrivateNetworks(configuration.networks))
        do {
            assembly = try Assembly(
                configuration, in: .init(journal: journal, http: http, clock: .system, log: log), period: period)
        } catch let failure as ConfigurationFailure {
            throw OpeningFailure(description: failure.description, code: Exit.configuration)
        }
    }
}
