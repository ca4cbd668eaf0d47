internal import ArgumentParser
internal import Earshot
internal import EarshotAdapters
internal import EarshotFormats
internal import EarshotGateway

/// `earshot normalize ADAPTER [FILE…|-]`
struct Normalize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "normalize",
        abstract: "Read documents and print their mentions, one a line.",
        discussion: """
            Each file is one document, or holds several: one JSON document a line, an mbox, a zip, a tar; packed with \
            gzip or zstd or not. What cannot be read is a defect, and the exit code is 1 at the end; it is 66 where \
            a file is not there, and the others are read. Nothing is remembered and no network is used.
            """)

    @Argument(help: "The adapter to read with; `earshot adapters` lists them.")
    var adapter: String

    @Argument(help: "Files, folders, or - for the standard input.")
    var files: [String] = ["-"]

    @Option(help: "Where defects go, one JSON object a line; standard error if not given.")
    var defects: String?

    @Option(help: "The media type that the documents were served with, as `text/xml; charset=koi8-r`.")
    var contentType: String?

    @Option(help: "The address that the documents were fetched from; relative links resolve against it.")
    var url: String?

    @Option(help: "The moment to write as observed_at, instead of now.")
    var observedAt: String?

    /// What `normalize ADAPTER [FILE…]` asks for, read without the parser; `nil` where an option is among `arguments`,
    /// or it is another command.
    ///
    /// Scripts start the program once for each document, and the parser takes most of such a start.
    static func withoutOptions(_ arguments: [String]) -> Normalize? {
        guard arguments.count > 1, arguments[0] == "normalize",
            arguments.allSatisfy({ $0 == "-" || !$0.hasPrefix("-") })
        else { return nil }
        var normalize = Normalize()
        normalize.adapter = arguments[1]
        normalize.files = arguments.count > 2 ? Array(arguments[2...]) : ["-"]
        (normalize.defects, normalize.contentType, normalize.url, normalize.observedAt) = (nil, nil, nil, nil)
        return normalize
    }

    func run() async throws {
        let adapter = try AdapterChoice.make(adapter)
        let moment = try observedAt.map { try AdapterChoice.moment($0) }
        var defects = try DefectOutput(path: defects)
        var output = LineOutput()
        let reading = ParallelReading(adapter: adapter)
        var missing: ExitCode?
        for file in files {
            let documents: DocumentReader
            do throws(ExitCode) {
                documents = try reader(of: file, adapter, moment)
            } catch {
                // It was said; the others are still read.
                missing = missing ?? error
                continue
            }
            try await reading.run(over: { nextDocument(of: documents) }) { part in
                try part.lines.withBytes { try output.add($0) }
                try defects.add(part.findings, adapter: adapter.kind.name)
            }
        }
        try output.flush()
        if let missing { throw missing }
        if defects.count > 0 { throw Exit.partly }
    }

    private func reader(
        of file: String, _ adapter: any Adapter, _ moment: Timestamp?
    ) throws(ExitCode) -> DocumentReader {
        let kind = adapter.kind
        let now = GatewayClock.system.now
        let cut = DocumentReader.Cut(kind.container, companions: kind.companions) { moment ?? now() }
        do throws(InputFailure) {
            return try DocumentReader(file, cut: cut)
        } catch {
            throw Exit.saying(error.description, error.isMissing ? Exit.noInput : Exit.inputOutput)
        }
    }

    private func nextDocument(of documents: DocumentReader) -> ParallelReading.Input? {
        let step: DocumentReader.Step
        switch documents.nextShare(of: ParallelReading.shareSize) {
        case .lines(var lines):
            lines.template.contentType = contentType
            lines.template.url = url
            return .lines(lines)
        case .step(let one): step = one
        case nil: return nil
        }
        switch step.document {
        case .success(var document):
            document.contentType = contentType
            document.url = url
            return .document(document, location: step.location)
        case .failure(let failure):
            return .unreadable(name: step.name, location: step.location, failure)
        }
    }
}

/// Defects on their way to a file or to standard error.
struct DefectOutput: ~Copyable {
    private var output: LineOutput
    private let descriptor: Int32

    /// How many there were.
    private(set) var count = 0

    /// An output to the file at `path`, which is written anew, or to standard error.
    init(path: String?) throws {
        descriptor = try path.map { try FileDescriptor.create($0) } ?? FileDescriptor.standardError
        output = LineOutput(descriptor: descriptor)
    }

    /// Writes findings, each a line, at once: there are few, and somebody may be waiting for them.
    mutating func add(_ findings: [ParallelReading.Finding], adapter: String) throws {
        guard !findings.isEmpty else { return }
        for finding in findings {
            count += 1
            var fields = JSONFields()
            fields.string("document", finding.document)
            fields.string("at", finding.location)
            fields.string("adapter", adapter)
            fields.string("reason", finding.reason)
            fields.boolean("malformed", finding.isMalformed)
            try fields.withBytes { try output.add($0) }
            try output.add(("\n" as StaticString).bytes)
        }
        try output.flush()
    }
}
