internal import Earshot
internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

/// The files of one file sink, and how long each may be: what lies beyond was never confirmed and is cut off.
actor FileShelf {
    /// One path of the template: which part of it is being written, and how far.
    struct File: Codable {
        var part = 0
        var length = 0
        /// When the part was begun, in seconds since 1970.
        var opened: Int64
        /// The delivery that last wrote it.
        var written = 0
    }

    /// What the journal keeps with every confirmed delivery.
    struct State: Codable {
        var delivery = 0
        var files: [String: File] = [:]
        /// A word that no other journal's state has: what another has confirmed must not be undone.
        var origin: String?

        /// The state before the first delivery.
        static var first: SinkState? {
            var generator = SystemRandomNumberGenerator()
            let state = State(origin: Digest(high: generator.next(), low: generator.next()).hexadecimal)
            return (try? JSONEncoder().encode(state)).map { SinkState(String(decoding: $0, as: UTF8.self)) }
        }
    }

    /// How many files are remembered; one that was forgotten is appended to as any that was there before.
    private static let memory = 256

    private let executor: BlockingExecutor
    private let plan: FilePlan
    private var state = State()
    private var ledger = FileLedger(delivery: 0)
    /// Files whose length is not what the state says, so that they need a note before they are written.
    private var strange: Set<String> = []
    private var mustRecover = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Tries whether a delivery could be written, with a file of its own that is gone at once.
    func check() throws(DeliveryFailure) -> String {
        var folder = Directory.parent(of: plan.ledger)
        while unsafe access(folder, F_OK) != 0, folder != Directory.parent(of: folder) {
            folder = Directory.parent(of: folder)
        }
        try Directory.attempt(in: folder, plan.trial)
        return "\(folder) may be written to"
    }

    init(plan: FilePlan) {
        self.plan = plan
        executor = BlockingExecutor(label: "earshot.sink.file")
    }

    /// Makes the files hold exactly what the state says, and tries whether they can be written.
    func open(resuming text: String?) throws(DeliveryFailure) {
        state = State()
        if let text {
            guard let known = try? JSONDecoder().decode(State.self, from: Data(text.utf8)) else {
                throw .blocked(reason: "the state of the sink is not one of a file sink")
            }
            state = known
        }
        ledger = try FileLedger.read(plan.ledger) ?? FileLedger(delivery: 0)
        try recover()
        try Directory.remove(plan.ledger)
        _ = try check()
    }

    /// Writes a batch and gives the state that stands for it.
    func deliver(_ batch: Batch, at now: Timestamp) throws(DeliveryFailure) -> String {
        if mustRecover { try recover() }
        // Whoever asks for the next delivery has confirmed the one before, so that its note is of no use any more.
        if !ledger.lengths.isEmpty { try Directory.remove(plan.ledger) }
        var next = state
        next.delivery += 1
        ledger = FileLedger(delivery: next.delivery, origin: next.origin)
        mustRecover = true
        for share in plan.shares(of: batch) { try append(share, now, &next) }
        forget(in: &next)
        guard let data = try? JSONEncoder().encode(next) else { throw .transient(reason: "the state has no form") }
        state = next
        strange.subtract(ledger.lengths.keys)
        mustRecover = false
        return String(decoding: data, as: UTF8.self)
    }

    private func append(_ share: FilePlan.Share, _ now: Timestamp, _ next: inout State) throws(DeliveryFailure) {
        var file = next.files[share.path] ?? File(opened: now.seconds)
        if next.files[share.path] != nil, plan.isFull(file.length, since: file.opened, now: now.seconds) {
            file = File(part: file.part + 1, opened: now.seconds)
        }
        let path = plan.path(share.path, part: file.part)
        try note(path, share.path, file)
        try Directory.make(for: path)
        let isNew = unsafe access(path, F_OK) != 0
        if let descriptor = try Descriptor(path, O_WRONLY | O_APPEND | O_CREAT) {
            try descriptor.write(plan.compression.pack(try whole(share.lines, at: path)), path)
            if plan.syncs { try descriptor.sync(path) }
            file.length = try descriptor.length(path)
        }
        if isNew, plan.syncs { try Directory.sync(for: path) }
        file.written = next.delivery
        next.files[share.path] = file
    }

    /// Lines that begin on a line of their own, also where somebody left the last one of the file without its end.
    private func whole(_ lines: [UInt8], at path: String) throws(DeliveryFailure) -> [UInt8] {
        guard plan.compression == .none, let length = ledger.lengths[path] ?? nil, length > 0,
            let last = try Descriptor(path, O_RDONLY)?.byte(at: length - 1), last != UInt8(ascii: "\n")
        else { return lines }
        return [UInt8(ascii: "\n")] + lines
    }

    /// Notes what a file is like that the state does not know, or that is not what it says: moved away, as when logs
    /// are rotated, and begun anew.
    private func note(_ path: String, _ name: String, _ file: File) throws(DeliveryFailure) {
        guard ledger.lengths[path] == nil else { return }
        let length = try Descriptor(path, O_RDONLY)?.length(path)
        let isKnown = state.files[name]?.part == file.part && !strange.contains(path)
        guard !isKnown || length != file.length else { return }
        ledger.lengths.updateValue(length, forKey: path)
        try ledger.write(plan.ledger, syncs: plan.syncs)
    }

    /// Undoes whatever the state does not stand for.
    private func recover() throws(DeliveryFailure) {
        strange.removeAll()
        let isCurrent = ledger.delivery == state.delivery + 1 && ledger.origin == state.origin
        for (path, length) in isCurrent ? ledger.lengths : [:] {
            if let length { try cut(path, to: length) } else { try Directory.remove(path) }
        }
        for (name, file) in state.files {
            let path = plan.path(name, part: file.part)
            if isCurrent, ledger.lengths[path] != nil {
                strange.insert(path)
            } else if try cut(path, to: file.length) < file.length {
                strange.insert(path)
            }
        }
        mustRecover = false
    }

    /// Cuts a file that is longer, and tells how long it is then.
    @discardableResult
    private func cut(_ path: String, to length: Int) throws(DeliveryFailure) -> Int {
        guard let file = try Descriptor(path, O_WRONLY) else { return 0 }
        let found = try file.length(path)
        guard found > length else { return found }
        try file.truncate(to: length, path)
        if plan.syncs { try file.sync(path) }
        return length
    }

    private func forget(in state: inout State) {
        guard state.files.count > FileShelf.memory else { return }
        let oldest = state.files.sorted { $0.value.written < $1.value.written }
        for (name, _) in oldest.prefix(state.files.count - FileShelf.memory) { state.files[name] = nil }
    }
}
