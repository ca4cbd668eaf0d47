internal import CCurl
internal import EarshotFormats
internal import GRDB

/// Versions of libraries that are known to be unsafe to read bytes from outside with.
///
/// A distribution mends old versions without giving them another number, so that this is a hint and no verdict.
enum KnownFaults {
    /// The least version of each library without the fault that is named.
    private static let mended: [(library: String, version: String, fault: String)] = [
        ("libcurl", "7.88.0", "CVE-2023-23916"), ("OpenSSL", "3.0.7", "CVE-2022-3602"),
        ("libxml2", "2.9.14", "CVE-2022-29824"), ("zlib", "1.2.13", "CVE-2022-37434"),
        ("libarchive", "3.6.2", "CVE-2022-36227"), ("SQLite", "3.39.2", "CVE-2022-35737"),
    ]

    /// The libraries that bytes from outside reach, as they are loaded.
    static var libraries: [LibraryVersion] {
        let encryption = unsafe String(cString: ccurl_encryption()).split(separator: "/")
        let database = try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }
        return [
            LibraryVersion("libcurl", unsafe String(cString: ccurl_version())),
            LibraryVersion(String(encryption.first ?? "TLS"), String(encryption.last ?? "")),
            LibraryVersion("SQLite", database.flatMap { $0 } ?? ""),
        ].filter { !$0.version.isEmpty } + LibraryVersion.ofFormats
    }

    /// What is known against versions, a library a text.
    static func of(_ libraries: [LibraryVersion]) -> [String] {
        libraries.compactMap { library in
            guard let known = mended.first(where: { $0.library == library.name }),
                isBefore(numbers(library.version), numbers(known.version))
            else { return nil }
            return "\(library.name) \(library.version) has \(known.fault), mended in \(known.version)"
        }
    }

    private static func isBefore(_ one: [Int], _ other: [Int]) -> Bool { one.lexicographicallyPrecedes(other) }

    private static func numbers(_ version: String) -> [Int] {
        version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 }
    }
}
