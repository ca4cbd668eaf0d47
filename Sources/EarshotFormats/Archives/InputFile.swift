internal import Earshot
internal import Glibc

/// A file that is to be read: where it is, and what it is called in documents.
struct InputFile {
    /// The path; empty where there is a descriptor.
    var path = ""
    /// An open file, which is left open.
    var descriptor: Int32?
    /// The name, or the path within the folder that was given.
    var name: String
    /// The size, where it is a regular file.
    var size: Int?
    /// One message of a Maildir, never to be cut.
    var isMessage = false

    /// How deep folders are entered, and how many files are taken from one.
    private static let depthLimit = 32
    private static let countLimit = 5_000_000

    /// A file at a path.
    init(path: String, name: String, size: Int?, isMessage: Bool = false) {
        self.path = path
        self.name = name
        self.size = size
        self.isMessage = isMessage
    }

    /// An open file.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        var status = stat()
        if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            size = Int(status.st_size)
        }
    }

    /// Whether the name says that there is no text in it.
    var isPassedOver: Bool { !isMessage && descriptor == nil && FileSignature.isAsset(name) }

    /// The file at `path`, or every file of the folder there, in the order of their names.
    static func all(at path: String) throws(InputFailure) -> [InputFile] {
        if path == "-" { return [InputFile(descriptor: 0, name: "-")] }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw InputFailure(path: path, code: errno) }
        let name = String(path.split(separator: "/").last ?? "")
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            var found: [InputFile] = []
            try enter(path, named: "", depth: 0, &found)
            return found
        case S_IFREG: return [InputFile(path: path, name: name, size: Int(status.st_size))]
        default: return [InputFile(path: path, name: name, size: nil)]
        }
    }

    /// Adds the files of a folder; links, hidden files and a Maildir's `tmp` are left out.
    private static func enter(
        _ folder: String, named prefix: String, depth: Int, _ found: inout [InputFile]
    ) throws(InputFailure) {
        let names = try entries(of: folder)
        let isMaildir = names.contains("cur") && names.contains("new")
        let holdsMessages =
            prefix == "cur/" || prefix == "new/" || prefix.hasSuffix("/cur/") || prefix.hasSuffix("/new/")
        for name in names where found.count < countLimit {
            if isMaildir && name == "tmp" { continue }
            let path = "\(folder)/\(name)"
            var status = stat()
            guard unsafe lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where depth < depthLimit && (isMaildir || !name.hasPrefix(".")):
                try enter(path, named: "\(prefix)\(name)/", depth: depth + 1, &found)
            case S_IFREG where !name.hasPrefix("."):
                found.append(
                    InputFile(
                        path: path, name: prefix + name, size: Int(status.st_size), isMessage: holdsMessages))
            default: continue
            }
        }
    }

    /// The names in a folder, sorted.
    private static func entries(of folder: String) throws(InputFailure) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw InputFailure(path: folder, code: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

extension InputFailure {
    /// What the system's error number means for a path.
    init(path: String, code: Int32) {
        self.init(path: path, reason: unsafe String(cString: strerror(code)), isMissing: code == ENOENT)
    }
}
