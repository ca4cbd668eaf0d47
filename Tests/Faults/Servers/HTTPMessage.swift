/// The head of an HTTP message, and its body where it has a length.
struct HTTPMessage: Sendable {
    /// The first line, in its parts.
    var start: [String] = []
    /// The fields, their names in lower case.
    var fields: [String: String] = [:]
    /// The body.
    var body: [UInt8] = []

    /// Reads one message; nil where the other end went away before it was whole.
    static func read(from socket: Socket, _ rest: inout [UInt8]) -> HTTPMessage? {
        while true {
            if let end = rest.endOfHead {
                var message = HTTPMessage(head: String(decoding: rest[..<end], as: UTF8.self))
                rest.removeFirst(end + 4)
                if message.fields["expect"] != nil { socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
                let length = message.fields["content-length"].flatMap { Int($0) } ?? 0
                while rest.count < length {
                    let more = socket.read()
                    guard !more.isEmpty else { return nil }
                    rest += more
                }
                message.body = Array(rest[..<length])
                rest.removeFirst(length)
                return message
            }
            let more = socket.read()
            guard !more.isEmpty, rest.count < 1 << 20 else { return nil }
            rest += more
        }
    }

    private init(head: String) {
        var lines = head.split(separator: "\r\n").map(String.init)
        guard !lines.isEmpty else { return }
        start = lines.removeFirst().split(separator: " ", maxSplits: 2).map(String.init)
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
    }

    /// The path without its query.
    var path: String { String((start.count > 1 ? start[1] : "").prefix { $0 != "?" }) }

    /// A parameter of the query, as it stands.
    func parameter(_ name: String) -> String? {
        guard start.count > 1, let question = start[1].firstIndex(of: "?") else { return nil }
        for pair in start[1][start[1].index(after: question)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.first == Substring(name) { return parts.count > 1 ? String(parts[1]) : "" }
        }
        return nil
    }

    /// The status, in a reply.
    var status: Int { start.count > 1 ? Int(start[1]) ?? 0 : 0 }
}

extension [UInt8] {
    /// Where the empty line after a head is.
    fileprivate var endOfHead: Int? {
        guard count >= 4 else { return nil }
        for index in 0...(count - 4)
        where self[index] == 13 && self[index + 1] == 10 && self[index + 2] == 13 && self[index + 3] == 10 {
            return index
        }
        return nil
    }
}

/// What a server answers, and how it fails to.
struct Answer: Sendable {
    /// How an answer does not get through.
    enum Fault: Sendable {
        /// The connection is held for so many seconds and then closed, and nothing said.
        case silence(Double)
        /// The answer comes after so many seconds.
        case delay(Double)
        /// The connection is closed after so many bytes of the body, of which the whole length was declared.
        case cut(Int)
        /// The request is read and the connection closed.
        case hangUp
        /// The body is followed by so many bytes of nothing, in chunks.
        case endless(Int)
        /// One byte of the body a second.
        case drip
    }

    var status = 200
    var fields: [(String, String)] = []
    var body: [UInt8] = []
    var fault: Fault?

    /// An answer with a text.
    init(_ status: Int = 200, _ text: String = "", fields: [(String, String)] = [], fault: Fault? = nil) {
        self.status = status
        self.fields = fields
        body = Array(text.utf8)
        self.fault = fault
    }

    /// The bytes of an answer whose body has a length.
    var bytes: [UInt8] { head("Content-Length: \(body.count)") + body }

    /// The first line and the fields.
    func head(_ length: String) -> [UInt8] {
        var text = "HTTP/1.1 \(status) Said\r\n\(length)\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8)
    }
}
