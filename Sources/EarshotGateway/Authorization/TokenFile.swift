internal import Earshot
internal import EarshotFormats
internal import Glibc

/// Where the newest refresh token of a channel is kept: a file that only its owner can read, never half written.
struct TokenFile: Sendable {
    /// Why it could not be written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String

    /// The largest file that is read.
    private static let sizeLimit = 1 << 20

    /// A file at a path.
    init(_ path: String) { self.path = path }

    private var fresh: String { path + ".new" }

    /// The newest grant of a chain that began with `first`; nil where the operator has begun a new one.
    ///
    /// What was written whole but not yet renamed when the gateway died is newer than the file that it should replace.
    func load(begunWith first: Secret?) -> TokenGrant? {
        guard let first else { return nil }
        if let newest = TokenFile.grant(in: fresh, begunWith: first) {
            _ = unsafe rename(fresh, path)
            return newest
        }
        return TokenFile.grant(in: path, begunWith: first)
    }

    /// Replaces the file at once or not at all: written, synced, renamed, and the directory synced.
    func store(_ grant: TokenGrant, begunWith first: Secret) throws(Failure) {
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try makeDirectories(directory)
        try write(TokenFile.text(of: grant, begunWith: first))
        guard unsafe rename(fresh, path) == 0 else { throw TokenFile.failure("rename", path) }
        let descriptor = unsafe open(directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TokenFile.failure("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw TokenFile.failure("sync", directory) }
    }

    private func write(_ text: String) throws(Failure) {
        _ = unsafe unlink(fresh)
        let descriptor = unsafe open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw TokenFile.failure("create", fresh) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw TokenFile.failure("write", fresh) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw TokenFile.failure("sync", fresh) }
    }

    private func makeDirectories(_ directory: String) throws(Failure) {
        var partial = directory.hasPrefix("/") ? "" : "."
        for part in directory.split(separator: "/") {
            partial += "/\(part)"
            guard unsafe mkdir(partial, 0o700) == 0 || errno == EEXIST else {
                throw TokenFile.failure("create", partial)
            }
        }
    }

    private static func failure(_ act: String, _ path: String) -> Failure {
        Failure(description: "\(act) \(path): \(unsafe String(cString: strerror(errno)))")
    }

    // The text.

    private static func text(of grant: TokenGrant, begunWith first: Secret) -> String {
        var members: JSONObject = ["begun_with": .string(mark(of: first))]
        members["refresh_token"] = grant.refresh.map { .string($0.reveal()) }
        members["access_token"] = grant.access.map { .string($0.reveal()) }
        members["over"] = grant.over.map { .string($0.description) }
        return JSONValue.object(members).description + "\n"
    }

    private static func grant(in path: String, begunWith first: Secret) -> TokenGrant? {
        guard let text = contents(of: path), let value = try? JSONValue(parsing: text),
            value["begun_with"]?.text == mark(of: first), let refresh = value["refresh_token"]?.text
        else { return nil }
        return TokenGrant(
            access: value["access_token"]?.text.map { Secret($0) }, refresh: Secret(refresh),
            over: value["over"]?.text.flatMap { Times.parse($0) })
    }

    /// Tells chains apart without holding the token that one began with.
    private static func mark(of first: Secret) -> String { Digest(of: Array(first.reveal().utf8)).hexadecimal }

    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= sizeLimit {
            let count = unsafe part.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? nil : bytes }
            bytes += part[..<count]
        }
        return nil
    }
}
