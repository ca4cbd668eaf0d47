package import Earshot
internal import EarshotFormats
package import Logging

/// Reads the files of a channel that listens to `files`: each once, and again when it has changed.
package struct FilesListener: ChannelListener {
    /// The channel's name.
    package let channel: String
    private let pattern: FilePattern
    private let cut: DocumentReader.Cut
    private let interval: Duration
    private let intake: Intake
    private let journal: any Journal
    private let clock: GatewayClock
    private let board: StatusBoard
    private let log: Logger

    /// How many documents, and how many of their bytes, become one page.
    private static let pageCount = 256
    private static let pageSize = 1 << 20

    /// A listener to the files that `path` names: a file, a folder, `-`, or a pattern with `*` in its last parts.
    package init(
        channel: String, path: String, adapter: any Adapter, interval: Duration, intake: Intake,
        journal: any Journal, clock: GatewayClock, board: StatusBoard, log: Logger
    ) {
        self.channel = channel
        pattern = FilePattern(path)
        let kind = type(of: adapter)
        let now = clock.now
        cut = DocumentReader.Cut(kind.container, companions: kind.companions, clock: now)
        self.interval = interval
        self.intake = intake
        self.journal = journal
        self.clock = clock
        self.board = board
        self.log = log
    }

    /// Looks for new and changed files, again and again.
    package func run() async throws {
        while true {
            try await drain(nil)
            try await clock.sleep(interval)
        }
    }

    /// Reads every file that is new or has changed.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        var progress = FileProgress(try await journal.cursor(of: channel)?.value)
        let files = pattern.matches()
        if files.isEmpty {
            board.failed(channel, "no file at \(pattern.path)", isBlocked: false)
            log.warning("\(channel): no file at \(pattern.path)", metadata: ["channel": "\(channel)"])
            return
        }
        for file in files {
            guard let after = progress.place(in: file) else { continue }
            do {
                try await read(file, after: after, &progress, taken)
            } catch let failure as InputFailure {
                board.failed(channel, failure.description, isBlocked: false)
                log.warning("\(channel): \(failure)", metadata: ["channel": "\(channel)"])
                continue
            }
            board.heard(from: channel, at: clock.now())
        }
    }

    /// Reads one file from a document on, page by page; each page is safe together with the place it reaches.
    private func read(
        _ file: FoundFile, after ordinal: Int, _ progress: inout FileProgress,
        _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws {
        let reader = try DocumentReader(file.path, cut: cut, after: ordinal)
        while true {
            var page: [Document] = []
            var unreadable: [IntakeTally.Finding] = []
            var size = 0
            while page.count + unreadable.count < FilesListener.pageCount, size < FilesListener.pageSize,
                let step = reader.next()
            {
                switch step.document {
                case .success(let document):
                    size += document.bytes.count
                    page.append(document)
                case .failure(let failure):
                    let place = [step.location, failure.location].filter { !$0.isEmpty }.joined(separator: ", ")
                    unreadable.append(
                        .init(document: step.name, defect: Defect(reason: failure.reason, location: place)))
                }
            }
            let isLast = page.isEmpty && unreadable.isEmpty
            progress.reach(reader.ordinal, of: file, isDone: isLast)
            let tally = try await intake.take(page, unreadable: unreadable, advancing: progress.cursor)
            board.took(tally, from: channel)
            taken?(tally)
            for finding in tally.findings {
                log.warning("\(channel): \(finding.defect.reason)", metadata: finding.metadata(of: channel))
            }
            if isLast { return }
        }
    }
}
