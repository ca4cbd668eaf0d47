internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import EarshotTesting
internal import Foundation
internal import Logging

/// `earshot check CONFIG`
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Try every channel and sink with the real credentials, and say what works.",
        discussion: """
            Each channel's source is asked once and nothing is kept; each sink is asked whether it would take \
            mentions, and given none. Then come the libraries that are loaded, who may look into the data directory, \
            how what is sent is encrypted, and who may ask. Prints a line each. The exit code is 69 where one of them \
            does not work.
            """)

    @Argument(help: "The configuration: a file, or a directory of files.")
    var config = "earshot.json"

    @OptionGroup var options: LogOptions

    /// What one try found.
    private struct Finding {
        var part: StaticString
        var name: String
        var says: String
        var works: Bool

        var json: [UInt8] {
            var fields = JSONFields()
            fields.string(part, name)
            fields.boolean("works", works)
            fields.string("says", says)
            return fields.withBytes { $0.array }
        }
    }

    func run() async throws {
        let configuration = try GatewaySession.configuration(at: config)
        let log = options.logger(hiding: configuration.secrets)
        let session = try GatewaySession(configuration, MemoryJournal(policy: configuration.dedupe), log)
        for warning in configuration.warnings { StandardError.line("\(warning)") }
        var isWhole = true
        let own = SafetyReport.findings(of: configuration).map {
            Finding(part: "gateway", name: $0.name, says: $0.says, works: $0.isWell)
        }
        for var finding in await Check.findings(of: session) + own {
            finding.says = configuration.secrets.masked(finding.says)
            isWhole = isWhole && finding.works
            try OperatorOptions.show([finding.json])
        }
        if !isWhole { throw Exit.unavailable }
    }

    private static func findings(of session: GatewaySession) async -> [Finding] {
        var findings: [Finding] = []
        for channel in session.configuration.channels {
            let listeners = session.assembly.listeners.filter { $0.channel == channel.name }
            if listeners.isEmpty {
                let says = "waits to be told at /hooks/\(channel.name), which only its source can try"
                findings.append(Finding(part: "channel", name: channel.name, says: says, works: true))
            }
            for listener in listeners {
                findings.append(await finding("channel", channel.name) { try await listener.check() })
            }
        }
        for courier in session.assembly.couriers {
            findings.append(await finding("sink", courier.name) { try await courier.check() })
        }
        return findings
    }

    private static func finding(
        _ part: StaticString, _ name: String, _ effort: () async throws -> String
    ) async -> Finding {
        do {
            return Finding(part: part, name: name, says: try await effort(), works: true)
        } catch let failure as FetchFailure {
            return Finding(part: part, name: name, says: failure.summary, works: false)
        } catch let failure as OperatorFailure {
            return Finding(part: part, name: name, says: failure.reason, works: false)
        } catch let failure as DeliveryFailure {
            return Finding(part: part, name: name, says: failure.summary, works: false)
        } catch {
            return Finding(part: part, name: name, says: "\(error)", works: false)
        }
    }
}
