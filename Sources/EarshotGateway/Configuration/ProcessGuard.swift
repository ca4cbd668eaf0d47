internal import CSpawn
internal import Glibc

/// What the process takes from others, and from itself, before it knows a secret.
package enum ProcessGuard {
    /// Files are their owner's alone from now on, there is no core dump, and no other process looks into this one.
    package static func engage() {
        _ = umask(0o077)
        cspawn_seal()
    }

    /// Whether the process may do everything, which a gateway never needs.
    package static var isAlmighty: Bool { geteuid() == 0 }
}
