internal import ArgumentParser
internal import Earshot
internal import EarshotGateway
internal import Foundation
internal import Logging

/// How the log is written.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    /// Lines for people.
    case text
    /// One JSON object a line.
    case json
}

/// The options of every command that logs.
struct LogOptions: ParsableArguments {
    @Option(help: "The least level that is logged: trace, debug, info, notice, warning, error, critical.")
    var logLevel = "info"

    @Option(help: "How the log is written: text or json; json if standard error is no terminal.")
    var logFormat: LogFormat?

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("there is no log level \"\(logLevel)\"")
        }
    }

    /// A logger to standard error that shows none of `secrets`.
    func logger(hiding secrets: SecretBook) -> Logger {
        let format = logFormat ?? (StandardError.isTerminal ? .text : .json)
        var log = Logger(label: "earshot") { _ in LineLog(format: format, secrets: secrets) }
        log.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        return log
    }
}

/// Writes a log to standard error, a line an entry, whatever a source has put into it.
private struct LineLog: LogHandler {
    let format: LogFormat
    let secrets: SecretBook
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    /// How many bytes of one value are shown, and of how many secrets are hidden: one that is cut off is none any more.
    private static let valueLimit = 1024
    private static let lookLimit = 64 * 1024

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let moment = GatewayClock.system.now().description
        let message = shown(event.message.description)
        switch format {
        case .text:
            let extras = all.map { " \($0.key)=\(shown($0.value.description))" }.joined()
            StandardError.line("\(moment) \(event.level.rawValue.padded(to: 7)) \(message)\(extras)")
        case .json:
            var output = Output()
            output.literal("{\"time\":")
            output.string(moment)
            output.literal(",\"level\":")
            output.string(event.level.rawValue)
            output.literal(",\"message\":")
            output.string(message)
            for (key, value) in all {
                output.literal(",")
                output.string(key)
                output.literal(":")
                output.string(shown(value.description))
            }
            output.literal("}")
            StandardError.line(output.string)
        }
    }

    /// A value without secrets and without anything that could end its line or turn the terminal over.
    private func shown(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        var size = 0
        for scalar in secrets.masked(LineLog.beginning(of: text)).unicodeScalars {
            size += UTF8.width(scalar)
            guard size <= LineLog.valueLimit else { break }
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069:
                shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    /// The bytes of a text that are looked at: a character may have any number of them.
    private static func beginning(of text: String) -> String {
        text.utf8.count <= lookLimit ? text : String(decoding: text.utf8.prefix(lookLimit), as: UTF8.self)
    }
}
