internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Reads the documents of a source by what its declaration says.
struct DeclaredAdapter: Adapter {
    /// What was declared, and what is set; it is made from a declaration, never decoded.
    struct Settings: Decodable {
        let declaration: Declaration
        /// The settings of the channel.
        let values: JSONObject

        init(_ declaration: Declaration, _ values: JSONObject) {
            self.declaration = declaration
            self.values = values
        }

        init(from decoder: any Decoder) throws {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "a declared adapter is made from its declaration"))
        }
    }

    static let name = "declared"
    static let version = "1.0"
    static let about = "Whatever an adapter.json declares"
    static let settings: [Setting] = []

    let kind: AdapterKind
    private let declaration: Declaration
    private let keepsRaw: Bool

    init(settings: Settings) {
        declaration = settings.declaration
        kind = AdapterKind(declaration)
        keepsRaw = settings.values["keep_raw"]?.truth ?? false
    }

    /// What an answer of the source says is wrong; nil where it is none that the source's declaration knows.
    func error(in answer: JSONValue, of response: FetchResponse) -> String? {
        var reader = DeclaredReader(declaration, root: answer, size: response.body.count, keepsRaw: false)
        return reader.error
    }

    /// Why an answer of the source is none: it is an error, or nothing that the source sends; nil where it is one.
    func refusal(in answer: JSONValue, of response: FetchResponse) -> String? {
        var reader = DeclaredReader(declaration, root: answer, size: response.body.count, keepsRaw: false)
        do throws(MalformedDocument) {
            try reader.check()
            return nil
        } catch {
            return error.reason
        }
    }

    /// Whether the declaration says which answers refuse the credentials.
    var tellsUnauthorized: Bool { declaration.unauthorized != nil }

    /// Whether an answer says that the credentials are not accepted.
    func isUnauthorized(_ answer: JSONValue, of response: FetchResponse) -> Bool {
        var reader = DeclaredReader(declaration, root: answer, size: response.body.count, keepsRaw: false)
        return reader.isUnauthorized
    }

    func read(_ document: Document) throws(MalformedDocument) -> Reading {
        let size = document.bytes.count
        let root: JSONValue
        var isRepaired = false
        let events = EventStream(document.bytes)
        if let events {
            root = events.value
        } else {
            (root, isRepaired) = try JSON.read(document.bytes) { (JSONValue($0), $1) }
        }
        var reader = DeclaredReader(declaration, root: root, size: size, keepsRaw: keepsRaw)
        var reading = try reader.read()
        if isRepaired { reading.append(defect: "recovered: not JSON as it was sent") }
        for defect in events?.defects ?? [] { reading.append(defect: defect.reason, at: defect.place) }
        return reading
    }
}

extension AdapterKind {
    /// The kind that a declaration makes.
    init(_ declaration: Declaration) {
        self.init(
            name: declaration.name, version: declaration.version, about: declaration.about,
            settings: declaration.settings, container: declaration.container
        ) { settings in
            let values = try JSONValue(parsing: settings).members ?? JSONObject()
            let reader = DeclaredAdapter(settings: .init(declaration, values))
            guard let asking = declaration.asking else { return reader }
            return DeclaredPoller(reader, asking, values)
        }
    }
}
