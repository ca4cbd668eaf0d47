internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Charsets whose module of iconv stays loaded.
///
/// glibc loads a module with the first converter of a charset and unloads it with the last, which takes far longer than
/// to convert a mail. One converter of each charset is therefore opened and never closed.
enum LoadedCharsets {
    /// No more than this many, whatever documents name.
    private static let limit = 64
    /// The addresses of the converters.
    private static let converters = Mutex<[String: Int]>([:])

    /// Keeps the module of a charset that has been opened.
    static func keep(_ charset: String) {
        converters.withLock { converters in
            guard converters.count < limit, converters[charset] == nil else { return }
            converters[charset] = unsafe Int(bitPattern: iconv_open("UTF-8", charset))
        }
    }
}
