internal import Earshot
internal import Glibc

/// The file of a program, looked at without being run.
struct ProgramFile {
    private let name: String
    private let path: String
    private let directory: String

    /// How much of a script's first line is read, as by Linux.
    private static let lineLimit = 256

    /// The file at a path relative to the folder that it is run in.
    init(_ path: String, in directory: String) {
        name = path
        self.path = path.hasPrefix("/") ? path : "\(directory)/\(path)"
        self.directory = directory
    }

    /// Tells that it could be run; throws why it could not.
    func check() throws(FetchFailure) -> String {
        guard unsafe access(directory, X_OK) == 0 else { throw refusal(of: directory) }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw refusal(of: name) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FetchFailure.refused("\(name) is no file of a program") }
        guard unsafe access(path, X_OK) == 0 else {
            throw FetchFailure.refused("\(name) may not be run: chmod +x \(path)")
        }
        if let interpreter = interpreter(), unsafe access(place(of: interpreter), X_OK) != 0 {
            throw FetchFailure.refused("\(name) is a script for \(interpreter), which is not there or may not be run")
        }
        return "\(name) can be run; it was not, as it might take what it has"
    }

    private func refusal(of file: String) -> FetchFailure {
        .refused("the program cannot be run: \(file): \(unsafe String(cString: strerror(errno)))")
    }

    private func place(of file: String) -> String { file.hasPrefix("/") ? file : "\(directory)/\(file)" }

    /// What a script is for, by its first line; nil where it is none, or may be run and not read.
    private func interpreter() -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: ProgramFile.lineLimit)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 2, bytes.starts(with: Array("#!".utf8)) else { return nil }
        let line = bytes[2..<count].prefix { $0 != 0x0A }
        let word = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
        return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
    }
}
