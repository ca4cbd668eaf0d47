internal import CGMime
package import Earshot

/// GMime and GLib, loaded with the first mail.
package enum GMime {
    /// Its functions; nil where it cannot be loaded.
    static let library = unsafe cgmime_load()?.pointee

    /// The version that is loaded, as numbers with dots between them; empty where none is.
    static var version: String {
        guard let version = library?.version else { return "" }
        return "\(version.0).\(version.1).\(version.2)"
    }

    /// Refuses to read mail without the library, as texts in other charsets would become what nobody can read.
    ///
    /// - Throws: what to install, where it cannot be loaded.
    package static func require() throws(MalformedDocument) {
        guard library == nil else { return }
        throw MalformedDocument("not read: libgmime-3.0.so.0 cannot be loaded: install libgmime-3.0-0")
    }
}
