import EarshotTestSupport
import Foundation
import Glibc

/// nginx on a loopback port of the kernel's choice, as long as it is held.
final class Nginx {
    private var process = Process()
    private let folder: Folder
    /// The port.
    private(set) var port = 0

    /// Serves `folder`'s subfolder `www`.
    convenience init(serving folder: Folder) throws {
        try self.init(in: folder, "root \(folder.path("www")); etag on;")
    }

    /// Answers everything with nothing, over TLS.
    convenience init(in folder: Folder, certificate: String, protocols: String = "TLSv1.2 TLSv1.3") throws {
        try self.init(
            in: folder,
            """
            ssl_certificate \(folder.path(certificate)).pem; ssl_certificate_key \(folder.path(certificate)).key;
            ssl_protocols \(protocols); ssl_ciphers DEFAULT@SECLEVEL=0; location / { return 204; }
            """, options: "ssl")
    }

    /// Serves what `server` says, with its files in `folder`.
    private init(in folder: Folder, _ server: String, options: String = "") throws {
        self.folder = folder
        for _ in 0..<5 where try start(server, options) { return }
        throw CocoaError(.executableLoad)
    }

    /// Starts it on a port that is free; false where it has ended instead of listening.
    private func start(_ server: String, _ options: String) throws -> Bool {
        port = try Loopback.freePort()
        let name = "nginx-\(port)"
        try folder.write(
            """
            worker_processes 1; daemon off; pid \(folder.path(name)).pid; error_log \(folder.path(name)).log;
            events { worker_connections 64; }
            http {
              access_log off; types { application/rss+xml xml; }
              client_body_temp_path \(folder.path("t1")); proxy_temp_path \(folder.path("t2"));
              fastcgi_temp_path \(folder.path("t3")); uwsgi_temp_path \(folder.path("t4"));
              scgi_temp_path \(folder.path("t5"));
              server { listen 127.0.0.1:\(port) \(options); \(server) }
            }

            """, to: "\(name).conf")
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = [
            "-p", folder.url.path, "-e", folder.path("\(name).log"), "-c", folder.path("\(name).conf"),
        ]
        process.standardError = FileHandle.nullDevice
        return try process.serves(at: [port])
    }

    deinit {
        process.stop(keeping: folder)
    }
}
