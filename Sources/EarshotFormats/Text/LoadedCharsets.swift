internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Charsets that were met, with what is known of them.
///
/// glibc loads a module of iconv with the first converter of a charset and unloads it with the last, which takes far
/// longer than to convert a mail. One converter of each charset is therefore opened and never closed.
enum LoadedCharsets {
    /// No more than this many, whatever documents name.
    private static let limit = 64
    /// By the charset's name, nil where its letters are not one byte each.
    private static let known = Mutex<[String: ByteCharset?]>([:])

    /// The letters of a charset that has one byte for each, and keeps its module; nil where it is another, or unknown.
    static func letters(of charset: String) -> ByteCharset? {
        known.withLock { known in
            if let letters = known[charset] { return letters }
            guard known.count < limit, let converter = unsafe iconv_open("UTF-8", charset),
                Int(bitPattern: converter) != -1
            else { return nil }
            let letters = unsafe ByteCharset(converter)
            known[charset] = .some(letters)
            return letters
        }
    }
}
