internal import Earshot
internal import EarshotFormats
internal import Foundation
internal import Glibc
internal import Logging

/// Watches a Maildir: takes every message that appears in its `new` and `cur`, once, and leaves it where it is.
package struct MaildirListener: ChannelListener {
    /// The channel's name.
    package var channel: String { context.channel }
    private let context: ListenerContext
    private let path: String
    private let interval: Duration
    private let memory: Int

    /// How many messages, and how many of their bytes, make a page.
    private static let pageCount = 256
    private static let pageSize = 16 << 20
    /// How long what comes at once may gather before it is taken.
    static let gathering = Duration.milliseconds(250)

    /// A watcher of the Maildir at `path`, which also looks every `interval`, told of something or not.
    ///
    /// Of so many messages the names are remembered; of more the older ones by the last of them.
    package init(context: ListenerContext, path: String, interval: Duration, memory: Int = SeenNames.limit) {
        self.context = context
        self.path = path
        self.interval = interval
        self.memory = memory
    }

    /// Watches until cancelled.
    package func run() async throws {
        let (nudges, nudge) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await context.clock.sleep(interval)
                    nudge.yield()
                }
            }
            group.addTask { try await take(at: nudges) { nudge.yield() } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Takes what is new now and at every nudge; the kernel is asked to give some.
    private func take(at nudges: AsyncStream<Void>, nudge: @escaping @Sendable () -> Void) async throws {
        var nudges = nudges.makeAsyncIterator()
        var watch: MaildirWatch?
        var isUnwatchable = false
        try await context.keepTrying {
            if watch == nil, !isUnwatchable {
                do throws(MaildirWatch.Failure) {
                    watch = try MaildirWatch(path, nudge)
                } catch {
                    isUnwatchable = true
                    context.log.notice("\(channel): \(unwatched(error))", metadata: context.place)
                }
            }
            try await drain(nil)
            _ = await nudges.next(isolation: #isolation)
            try await context.clock.sleep(MaildirListener.gathering)
        } afterFailure: {
            // What comes after it may be another folder of the same name.
            (watch, isUnwatchable) = (nil, false)
        }
    }

    private func unwatched(_ failure: MaildirWatch.Failure) -> String {
        "\(path) cannot be watched (\(failure.reason)), and is looked at every \(interval)"
    }

    /// Looks whether there is a Maildir whose messages can be read; none is.
    package func check() async throws -> String {
        let files = try found()
        let shut = files.filter { unsafe access("\(path)/\($0.name)", R_OK) != 0 && errno != ENOENT }
        if let first = shut.first {
            throw FetchFailure.refused(
                "\(shut.count) of \(files.count) messages in \(path) may not be read, such as \(first.name)")
        }
        do throws(MaildirWatch.Failure) {
            _ = try MaildirWatch(path) {}
            return "\(files.count) messages are there"
        } catch {
            return "\(files.count) messages are there; \(unwatched(error))"
        }
    }

    /// Takes every message that is new.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        var seen = SeenNames(try await context.cursor(), limit: memory)
        let files = try found()
        let names = files.map(\.unique)
        if !seen.settle(among: names) {
            context.log.notice("\(channel): old messages have come into \(path), and it is read anew")
        }
        var waiting = files.filter { !seen.contains($0.unique) }[...]
        while !waiting.isEmpty {
            guard !seen.isFull || seen.makeRoom(among: names) else {
                throw FetchFailure.unreachable("messages in \(path) were renamed while they were read")
            }
            var page = MailPage()
            var size = 0
            while let file = waiting.first, page.documents.count + page.unreadable.count < MaildirListener.pageCount,
                size < MaildirListener.pageSize
            {
                if let bytes = take(file, into: &page) {
                    size += bytes
                    seen.insert(file.unique)
                }
                waiting.removeFirst()
            }
            let tally = try await context.take(page.documents, unreadable: page.unreadable, advancing: seen.cursor)
            taken?(tally)
        }
        context.heard()
    }

    /// A message's file.
    private struct File {
        /// Its path within the Maildir, flags included.
        var name: String
        /// The part of its name that stays when it is moved and its flags change.
        var unique: String
    }

    /// The files of all messages, oldest name first. One that was moved meanwhile is there once.
    private func found() throws -> [File] {
        var files: [File] = []
        for folder in ["new", "cur"] {
            do {
                for name in try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")
                where !name.hasPrefix(".") {
                    let unique = String(name.prefix { $0 != ":" && $0 != "!" && $0 != ";" })
                    files.append(File(name: "\(folder)/\(name)", unique: unique))
                }
            } catch {
                let reason =
                    unsafe access("\(path)/\(folder)", R_OK | X_OK) == 0 ? "\(error)" : MaildirListener.lastError
                throw FetchFailure.refused("no Maildir: \(path)/\(folder) cannot be read: \(reason)")
            }
        }
        files.sort { $0.unique < $1.unique }
        var last: String?
        files.removeAll { file in
            defer { last = file.unique }
            return file.unique == last
        }
        return files
    }

    /// What the system had against the last call.
    private static var lastError: String { unsafe String(cString: strerror(errno)) }

    /// Reads a message, or notes that it cannot be had; gives its size, or nil where it went away meanwhile.
    private func take(_ file: File, into page: inout MailPage) -> Int? {
        let path = "\(path)/\(file.name)"
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            // Renamed, its flags having changed: it is found the next time.
            if errno == ENOENT { return nil }
            page.leaveOut(file.name, MaildirListener.lastError)
            return 0
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            page.leaveOut(file.name, "no file")
            return 0
        }
        guard status.st_size <= MailLimits.message else {
            page.leaveOut(file.name, "larger than \(MailLimits.message >> 20) MiB")
            return 0
        }
        var document = Document(MaildirListener.bytes(of: descriptor, Int(status.st_size)), observedAt: .earliest)
        document.name = file.name
        document.via = .poll
        page.documents.append(document)
        return document.bytes.count
    }

    /// A file's bytes, of which there are no more than were counted.
    private static func bytes(of descriptor: Int32, _ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = unsafe read(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got <= 0 { return }
                filled += got
            }
        }
    }
}
