internal import EarshotFormats
internal import Foundation
internal import Glibc

extension Configuration {
    /// One file of a configuration.
    package struct File: Sendable {
        /// Its path, for messages.
        package var name: String
        /// Its bytes.
        package var bytes: [UInt8]

        /// A file of known bytes.
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The largest file of a configuration, in bytes.
    private static let sizeLimit = 4 * 1024 * 1024

    /// Reads and checks a configuration: a file, or every `.json` file of a directory, merged by section.
    package static func load(
        _ path: String, catalog: Catalog, source: SubstitutionSource = .process
    ) throws(ConfigurationFailure) -> Configuration {
        var isDirectory: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw missing("there is no file or directory \(path)")
        }
        let absolute = URL(fileURLWithPath: path).path
        guard isDirectory.boolValue else {
            let file = File(name: path, bytes: try bytes(of: path))
            return try check([file], in: (absolute as NSString).deletingLastPathComponent, catalog, source)
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        var files: [File] = []
        for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
            files.append(File(name: "\(path)/\(name)", bytes: try bytes(of: "\(path)/\(name)")))
        }
        guard !files.isEmpty else { throw missing("there is no .json file in \(path)") }
        return try check(files, in: absolute, catalog, source)
    }

    /// Checks the files of a configuration; every problem is found at once.
    package static func check(
        _ files: [File], in directory: String, _ catalog: Catalog, _ source: SubstitutionSource
    ) throws(ConfigurationFailure) -> Configuration {
        var merger = ConfigurationMerger()
        for file in files { merger.add(file) }
        if !merger.faults.isEmpty { throw ConfigurationFailure(problems: merger.faults) }
        var substitution = Substitution(source: source, directory: directory)
        let value = substitution.apply(to: merger.value)
        let check = SettingsCheck(
            original: merger.value, replaced: substitution.replaced, exposed: substitution.exposed,
            problems: substitution.problems)
        var reader = ConfigurationReader(value, check: check, catalog: catalog, directory: directory)
        var (configuration, found) = reader.read()
        found += merger.problems
        let problems = Set(found).sorted().map { merger.placed($0).hiding(configuration.secrets) }
        guard !problems.contains(where: { $0.severity == .error }) else {
            throw ConfigurationFailure(problems: problems)
        }
        configuration.warnings = problems
        return configuration
    }

    private static func bytes(of path: String) throws(ConfigurationFailure) -> [UInt8] {
        guard let bytes = FileBytes.read(path, limit: sizeLimit) else { throw missing("\(path) cannot be read") }
        guard bytes.count <= sizeLimit else { throw missing("\(path) is larger than 4 MiB") }
        return bytes
    }

    private static func missing(_ reason: String) -> ConfigurationFailure {
        ConfigurationFailure(isMissing: true, problems: [Problem("", reason)])
    }
}

/// Puts the files of a configuration together, section by section.
private struct ConfigurationMerger {
    /// What is written in all files.
    var value: JSONValue { .object(members) }
    /// Why files cannot be read at all.
    private(set) var faults: [Problem] = []
    /// What stands twice.
    private(set) var problems: [Problem] = []

    private var members = JSONObject()
    private var places: [String: Problem.Place] = [:]

    mutating func add(_ file: Configuration.File) {
        do throws(ConfigurationText.Fault) {
            let text = try ConfigurationText(file.bytes)
            guard let sections = text.value.members else {
                faults.append(Problem("", "\(file.name) is not an object in braces"))
                return
            }
            for (pointer, line) in text.lines where places[pointer] == nil {
                places[pointer] = Problem.Place(file: file.name, line: line)
            }
            for pointer in text.repeated {
                problems.append(Problem(pointer, "the key stands twice; the last would hold"))
            }
            for (key, section) in sections where key != "//" { merge(key, section, of: file) }
        } catch {
            var fault = Problem("", "not JSON: \(error.reason) (column \(error.column))")
            fault.place = Problem.Place(file: file.name, line: error.line)
            faults.append(fault)
        }
    }

    /// A section that another file has too gets the members that this one has.
    private mutating func merge(_ key: String, _ section: JSONValue, of file: Configuration.File) {
        guard let known = members[key] else {
            members[key] = section
            return
        }
        let pointer = "/" + JSONPointer.escape(key)
        guard var merged = known.members, let further = section.members else {
            if key != "$schema" { problems.append(Problem(pointer, "stands in two files, again in \(file.name)")) }
            return
        }
        for (name, value) in further where name != "//" {
            if merged[name] != nil {
                let place = "\(pointer)/\(JSONPointer.escape(name))"
                problems.append(Problem(place, "stands in two files, again in \(file.name)"))
            }
            merged[name] = value
        }
        members[key] = .object(merged)
    }

    /// The problem with the line that it is in, or that what it is missing from begins in.
    func placed(_ problem: Problem) -> Problem {
        var problem = problem
        var pointer = problem.pointer
        while places[pointer] == nil, let slash = pointer.lastIndex(of: "/") { pointer = String(pointer[..<slash]) }
        problem.place = places[pointer]
        return problem
    }
}

extension SubstitutionSource {
    /// The process's environment and the machine's files.
    package static let process = SubstitutionSource(
        variable: { ProcessInfo.processInfo.environment[$0] },
        file: { FileBytes.read($0, limit: Substitution.sizeLimit) },
        isExposed: { path in
            // Containers mount secrets so that everybody in the container can read them; systemd's credentials are in a
            // folder that nobody else can enter.
            let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"].map { $0 + "/" }
            let isKept = path.hasPrefix("/run/secrets/") || credentials.map { path.hasPrefix($0) } ?? false
            // Of the file itself, where the path is a link: links are open to everybody.
            var status = stat()
            return unsafe !isKept && stat(path, &status) == 0 && status.st_mode & 0o007 != 0
        })
}

/// Files that are taken in whole, within bounds.
private enum FileBytes {
    /// A file's first bytes, one more than `limit` at most; nil where it cannot be read.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            do {
                // Nil is the end of the file.
                guard let part = try handle.read(upToCount: limit + 1 - bytes.count), !part.isEmpty else { break }
                bytes += part
            } catch {
                return nil
            }
        }
        return bytes
    }
}
