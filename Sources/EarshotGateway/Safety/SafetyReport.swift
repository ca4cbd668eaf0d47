internal import CSpawn
internal import EarshotFormats
internal import Glibc

/// How safe a configuration is on this machine, as far as the machine tells: what `earshot check` says of the gateway
/// itself.
package enum SafetyReport {
    /// One thing that was looked at.
    package struct Finding: Sendable, Equatable {
        /// What was looked at.
        package var name: String
        /// What was found.
        package var says: String
        /// Whether a gateway would run with it.
        package var isWell = true
    }

    /// What is found of a configuration, without anything being made or changed.
    package static func findings(of configuration: Configuration) -> [Finding] {
        [libraries, user, files(of: configuration), journal(of: configuration), tls(of: configuration)]
            + listening(of: configuration)
    }

    private static var libraries: Finding {
        let libraries = KnownFaults.libraries
        let faults = KnownFaults.of(libraries)
        let versions = libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
        guard !faults.isEmpty else { return Finding(name: "libraries", says: versions) }
        return Finding(
            name: "libraries",
            says: "\(versions); unless your distribution has mended it: \(faults.joined(separator: "; "))")
    }

    private static var user: Finding {
        let says =
            ProcessGuard.isAlmighty
            ? "runs as root and needs nothing of it: give it a user of its own" : "runs as user \(geteuid())"
        return Finding(name: "user", says: says)
    }

    private static func files(of configuration: Configuration) -> Finding {
        let path = configuration.dataDirectory
        if let reason = configuration.dataDirectoryRefusal {
            return Finding(name: "files", says: reason, isWell: false)
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            return Finding(name: "files", says: "\(path) is not there yet, and will be made for its owner alone (0700)")
        }
        guard status.st_mode & 0o077 == 0 else {
            return Finding(name: "files", says: "others can look into \(path); the gateway closes it to them (0700)")
        }
        return Finding(
            name: "files", says: "\(path) is its owner's alone (0700), and so is what is written (umask 077)")
    }

    /// Which engine keeps what is acknowledged, and on what.
    private static func journal(of configuration: Configuration) -> Finding {
        let says = "SQLite in WAL mode, synchronous FULL: what is acknowledged is on the disk"
        var path = configuration.dataDirectory
        // What is not there yet will be where the nearest folder above it is.
        while unsafe cspawn_filesystem(path) == 0, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            path = String(path[..<slash])
        }
        switch unsafe cspawn_filesystem(path) {
        case 0x0102_1994, 0x8584_58F6:
            return Finding(
                name: "journal", says: says + ", which is memory here (tmpfs): a restart of the machine loses all")
        case 0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x517B:
            return Finding(
                name: "journal", says: says + ", which is a network's here: better use a disk of this machine")
        default: return Finding(name: "journal", says: says)
        }
    }

    private static func tls(of configuration: Configuration) -> Finding {
        let whose = configuration.authorities.map { "those of \($0)" } ?? "the system's"
        var says = "1.2 or later, every certificate proven by \(whose)"
        if !configuration.networks.isEmpty {
            says += "; names may lead into \(configuration.networks.joined(separator: ", "))"
        }
        if !configuration.clearText.isEmpty {
            says += "; in clear text all the same: \(configuration.clearText.joined(separator: ", "))"
        }
        return Finding(name: "tls", says: says)
    }

    private static func listening(of configuration: Configuration) -> [Finding] {
        var findings: [Finding] = []
        if let admin = configuration.admin {
            let whom = admin.address.isLoopback ? "this machine alone" : "every address that reaches it"
            let how = admin.token == nil ? "without a token" : "with a token"
            findings.append(Finding(name: "admin", says: "\(admin.address) answers to \(whom), \(how)"))
        }
        if let receive = configuration.receive {
            let says =
                receive.isLoopback
                ? "\(receive) takes webhooks from this machine, where a proxy with TLS stands before it"
                : "\(receive) takes webhooks in clear text from every address that reaches it: put a proxy with TLS before it"
            findings.append(Finding(name: "receive", says: says))
        }
        return findings
    }
}

extension Configuration {
    /// Why the gateway would refuse its data directory; nil where it would not.
    package var dataDirectoryRefusal: String? { DataDirectory.refusal(of: dataDirectory) }
}
