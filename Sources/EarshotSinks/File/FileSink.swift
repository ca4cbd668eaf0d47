package import Earshot

/// Appends mentions to files, one JSON object a line, every mention exactly once.
///
/// What the sink remembers is how long each file was when a delivery was confirmed. When it is opened again, whatever
/// lies beyond is cut off, and the journal delivers it once more.
package struct FileSink: Sink {
    /// Where and how files are written.
    package struct Settings: Decodable, Sendable {
        var path: String
        var compress: Compression?
        var rotateSize: WrittenSize?
        var rotateEvery: WrittenDuration?
        var fsync: Fsync?

        private enum CodingKeys: String, CodingKey {
            case path, compress, fsync
            case rotateSize = "rotate_size"
            case rotateEvery = "rotate_every"
        }
    }

    /// When a delivery counts as done.
    enum Fsync: String, Decodable, Sendable, CaseIterable {
        /// Once it is on the disk.
        case batch
        /// Once the system has it: a power cut may lose it, the end of a process may not.
        case never
    }

    /// The word for `"sink"` in the configuration.
    package static let name = "file"
    /// One line for the list of sinks.
    package static let about = "Appends mentions to files, one JSON object a line, every mention exactly once."
    /// What may be set.
    package static let settings = [
        Setting(
            "path", .path, isRequired: true,
            about: "The file; `{network}`, `{channel}`, `{date}` and `{hour}` (UTC, when first held) are filled in."),
        Setting(
            "compress", .choice(Compression.allCases.map(\.rawValue)), fallback: "\"none\"",
            about: "How lines are packed; the file's name gets the ending."),
        Setting("rotate_size", .positiveSize, about: "A new part of the file is begun once it is so large."),
        Setting("rotate_every", .positiveDuration, about: "A new part of the file is begun once it is so old."),
        Setting(
            "fsync", .choice(Fsync.allCases.map(\.rawValue)), fallback: "\"batch\"",
            about: "Whether each batch waits for the disk; with `never` a power cut may lose lines, a crash may not."),
    ]

    private let shelf: FileShelf
    private let now: @Sendable () -> Timestamp

    /// A sink; throws where the path's template is wrong, and where a folder lies at the path.
    package init(settings: Settings, surroundings: SinkSurroundings) throws {
        let plan = FilePlan(
            template: try PathTemplate(settings.path), directory: surroundings.directory, name: surroundings.name,
            compression: settings.compress ?? .none, sizeLimit: settings.rotateSize?.bytes,
            ageLimit: settings.rotateEvery?.duration, syncs: settings.fsync != .never)
        if let path = plan.onlyPath, Directory.exists(path) {
            throw PathTemplate.Fault(description: "\(path) is a folder; expected the path of a file")
        }
        shelf = FileShelf(plan: plan)
        now = surroundings.now
    }

    /// A name for the journal that the files are written from.
    package var firstState: SinkState? { FileShelf.State.first }

    /// Cuts off what was not confirmed.
    package func open(resuming state: SinkState?) async throws(DeliveryFailure) {
        try await shelf.open(resuming: state?.text)
    }

    /// Writes a batch and gives the lengths of the files.
    package func deliver(_ batch: Batch) async throws(DeliveryFailure) -> SinkState? {
        SinkState(try await shelf.deliver(batch, at: now()))
    }

    /// Looks whether the folder that files go to may be written to.
    package func check() async throws(DeliveryFailure) -> String { try await shelf.check() }

    /// No file stays open between deliveries.
    package func close() async {}
}
