internal import Earshot
internal import EarshotFormats
internal import Foundation
internal import Glibc

/// Watches a Maildir: takes every message that appears in its `new` and `cur`, once, and leaves it where it is.
package struct MaildirListener: ChannelListener {
    /// The channel's name.
    package var channel: String { desk.channel }
    private let desk: MailDesk
    private let path: String
    private let interval: Duration

    /// How many messages, and how many of their bytes, make a page.
    private static let pageCount = 256
    private static let pageSize = 16 << 20

    /// A watcher of the Maildir at `path`, which looks every `interval`.
    package init(desk: MailDesk, path: String, interval: Duration) {
        self.desk = desk
        self.path = path
        self.interval = interval
    }

    /// Watches until cancelled.
    package func run() async throws {
        try await desk.keepTrying {
            try await drain(nil)
            try await desk.clock.sleep(interval)
        }
    }

    /// Takes every message that is new.
    package func drain(_ taken: (@Sendable (IntakeTally) -> Void)?) async throws {
        var seen = SeenNames(try await desk.cursor())
        let files = try found()
        _ = seen.keep(only: files.lazy.map(\.unique))
        var waiting = files.filter { !seen.contains($0.unique) }[...]
        while !waiting.isEmpty {
            guard !seen.isFull else {
                throw FetchFailure.refused(
                    "more than \(SeenNames.limit) messages in \(path): move old ones away, or import them as files")
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
            let tally = try await desk.take(page.documents, unreadable: page.unreadable, advancing: seen.cursor)
            taken?(tally)
        }
        desk.heard()
    }

    /// A message's file.
    private struct File {
        /// Its path within the Maildir, flags included.
        var name: String
        /// The part of its name that stays when it is moved and its flags change.
        var unique: String
    }

    /// The files of all messages, oldest name first.
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
                throw FetchFailure.refused("no Maildir: \(path)/\(folder) cannot be read")
            }
        }
        return files.sorted { $0.unique < $1.unique }
    }

    /// Reads a message, or notes that it cannot be had; gives its size, or nil where it went away meanwhile.
    private func take(_ file: File, into page: inout MailPage) -> Int? {
        let path = "\(path)/\(file.name)"
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            // Renamed, its flags having changed: it is found the next time.
            if errno == ENOENT { return nil }
            page.leaveOut(file.name, unsafe String(cString: strerror(errno)))
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
