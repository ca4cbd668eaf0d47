internal import CCurl
internal import Earshot
internal import Foundation
internal import Glibc

/// One request on its way through libcurl: what is sent, what has come back, and who waits for it.
///
/// Unchecked: made by the caller, then touched by the client's thread alone until it is resumed.
@safe
final class CurlTransfer: @unchecked Sendable {
    /// What one hop ended with.
    struct Reply: Sendable {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]
        /// Whether a public address replied.
        var isFromPublic = false
        /// Whether the body is not in the coding that its fields name, or in none that is known.
        var isMiscoded = false
    }

    private let request: FetchRequest
    private let trust: CurlClient.Trust
    /// The last of libcurl's own words on what went wrong.
    private let errorBuffer: UnsafeMutablePointer<CChar>
    /// Where the body goes as it comes; nil where the reply is wanted whole.
    private let flow: ByteFlow?
    private let handle: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var nameList: UnsafeMutablePointer<curl_slist>?
    private var continuation: CheckedContinuation<Result<Reply, FetchFailure>, Never>?
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// Why an address was not dialled, where one was not.
    private var refusal: String?

    /// A number that no other running transfer has.
    var ticket: Int { unsafe Int(bitPattern: handle) }

    /// The easy handle, for the multi handle to drive.
    var easy: UnsafeMutableRawPointer { unsafe handle }

    /// How much a reply may grow in decompression once it is past a mebibyte.
    private static let ratioLimit = 200

    /// A transfer of `request`, whose body goes into a flow where there is one; nil where libcurl has no memory for it.
    init?(
        _ request: FetchRequest, trust: CurlClient.Trust, into flow: ByteFlow? = nil,
        resuming continuation: CheckedContinuation<Result<Reply, FetchFailure>, Never>
    ) {
        guard let handle = unsafe ccurl_easy_init() else { return nil }
        self.request = request
        self.trust = trust
        self.flow = flow
        unsafe self.handle = handle
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.continuation = continuation
        setUp()
        trust.names.forEach { unsafe nameList = ccurl_slist_append(nameList, $0) }
        if unsafe nameList != nil { unsafe _ = ccurl_set_pointer(handle, CURLOPT_RESOLVE, nameList) }
    }

    deinit {
        unsafe ccurl_easy_cleanup(handle)
        unsafe ccurl_slist_free_all(headerList)
        unsafe ccurl_slist_free_all(nameList)
        unsafe errorBuffer.deallocate()
    }

    /// Ends the transfer and wakes who waits for it; the second call does nothing.
    func finish(_ code: CURLcode) {
        let result = result(of: code)
        if case .failure(let failure) = result { flow?.finish(failure) } else { flow?.finish() }
        begin(result)
    }

    /// Wakes who waits for the reply, or for its beginning.
    private func begin(_ result: Result<Reply, FetchFailure>) {
        guard let continuation else { return }
        self.continuation = nil
        continuation.resume(returning: result)
    }

    /// Ends the transfer before it began or in its midst.
    func abandon(_ reason: String) {
        flow?.finish(FetchFailure.unreachable(reason))
        begin(.failure(.unreachable(reason)))
    }

    private func result(of code: CURLcode) -> Result<Reply, FetchFailure> {
        if request.isBodyOptional, case let reply = reply, (200..<300).contains(reply.status) { return .success(reply) }
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED { return .failure(.tooLarge(limit: request.sizeLimit)) }
        if code == CURLE_OK { return .success(reply) }
        let isCoding = code == CURLE_BAD_CONTENT_ENCODING || code == CURLE_WRITE_ERROR
        if isCoding, request.method == "GET", flow == nil, !request.isPlain {
            var reply = reply
            reply.isMiscoded = true
            return .success(reply)
        }
        if let refusal { return .failure(.refused(refusal)) }
        let reason = unsafe String(cString: ccurl_easy_strerror(code))
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR:
            let detail = unsafe String(cString: errorBuffer)
            return .failure(
                .untrusted("the server's certificate is not trusted: \(detail.isEmpty ? reason : detail)"))
        case CURLE_SSL_CACERT_BADFILE:
            return .failure(.unreachable("the certificates in \(trust.authorities) cannot be read"))
        default: return .failure(.unreachable(reason))
        }
    }

    private var reply: Reply {
        var status = 0
        _ = unsafe ccurl_get_number(handle, CURLINFO_RESPONSE_CODE, &status)
        var address: UnsafeMutablePointer<CChar>?
        _ = unsafe ccurl_get_text(handle, CURLINFO_PRIMARY_IP, &address)
        let isFromPublic = unsafe address.map { unsafe NetworkPolicy.isPublic(String(cString: $0)) } ?? false
        return Reply(status: status, headers: headers, body: body, isFromPublic: isFromPublic)
    }

    /// Goes on with a body that had no room.
    func resume() { unsafe _ = ccurl_easy_pause(handle, CURLPAUSE_CONT) }

    /// Sets every option that safety asks for; redirects are followed by the client, hop by hop.
    private func setUp() {
        text(CURLOPT_URL, request.url)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        text(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        number(CURLOPT_FOLLOWLOCATION, 0)
        text(CURLOPT_PROXY, "")
        if let path = request.unixSocket { text(CURLOPT_UNIX_SOCKET_PATH, path) }
        if !request.isPlain { text(CURLOPT_ACCEPT_ENCODING, "gzip, deflate") }
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_HTTP09_ALLOWED, 0)
        number(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        number(CURLOPT_SSL_VERIFYPEER, 1)
        number(CURLOPT_SSL_VERIFYHOST, 2)
        number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if !trust.authorities.isEmpty { text(CURLOPT_CAINFO, trust.authorities) }
        unsafe _ = ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorBuffer)
        number(CURLOPT_CONNECTTIMEOUT, 10 * trust.patience)
        if flow == nil { setLimits() }
        setMethod()
        setHeaders()
        setCallbacks()
    }

    /// What holds for a reply that is wanted whole.
    private func setLimits() {
        let timeout = min(max(request.timeout, .milliseconds(1)), .seconds(86_400))
        number(CURLOPT_TIMEOUT_MS, Int(timeout.milliseconds) * trust.patience)
        number(CURLOPT_LOW_SPEED_LIMIT, 100)
        number(CURLOPT_LOW_SPEED_TIME, 15 * trust.patience)
        unsafe _ = ccurl_set_large(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.sizeLimit))
    }

    private func setMethod() {
        guard request.method != "GET" else { return }
        text(CURLOPT_CUSTOMREQUEST, request.method)
        guard !request.body.isEmpty || request.method == "POST" else { return }
        number(CURLOPT_POST, 1)
        unsafe _ = ccurl_set_large(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
        unsafe request.body.withUnsafeBytes { body in
            guard let start = body.baseAddress else { return text(CURLOPT_COPYPOSTFIELDS, "") }
            unsafe _ = ccurl_set_text(handle, CURLOPT_COPYPOSTFIELDS, start.assumingMemoryBound(to: CChar.self))
        }
    }

    /// Adds the request's fields; a value that could end its line is left out whole.
    private func setHeaders() {
        for (name, value) in request.headers
        where !(name + value).utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) {
            unsafe headerList = ccurl_slist_append(headerList, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        unsafe headerList = ccurl_slist_append(headerList, "Expect:")
        unsafe _ = ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList)
    }

    private func setCallbacks() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe _ = ccurl_set_pointer(handle, CURLOPT_PRIVATE, context)
        unsafe _ = ccurl_set_write(handle, { unsafe CurlTransfer.from($3).take(body: $0, $1 &* $2) }, context)
        unsafe _ = ccurl_set_header(handle, { unsafe CurlTransfer.from($3).take(header: $0, $1 &* $2) }, context)
        guard request.unixSocket == nil else { return }
        let open: curl_opensocket_callback = { context, _, address in
            guard let address = unsafe address else { return CURL_SOCKET_BAD }
            return unsafe CurlTransfer.from(context).open(address)
        }
        unsafe _ = ccurl_set_open_socket(handle, open, context)
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlTransfer {
        // libcurl hands back what `setCallbacks` gave it, which lives as long as the handle.
        unsafe Unmanaged<CurlTransfer>.fromOpaque(context.unsafelyUnwrapped).takeUnretainedValue()
    }

    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        refusal = unsafe withUnsafePointer(to: &address.pointee.addr) { unsafe refusal(of: $0) }
        guard refusal == nil else { return CURL_SOCKET_BAD }
        let kind = unsafe address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return unsafe socket(address.pointee.family, kind, address.pointee.protocol)
    }

    /// Why an address may not be dialled; nil where it may.
    private func refusal(of address: UnsafePointer<sockaddr>) -> String? {
        if unsafe NetworkPolicy.isPublic(address) { return nil }
        guard request.allowsPrivateNetworks, let text = unsafe NetworkPolicy.text(of: address) else {
            return "the address is in a private network"
        }
        let host = URL(string: request.url)?.host ?? ""
        if trust.networks.allow(text, of: host) { return nil }
        return
            "\(host) leads to \(text), in a private network: \"networks\" of \"http\" lists those that names may lead to"
    }

    /// Takes decoded bytes; refusing them ends the transfer.
    private func take(body bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes = unsafe bytes else { return 0 }
        if let flow {
            let hasRoom = unsafe flow.push(UnsafeRawBufferPointer(start: bytes, count: count))
            return hasRoom ? count : Int(CURL_WRITEFUNC_PAUSE)
        }
        var received: curl_off_t = 0
        _ = unsafe ccurl_get_large(handle, CURLINFO_SIZE_DOWNLOAD_T, &received)
        let total = body.count + count
        let isBomb = total > 1_048_576 && received > 0 && total / max(Int(received), 1) > CurlTransfer.ratioLimit
        guard total <= request.sizeLimit, !isBomb else {
            isTooLarge = true
            return 0
        }
        unsafe body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }

    /// Takes one header line; a status line begins the fields of another reply.
    private func take(header bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard let bytes = unsafe bytes else { return 0 }
        let line = unsafe String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
        if line.hasPrefix("HTTP/") { headers.removeAll() }
        if let colon = line.firstIndex(of: ":"), headers.count < 1000 {
            let value = line[line.index(after: colon)...].trimmingSpace()
            headers.append((name: String(line[..<colon]), value: value))
        }
        // An empty line ends the fields; those of an interim reply are followed by others.
        if flow != nil, line == "\r\n" || line == "\n", reply.status >= 200 { begin(.success(reply)) }
        return count
    }

    private func text(_ option: CURLoption, _ value: String) { unsafe _ = ccurl_set_text(handle, option, value) }

    private func number(_ option: CURLoption, _ value: Int) { unsafe _ = ccurl_set_number(handle, option, value) }
}

extension FetchRequest {
    /// Whether the body is asked for, and taken, as it is.
    fileprivate var isPlain: Bool { headers.contains { $0 == FetchRequest.identity } }

    /// The same, asking for the body as it is.
    var plain: FetchRequest {
        var request = self
        request.headers.append(FetchRequest.identity)
        return request
    }

    private static let identity = (name: "Accept-Encoding", value: "identity")
}

extension Substring {
    /// The text without white space at either end.
    fileprivate func trimmingSpace() -> String {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
        return String(self[start..<end])
    }
}
