internal import CCurl
internal import Earshot
internal import Glibc

/// An open line to a mail server: libcurl dials, greets, proves the certificate and encrypts; what is said then is up
/// to whoever holds it.
///
/// Calls block, for as long as `patience` allows and the alarm is not rung, so it lives on a thread of its own.
@safe
final class MailWire {
    private let easy: UnsafeMutableRawPointer
    private let chunk: UnsafeMutableRawBufferPointer
    private let errorBuffer: UnsafeMutablePointer<CChar>
    private let alarm: Alarm
    private let patience: Duration
    private var socket: curl_socket_t = CURL_SOCKET_BAD
    private var start = 0
    private var end = 0
    private var allowance = 0
    private var watch: (since: ContinuousClock.Instant, bytes: Int) = (.now, 0)

    /// The longest line that is taken, in bytes.
    static let lineLimit = 1 << 20
    /// How many bytes a second there must be, where there is anything to wait for.
    private static let slowest = 100
    private static let chunkSize = 1 << 16

    /// Dials; throws where there is no server, no trust or no encryption.
    init(to account: MailAccount, patience: Duration, alarm: Alarm) throws {
        _ = CurlClient.isReady
        guard let easy = unsafe ccurl_easy_init() else { throw CurlClient.unavailable }
        unsafe self.easy = easy
        unsafe chunk = .allocate(byteCount: MailWire.chunkSize, alignment: 1)
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.alarm = alarm
        self.patience = patience
        setUp(account)
        let code = unsafe ccurl_easy_perform(easy)
        if alarm.isRung { throw CancellationError() }
        guard code == CURLE_OK else { throw failure(code) }
        _ = unsafe ccurl_get_socket(easy, &socket)
    }

    deinit {
        // libcurl would say goodbye once more and wait for an answer.
        if socket != CURL_SOCKET_BAD { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        unsafe ccurl_easy_cleanup(easy)
        unsafe chunk.deallocate()
        unsafe errorBuffer.deallocate()
    }

    private func setUp(_ account: MailAccount) {
        text(CURLOPT_URL, account.url)
        text(CURLOPT_PROTOCOLS_STR, "imap,imaps,pop3,pop3s")
        text(CURLOPT_PROXY, "")
        number(CURLOPT_CONNECT_ONLY, 1)
        number(CURLOPT_USE_SSL, Int(account.isEncrypted ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
        number(CURLOPT_SSL_VERIFYPEER, 1)
        number(CURLOPT_SSL_VERIFYHOST, 2)
        number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if !account.authorities.isEmpty { text(CURLOPT_CAINFO, account.authorities) }
        number(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_CONNECTTIMEOUT, 10)
        number(CURLOPT_TIMEOUT_MS, max(1, Int(min(patience, .seconds(30)) / .milliseconds(1))))
        unsafe _ = ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorBuffer)
        // What the server says before it is asked would otherwise go to the standard output.
        let pass: curl_write_callback = { _, size, count, _ in size &* count }
        unsafe _ = ccurl_set_write(easy, pass, nil)
        unsafe _ = ccurl_set_header(easy, pass, nil)
        number(CURLOPT_NOPROGRESS, 0)
        let context = unsafe Unmanaged.passUnretained(alarm).toOpaque()
        let progress: curl_xferinfo_callback = { context, _, _, _, _ in
            guard let context = unsafe context else { return 0 }
            return unsafe Unmanaged<Alarm>.fromOpaque(context).takeUnretainedValue().isRung ? 1 : 0
        }
        unsafe _ = ccurl_set_progress(easy, progress, context)
    }

    /// Why there is no line, by what should happen next.
    private func failure(_ code: CURLcode) -> FetchFailure {
        let said = unsafe String(cString: errorBuffer)
        let reason = said.isEmpty ? unsafe String(cString: ccurl_easy_strerror(code)) : said
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            return .untrusted("the server's certificate is not trusted: \(reason)")
        case CURLE_SSL_CACERT_BADFILE: return .refused("\"ca_file\" cannot be read: \(reason)")
        case CURLE_USE_SSL_FAILED: return .refused("the server offers no encryption (STARTTLS)")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .refused(reason)
        default: return .unreachable(reason)
        }
    }

    private func text(_ option: CURLoption, _ value: String) { unsafe _ = ccurl_set_text(easy, option, value) }

    private func number(_ option: CURLoption, _ value: Int) { unsafe _ = ccurl_set_number(easy, option, value) }
}

extension MailWire {
    /// Allows so many bytes until it is called again, and begins to watch their speed.
    func allow(_ bytes: Int) {
        allowance = bytes
        watch = (.now, 0)
    }

