import Foundation

/// An authority of its own in a folder, and certificates that it signs, made by openssl.
struct Certificates: Sendable {
    /// The folder that everything lies in.
    let folder: String

    /// The certificate of the authority, which is to be trusted.
    var authority: String { folder + "/authority.pem" }

    /// Makes an authority.
    init(in folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Certificates.openssl(
            "req -x509 \(Certificates.key) -days 30 -subj /CN=authority -keyout authority.key -out authority.pem",
            folder)
    }

    /// Makes a certificate, in `NAME.pem` with its key in `NAME.key`, that is valid for so many days from now on.
    func make(_ name: String, for subject: String = "IP:127.0.0.1,DNS:localhost", days: Int = 30) throws {
        try Data("subjectAltName=\(subject)\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name).names"))
        try Certificates.openssl(
            "req \(Certificates.key) -subj /CN=\(name) -keyout \(name).key -out \(name).csr", folder)
        try Certificates.openssl(
            "x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -set_serial \(Int.random(in: 1...1 << 40))"
                + " -days \(days) -extfile \(name).names -out \(name).pem", folder)
    }

    /// Makes a certificate that nobody but itself vouches for.
    func makeSelfSigned(_ name: String) throws {
        try Certificates.openssl(
            "req -x509 \(Certificates.key) -days 30 -subj /CN=\(name) -addext subjectAltName=IP:127.0.0.1"
                + " -keyout \(name).key -out \(name).pem", folder)
    }

    private static let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

    private static func openssl(_ arguments: String, _ folder: String) throws {
        guard Trial.shell("cd '\(folder)' && openssl \(arguments)") == 0 else {
            throw Socket.Failure(step: "openssl \(arguments)")
        }
    }
}
