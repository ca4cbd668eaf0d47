import Earshot
import EarshotGateway

/// An adapter with every sort of setting, which asks and is told.
struct TelexAdapter: PollingAdapter, ReceivingAdapter {
    struct Settings: Decodable {
        var listen: String?
        var query: String?
        var secret: String?
        var limit: Int?
        var keep_raw: Bool?
    }

    static let name = "telex"
    static let version = "1.0"
    static let about = "Telex, as it was"
    static let settings = [
        Setting("listen", .choice(["search", "webhook"]), fallback: "search", about: "What is listened to."),
        Setting("query", .text, requiredWhen: ("listen", ["search"]), about: "What is searched for."),
        Setting("token", .secret, requiredWhen: ("listen", ["search"]), about: "The token."),
        Setting("secret", .secret, requiredWhen: ("listen", ["webhook"]), about: "Signs what is sent."),
        Setting("limit", .integer(1...500), fallback: "100", about: "How many a page holds."),
        Setting("base_url", .url, about: "Where the API is."),
        Setting("pause", .duration, about: "Between pages."),
        Setting("largest", .size, about: "The largest page."),
        Setting("keep_raw", .boolean, fallback: "false", about: "Whether raw is kept."),
        Setting("stations", .list(.text), about: "Which stations."),
        Setting("headers", .map(.secret), about: "Sent along."),
        Setting("proxy", .object([Setting("host", .text, isRequired: true, about: "Its host.")]), about: "A proxy."),
    ]

    let configured: Settings

    init(settings: Settings) throws {
        configured = settings
        if settings.query == "*" { throw Wrong(description: "a query must have a word") }
    }

    struct Wrong: Error, CustomStringConvertible { let description: String }

    func read(_ document: Document) throws(MalformedDocument) -> Reading { Reading(network: "telex") }

    func poll(after cursor: Cursor?, over http: any HTTPFetching) async throws -> Page { Page([], next: Cursor("{}")) }

    var webhook: Webhook? {
        configured.secret.map {
            Webhook(header: "X", prefix: "", encoding: .hexadecimal, secrets: [$0], challenge: .none)
        }
    }
}

/// An adapter that only reads files.
struct PaperAdapter: Adapter {
    struct Settings: Decodable {}

    static let name = "paper"
    static let version = "1.0"
    static let about = "Cuttings"
    static let settings: [Setting] = []

    init(settings: Settings) {}

    func read(_ document: Document) throws(MalformedDocument) -> Reading { Reading(network: "web") }
}

/// A sink with a setting.
struct ShelfSink: Sink {
    struct Settings: Decodable { var path: String }

    static let name = "shelf"
    static let about = "Keeps things"
    static let settings = [Setting("path", .path, isRequired: true, about: "Where.")]

    init(settings: Settings, surroundings: SinkSurroundings) {}

    func open(resuming state: SinkState?) {}
    func deliver(_ batch: Batch) -> SinkState? { nil }
    func close() {}
}

extension Catalog {
    static let test = Catalog(
        adapters: [AdapterKind(TelexAdapter.self), AdapterKind(PaperAdapter.self)], sinks: [ShelfSink.self])
}

extension SubstitutionSource {
    static let test = SubstitutionSource(
        variable: {
            ["TOKEN": "s3cret-token-of-the-test", "EMPTY": "", "LIMIT": "7", "PORT": "9000", "WORD": "*"][$0]
        },
        file: { $0.hasPrefix("/etc/acme/secrets/o") ? Array("from a file\r\n".utf8) : nil },
        isExposed: { $0.hasSuffix("open") })
}

extension Configuration {
    /// The configuration that a text in `/etc/acme` makes, or every problem.
    static func read(_ texts: String...) -> Result<Configuration, ConfigurationFailure> {
        let files = texts.enumerated().map { index, text in
            File(name: "\(index).json", bytes: Array(text.utf8))
        }
        return Result { () throws(ConfigurationFailure) in try check(files, in: "/etc/acme", .test, .test) }
    }

    /// The problems of a text, warnings included, without their places.
    static func problems(_ texts: String...) -> [String] {
        let files = texts.enumerated().map { index, text in
            File(name: "\(index).json", bytes: Array(text.utf8))
        }
        do throws(ConfigurationFailure) {
            return try check(files, in: "/etc/acme", .test, .test).warnings.map(\.shown)
        } catch {
            return error.problems.map(\.shown)
        }
    }
}

extension Problem {
    /// The problem without its place.
    var shown: String {
        var bare = self
        bare.place = nil
        return bare.description
    }
}