    /// Says a line.
    func send(_ line: String) throws { try send(Array(line.utf8) + [0x0D, 0x0A]) }

    /// Says bytes.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            var count = 0
            let code = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                return unsafe ccurl_easy_send(easy, rest.baseAddress, rest.count, &count)
            }
            switch code {
            case CURLE_OK: sent += count
            case CURLE_AGAIN: try hold(for: POLLOUT)
            default: throw FetchFailure.unreachable(unsafe String(cString: ccurl_easy_strerror(code)))
            }
        }
    }

    /// A line without its end.
    func line() throws -> [UInt8] {
        var line: [UInt8] = []
        while true {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: chunk[start..<end])
            if let feed = unsafe rest.firstIndex(of: 0x0A) {
                unsafe line.append(contentsOf: rest[..<feed])
                start += feed + 1
                if line.last == 0x0D { line.removeLast() }
                return line
            }
            unsafe line.append(contentsOf: rest)
            start = end
            guard line.count <= MailWire.lineLimit else {
                throw FetchFailure.unreachable("the server sent a line without an end")
            }
            try fill()
        }
    }

    /// So many bytes.
    func bytes(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        try unsafe pass(count) { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Passes over so many bytes.
    func skip(_ count: Int) throws { try unsafe pass(count) { _ in } }

    /// Waits until the server says something by itself; tells whether it did.
    func hears(within limit: Duration) throws -> Bool {
        if start < end { return true }
        if try receive() { return true }
        return try alarm.wait(for: socket, atMost: limit)
    }

    private func pass(_ count: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws {
        var left = count
        while left > 0 {
            if start == end { try fill() }
            let taken = min(left, end - start)
            unsafe body(UnsafeRawBufferPointer(rebasing: chunk[start..<start + taken]))
            start += taken
            left -= taken
        }
    }

    /// Waits for more.
    private func fill() throws {
        while try !receive() { try hold(for: POLLIN) }
        guard allowance >= end else { throw FetchFailure.unreachable("the server says more than it was asked for") }
        allowance -= end
        watch.bytes += end
    }

    /// Takes what has come already; false where nothing has.
    private func receive() throws -> Bool {
        var count = 0
        let code = unsafe ccurl_easy_recv(easy, chunk.baseAddress, chunk.count, &count)
        switch code {
        case CURLE_OK where count > 0:
            (start, end) = (0, count)
            return true
        case CURLE_OK: throw FetchFailure.unreachable("the server closed the connection")
        case CURLE_AGAIN: return false
        default: throw FetchFailure.unreachable(unsafe String(cString: ccurl_easy_strerror(code)))
        }
    }

    /// Waits until there is something to receive or room to send; gives up on a server that is silent or drips.
    private func hold(for event: Int32) throws {
        let waited = ContinuousClock.now - watch.since
        if waited >= patience {
            let needed = Double(MailWire.slowest) * (patience / .seconds(1))
            guard Double(watch.bytes) >= needed else {
                throw FetchFailure.unreachable("the server says nothing, or too slowly, for \(patience)")
            }
            watch = (.now, 0)
            return
        }
        _ = try alarm.wait(for: socket, event, atMost: patience - waited)
    }
}
