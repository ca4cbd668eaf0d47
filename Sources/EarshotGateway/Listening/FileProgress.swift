internal import Earshot
internal import EarshotFormats
internal import Glibc

/// A file that was found, and what tells whether it has changed.
struct FoundFile: Sendable, Equatable {
    /// Its path.
    var path: String
    /// Its size in bytes.
    var size: Int64
    /// When it was last written, in milliseconds since 1970.
    var modified: Int64

    /// The file at `path`, or nil where there is none.
    init?(path: String) {
        var status = stat()
        guard path == "-" || (unsafe stat(path, &status)) == 0 else { return nil }
        self.path = path
        size = Int64(status.st_size)
        // Whoever made the file may have chosen any moment for it.
        let seconds = Duration.seconds(Int64(status.st_mtim.tv_sec))
        modified = (seconds + .nanoseconds(Int64(status.st_mtim.tv_nsec))).milliseconds
    }
}

/// A path whose last parts may hold `*`.
struct FilePattern: Sendable {
    /// The path as written.
    let path: String

    /// The most files that one pattern gives.
    private static let limit = 100_000

    init(_ path: String) { self.path = path }

    /// The files there are, by name.
    func matches() -> [FoundFile] {
        guard path.contains("*") else { return FoundFile(path: path).map { [$0] } ?? [] }
        var results = unsafe glob_t()
        defer { unsafe globfree(&results) }
        guard unsafe glob(path, GLOB_NOSORT, nil, &results) == 0 else { return [] }
        var found: [FoundFile] = []
        for index in 0..<min(Int(unsafe results.gl_pathc), FilePattern.limit) {
            guard let name = unsafe results.gl_pathv[index], let file = FoundFile(path: unsafe String(cString: name))
            else { continue }
            found.append(file)
        }
        return found.sorted { $0.path < $1.path }
    }
}

/// How far each file was read: the cursor of a channel that listens to files.
struct FileProgress {
    private struct Place {
        var size: Int64
        var modified: Int64
        var documents: Int
        var isDone: Bool
    }

    private var places: [String: Place] = [:]

    /// The most files that are remembered; the rest would be read again, and its mentions dropped as repeats.
    private static let limit = 20_000

    init(_ cursor: Cursor?) {
        guard let cursor, let files = (try? JSONValue(parsing: cursor.text))?["files"]?.members else { return }
        for (path, entry) in files {
            places[path] = Place(
                size: entry["size"]?.wholeNumber ?? -1, modified: entry["modified"]?.wholeNumber ?? -1,
                documents: Int(entry["documents"]?.wholeNumber ?? 0), isDone: entry["done"]?.truth ?? false)
        }
    }

    /// After which document to go on in a file; nil where it was read to its end and has not changed since.
    func place(in file: FoundFile) -> Int? {
        guard let place = places[file.path], place.size == file.size, place.modified == file.modified else { return 0 }
        return place.isDone ? nil : place.documents
    }

    /// Notes how far a file was read.
    mutating func reach(_ documents: Int, of file: FoundFile, isDone: Bool) {
        if places.count >= FileProgress.limit, places[file.path] == nil { places.removeAll() }
        places[file.path] = Place(size: file.size, modified: file.modified, documents: documents, isDone: isDone)
    }

    /// The progress as a cursor.
    var cursor: Cursor {
        var files = JSONObject()
        for (path, place) in places.sorted(by: { $0.key < $1.key }) {
            files[path] = [
                "size": .integer(place.size), "modified": .integer(place.modified),
                "documents": .integer(Int64(place.documents)), "done": .boolean(place.isDone),
            ]
        }
        let whole: JSONValue = ["files": .object(files)]
        return Cursor(whole.description)
    }
}
