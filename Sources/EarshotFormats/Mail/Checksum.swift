internal import CGMime
internal import Earshot

/// Digests that other programs know, by GLib.
public enum Checksum {
    /// The SHA-256 of bytes, sixty-four hexadecimal digits.
    public static func sha256(_ bytes: [UInt8]) -> String {
        bytes.withBytes { bytes in
            guard let library = GMime.library,
                let digits = unsafe library.compute_checksum_for_data(2, bytes.buffer.baseAddress, bytes.count)
            else { return "" }
            defer { unsafe library.free(digits) }
            return unsafe String(cString: digits)
        }
    }
}
