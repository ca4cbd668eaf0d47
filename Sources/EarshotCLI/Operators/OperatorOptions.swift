internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import Foundation
internal import Logging

/// What the commands for operators share: the way to a gateway's journal, whether it runs or not.
struct OperatorOptions: ParsableArguments {
    @Option(help: "The configuration: a file, or a directory of files.")
    var config = "earshot.json"

    @OptionGroup var log: LogOptions

    /// Hands over the desk of the running gateway, or of the journal where none runs.
    func withDesk<Result>(_ body: (any OperatorDesk) async throws -> Result) async throws -> Result {
        let configuration = try GatewaySession.configuration(at: config)
        do {
            if let remote = try await runningDesk(of: configuration) { return try await body(remote) }
            let log = log.logger(hiding: configuration.secrets)
            let session = try GatewaySession.open(configuration, log: log)
            let desk = JournalDesk(session.assembly, journal: session.journal, isRunning: false, clock: .system)
            do {
                let result = try await body(desk)
                try await session.journal.close()
                return result
            } catch {
                try? await session.journal.close()
                throw error
            }
        } catch let failure as OperatorFailure {
            guard case .wrong = failure else { throw Exit.saying(failure.reason, Exit.unavailable) }
            throw Exit.saying(failure.reason, Exit.usage)
        } catch let failure as JournalFailure {
            throw Exit.saying(failure.summary, Exit.inputOutput)
        }
    }

    /// The desk of the gateway that runs on a configuration's data directory; nil where none does.
    func runningDesk(of configuration: Configuration) async throws -> RemoteDesk? {
        let directory = configuration.dataDirectory
        guard FileManager.default.fileExists(atPath: directory + "/state.lock") else {
            throw Exit.saying("\(directory): no gateway has run here yet, so there is nothing to see", Exit.noInput)
        }
        guard try SQLiteJournal.isInUse(directory: directory) else { return nil }
        let http = CurlClient(agent: "earshot/\(Version.number)")
        guard let desk = RemoteDesk(directory: directory, http: http) else {
            throw Exit.saying(
                "a gateway or another command is at work on \(directory) and cannot be asked; try again when it has "
                    + "ended", Exit.unavailable)
        }
        return desk
    }
}

extension OperatorOptions {
    /// Prints records, one a line.
    static func show(_ records: [[UInt8]]) throws {
        var output = LineOutput()
        for record in records { try (record + [0x0A]).withBytes { try output.add($0) } }
        try output.flush()
    }
}
