extension Sender {
    /// Hands items over by LMTP at a port, as a mail server does: one that got no 250 is handed over again.
    static func letters(to port: Int, connections: Int) -> Sender {
        Sender("lmtp", connections: connections) { number, _ in hand(over: number, to: port) }
    }

    private static func hand(over number: Int, to port: Int) -> Int {
        guard let socket = Socket.connected(to: port) else { return 0 }
        defer { socket.close() }
        var rest: [UInt8] = []
        func says(_ line: String) -> Int {
            if !line.isEmpty, !socket.write(Array((line + "\r\n").utf8)) { return 0 }
            return reply(from: socket, &rest)
        }
        let letter = Letter.text("lmtp", number).replacing("\n", with: "\r\n")
        let steps = ["", "LHLO mx.example", "MAIL FROM:<a@example.org>", "RCPT TO:<care@acme.example>"]
        for step in steps {
            let status = says(step)
            guard status / 100 == 2 else { return status }
        }
        let status = says("DATA")
        return status == 354 ? says(letter + ".") : status
    }

    /// The status of a reply of one line or more; 0 where there is none.
    private static func reply(from socket: Socket, _ rest: inout [UInt8]) -> Int {
        while true {
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest.removeFirst(end + 1)
                if line.dropFirst(3).first != "-" { return Int(line.prefix(3)) ?? 0 }
            }
            let more = socket.read()
            guard !more.isEmpty else { return 0 }
            rest += more
        }
    }
}
