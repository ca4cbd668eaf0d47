internal import Earshot

/// What a file is, by its first bytes or its name.
enum FileSignature: Equatable {
    /// Something that libarchive opens for us: zip, tar, gzip or zstd.
    case archive
    /// Something packed that is not opened, by its name.
    case refused(String)
    /// Anything else.
    case plain

    /// How many first bytes are looked at.
    static let length = 512

    /// What the bytes at a file's beginning say.
    init(_ head: Bytes) {
        self = .plain
        let tar = head.count >= 262 && head[257..<262] == "ustar"
        if head.hasPrefix("PK\u{3}\u{4}") || head.hasPrefix("PK\u{5}\u{6}") || tar || FileSignature.isPacked(head) {
            self = .archive
            return
        }
        for (name, magic) in FileSignature.refusals where FileSignature.begins(head, with: magic) {
            self = .refused(name)
        }
    }

    /// Whether the name is that of a picture, a sound, a font or another file without anything to read.
    static func isAsset(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        let ending = name[name.index(after: dot)...].lowercased()
        return assets.contains(ending)
    }

    private static func isPacked(_ head: Bytes) -> Bool {
        begins(head, with: [0x1F, 0x8B]) || begins(head, with: [0x28, 0xB5, 0x2F, 0xFD])
    }

    private static func begins(_ head: Bytes, with magic: [UInt8]) -> Bool {
        guard head.count >= magic.count else { return false }
        return magic.indices.allSatisfy { head[$0] == magic[$0] }
    }

    private static let refusals: [(String, [UInt8])] = [
        ("bzip2", [0x42, 0x5A, 0x68]), ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), ("rar", [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07]),
        ("lz4", [0x04, 0x22, 0x4D, 0x18]), ("PDF", [0x25, 0x50, 0x44, 0x46, 0x2D]),
        ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A]), ("JPEG", [0xFF, 0xD8, 0xFF]),
        ("SQLite", Array("SQLite format 3".utf8)), ("pst", [0x21, 0x42, 0x44, 0x4E]),
    ]

    private static let assets: Set<String> = [
        "jpg", "jpeg", "png", "gif", "webp", "heic", "avif", "bmp", "ico", "svg", "tif", "tiff", "mp4", "mov", "m4v",
        "webm", "avi", "mkv", "3gp", "mp3", "m4a", "aac", "ogg", "opus", "wav", "flac", "css", "map", "woff", "woff2",
        "ttf", "otf", "eot", "pdf", "wasm", "srt", "vtt",
    ]
}
