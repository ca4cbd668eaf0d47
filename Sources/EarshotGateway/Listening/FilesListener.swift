package import Earshot
internal import EarshotFormats
internal import Logging

/// Reads the files of a channel that listens to `files`: each once, and again when it has changed.
///
/// Somebody may be writing mail at that moment: the last message of a file waits until the file has stayed the same
/// from one look to the next.
package struct FilesListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let patterns: [FilePattern]
    private let cut: DocumentReader.Cut
    private let isMail: Bool
    private let interval: Duration

    /// A listener to the files that `paths` name: each a file, a folder, `-`, or a pattern with `*`.
    package init(
        _ context: ListenerContext, paths: [String], adapter: any Adapter, interval: Duration
    ) {
        self.context = context
        patterns = paths.map { FilePattern($0) }
        let kind = adapter.kind
        isMail = kind.container == .mbox
        cut = DocumentReader.Cut(kind.container, companions: kind.companions, clock: context.clock.now)
        self.interval = interval
    }

    /// Looks for new and changed files, again and again.
    package func run() async throws {
        var seen: [String: FoundFile] = [:]
        while true {
            do {
                seen = try await look(nil) { !isMail || isStill($0, since: seen[$0.path]) }
                try await context.clock.sleep(interval)
            } catch let failure as JournalFailure where failure.isPassing {
                fail("what came cannot be stored: \(failure.summary)")
                try await context.clock.sleep(ListenerContext.storePause)
            }
        }
    }

    /// Looks whether there are files that can be read.
    package func check() async throws -> String {
        for pattern in patterns where pattern.matches().isEmpty {
            throw OperatorFailure.wrong("no file at \(pattern.path)")
        }
        let files = patterns.flatMap { $0.matches() }
        for file in files { _ = try DocumentReader(file.path, cut: cut) }
        return files.count == 1 ? "one file is there" : "\(files.count) files are there"
    }

    /// Reads every file that is new or has changed.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        _ = try await look(taken) { _ in true }
    }

    /// Whether nobody seems to be writing a file: it is as it was at the last look, or was written before there was
    /// one.
    private func isStill(_ file: FoundFile, since before: FoundFile?) -> Bool {
        guard FoundFile(path: file.path) == file else { return false }
        if let before { return before == file }
        return Timestamp(milliseconds: file.modified) + interval < context.clock.now()
    }

    /// Reads every file that is new or has changed, but for the last document of those that are not still; gives the
    /// files there were.
    private func look(
        _ taken: (@Sendable (IntakeTally) -> Void)?, isStill: (FoundFile) -> Bool
    ) async throws -> [String: FoundFile] {
        var progress = FileProgress(try await context.cursor())
        var missing = patterns.filter { $0.matches().isEmpty }.map { "no file at \($0.path)" }
        // After what could be read, which would have the last word else.
        defer { missing.forEach { fail($0) } }
        let files = patterns.flatMap { $0.matches() }
        for file in files {
            guard let after = progress.place(in: file) else { continue }
            do {
                try await read(file, after: after, isStill: isStill, &progress, taken)
            } catch let failure as InputFailure {
                missing.append(failure.description)
                continue
            }
            context.board.heard(from: channel, at: context.clock.now())
        }
        return isMail ? Dictionary(files.map { ($0.path, $0) }) { first, _ in first } : [:]
    }

    private func fail(_ reason: String) {
        context.board.failed(channel, reason, isBlocked: false)
        context.log.warning("\(channel): \(reason)", metadata: context.place)
    }

    /// Reads one file from a document on, page by page; each page is safe together with the place it reaches, and the
    /// next is read meanwhile.
    private func read(
        _ file: FoundFile, after ordinal: Int, isStill: (FoundFile) -> Bool, _ progress: inout FileProgress,
        _ taken: (@Sendable (IntakeTally) -> Void)?
    ) async throws {
        let reader = try DocumentReader(file.path, cut: cut, after: ordinal)
        var bytesBefore = 0
        var steps = StepsInTime(reader)
        var reached = ordinal
        var place = progress
        defer { progress = place }
        try await withThrowingTaskGroup(of: IntakeTally.self) { storing in
            var isLast = false
            while !isLast {
                let documents = steps.page { isStill(file) }
                reached = documents.reached ?? reached
                isLast = documents.isEmpty
                place.reach(reached, of: file, isDone: isLast && !steps.isHeldBack)
                var page = try await context.intake.read(documents.whole, unreadable: documents.unreadable)
                page.tally.bytes = reader.bytesRead - bytesBefore
                bytesBefore = reader.bytesRead
                try await report(storing.next(), taken)
                storing.addTask { [page, cursor = place.cursor, intake = context.intake] in
                    try await intake.store(page, advancing: cursor)
                }
            }
            try await report(storing.next(), taken)
        }
    }

    private func report(_ tally: IntakeTally?, _ taken: (@Sendable (IntakeTally) -> Void)?) {
        guard let tally else { return }
        context.report(tally)
        taken?(tally)
    }
}

/// The documents of a file, the last of them only where it is whole.
private struct StepsInTime {
    private let reader: DocumentReader
    private var ahead: DocumentReader.Step?
    /// Whether there is one more, which may not be whole.
    private(set) var isHeldBack = false

    init(_ reader: DocumentReader) {
        self.reader = reader
        ahead = reader.next()
    }

    /// The next document; `isWhole` is asked when it is the last.
    mutating func next(isWhole: () -> Bool) -> DocumentReader.Step? {
        guard !isHeldBack, let step = ahead else { return nil }
        ahead = reader.next()
        guard ahead == nil, !isWhole() else { return step }
        isHeldBack = true
        return nil
    }

    /// The documents of the next page, which is empty at the end.
    mutating func page(isWhole: () -> Bool) -> PageOfDocuments {
        var page = PageOfDocuments()
        while !page.isFull, let step = next(isWhole: isWhole) { page.append(step) }
        return page
    }
}

/// Documents that become one page.
private struct PageOfDocuments {
    private(set) var whole: [Document] = []
    private(set) var unreadable: [IntakeTally.Finding] = []
    /// The place of the last of them in the file.
    private(set) var reached: Int?
    private var size = 0

    /// How many documents, and how many of their bytes, become one page.
    private static let countLimit = 256
    private static let sizeLimit = 1 << 20

    var isEmpty: Bool { reached == nil }

    var isFull: Bool {
        whole.count + unreadable.count >= PageOfDocuments.countLimit || size >= PageOfDocuments.sizeLimit
    }

    mutating func append(_ step: DocumentReader.Step) {
        reached = step.ordinal
        switch step.document {
        case .success(let document):
            size += document.bytes.count
            whole.append(document)
        case .failure(let failure):
            let place = [step.location, failure.location].filter { !$0.isEmpty }.joined(separator: ", ")
            unreadable.append(.init(document: step.name, defect: Defect(reason: failure.reason, location: place)))
        }
    }
}
