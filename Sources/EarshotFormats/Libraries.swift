internal import CArchive
internal import CSimdJSON
internal import CXML2

/// A library of the system that bytes from outside reach, and which version of it is loaded.
package struct LibraryVersion: Sendable, Equatable {
    /// What it is called.
    package var name: String
    /// Its version, as numbers with dots between them.
    package var version: String

    /// A library of a known version.
    package init(_ name: String, _ version: String) {
        self.name = name
        self.version = version
    }
}

extension LibraryVersion {
    /// The libraries that formats are read with.
    package static var ofFormats: [LibraryVersion] {
        [
            LibraryVersion("libxml2", dotted(unsafe String(cString: cxml2_version()))),
            LibraryVersion("GMime", GMime.version),
            LibraryVersion("simdjson", unsafe String(cString: csimdjson_version())),
        ].filter { !$0.version.isEmpty } + archives
    }

    /// libarchive, and what it unpacks with, of `libarchive 3.6.2 zlib/1.2.13 liblzma/5.4.1`.
    private static var archives: [LibraryVersion] {
        guard let details = unsafe carchive_load()?.pointee.version_details() else { return [] }
        let words = unsafe String(cString: details).split { $0 == " " || $0 == "/" }
        return ["libarchive", "zlib", "libzstd"].compactMap { name in
            guard let place = words.firstIndex(of: Substring(name)), place + 1 < words.endIndex else { return nil }
            return LibraryVersion(name, String(words[place + 1]))
        }
    }

    /// `20914` as `2.9.14`.
    private static func dotted(_ text: String) -> String {
        guard let number = Int(text.prefix { $0.isNumber }) else { return text }
        return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }
}
