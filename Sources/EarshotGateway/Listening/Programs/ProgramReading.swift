internal import Earshot
internal import Synchronization

/// What one run of a program has said so far, cut into pages.
final class ProgramReading: Sendable {
    /// What some lines said.
    struct Page {
        var documents: [Document] = []
        var unreadable: [IntakeTally.Finding] = []
        var state: Cursor?

        var isEmpty: Bool { documents.isEmpty && unreadable.isEmpty && state == nil }
    }

    private struct Progress {
        var cutter: LineCutter
        var state: Cursor?
        var hasNews = false
    }

    private let channel: String
    private let adapter: any ProgramAdapter
    private let limit: Int
    private let progress: Mutex<Progress>

    /// A run that was handed a state.
    init(channel: String, adapter: any ProgramAdapter, lineLimit: Int, state: Cursor?) {
        self.channel = channel
        self.adapter = adapter
        limit = lineLimit
        progress = Mutex(Progress(cutter: LineCutter(limit: lineLimit), state: state))
    }

    /// Whether anything has come that was not known: a mention, or another state than before.
    var hasNews: Bool { progress.withLock { $0.hasNews } }

    /// Takes note of what became of a page.
    func note(_ page: Page, _ tally: IntakeTally) {
        progress.withLock { progress in
            if tally.receipt.stored > 0 || page.state.map({ $0 != progress.state }) ?? false { progress.hasNews = true }
            progress.state = page.state ?? progress.state
        }
    }

    /// The lines that a piece of output ends.
    func lines(of piece: [UInt8]) -> [LineCutter.Line] { progress.withLock { $0.cutter.cut(piece) } }

    /// What was printed last, without a line's end; nil where nothing was.
    func rest() -> [LineCutter.Line]? { progress.withLock { $0.cutter.rest() }.map { [$0] } }

    /// What lines said; a state among them stands for everything before it, and for more does no harm.
    func page(of lines: [LineCutter.Line], at moment: Timestamp) -> Page {
        var page = Page()
        for line in lines {
            switch line {
            case .tooLong:
                let defect = Defect(reason: "a line longer than \(limit) bytes")
                page.unreadable.append(IntakeTally.Finding(document: "", defect: defect))
            case .whole(let bytes):
                switch adapter.message(of: bytes) {
                case .document: page.documents.append(document(bytes, at: moment))
                case .state(let state): page.state = state
                case .nothing: break
                }
            }
        }
        return page
    }

    private func document(_ bytes: [UInt8], at moment: Timestamp) -> Document {
        var document = Document(bytes, observedAt: moment)
        document.via = .poll
        return document
    }
}
