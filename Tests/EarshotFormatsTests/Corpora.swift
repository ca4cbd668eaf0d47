import Foundation

/// Test material that is not in the repository; tests over it are skipped where it is absent.
enum Corpora {
    /// The folder `EARSHOT_CORPORA` names, or `../shared/corpora` beside the package.
    static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["EARSHOT_CORPORA"] { return URL(fileURLWithPath: path) }
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { package.deleteLastPathComponent() }
        return package.appendingPathComponent("../shared/corpora")
    }()

    /// Whether a folder of it is there.
    static func has(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(folder).path)
    }

    /// The files of a folder with an ending, by name.
    static func files(in folder: String, ending: String) -> [URL] {
        let folder = root.appendingPathComponent(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { folder.appendingPathComponent($0) }
    }

    /// A file's bytes.
    static func bytes(of file: URL) throws -> [UInt8] { Array(try Data(contentsOf: file)) }
}
