internal import CArchive
internal import CGMime
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
        let mail = [gmime_major_version, gmime_minor_version, gmime_micro_version].map { "\($0)" }
        return [
            LibraryVersion("libxml2", dotted(unsafe String(cString: cxml2_version()))),
            LibraryVersion("GMime", mail.joined(separator: ".")),
            LibraryVersion("simdjson", unsafe String(cString: csimdjson_version())),
        ] + archives(unsafe String(cString: archive_version_details()))
    }

    /// libarchive, and what it unpacks with, of `libarchive 3.6.2 zlib/1.2.13 liblzma/5.4.1`.
    private static func archives(_ details: String) -> [LibraryVersion] {
        let words = details.split { $0 == " " || $0 == "/" }
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
