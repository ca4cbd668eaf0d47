internal import Earshot
internal import Logging

/// What a program writes to its standard error: into the log as far as there is room, and the last of it kept.
struct ErrorOutput {
    private let channel: String
    private let clock: GatewayClock
    private let log: Logger
    private var lines = LineCutter(limit: 64 * 1024)
    private var window: Int64 = 0
    private var count = 0

    /// The last lines.
    private(set) var last: [String] = []

    /// How many lines are logged in a minute, how many are kept, and how long one may be.
    private static let pace = 100
    private static let keeps = 5
    private static let length = 500

    init(of channel: String, clock: GatewayClock, log: Logger) {
        self.channel = channel
        self.clock = clock
        self.log = log
    }

    /// Takes what was written.
    mutating func take(_ piece: [UInt8]) {
        for line in lines.cut(piece) { take(line) }
    }

    /// Takes what was written without a line's end.
    mutating func takeRest() {
        if let line = lines.rest() { take(line) }
    }

    private mutating func take(_ line: LineCutter.Line) {
        guard case .whole(let bytes) = line else { return }
        let text = ErrorOutput.plain(bytes)
        guard !text.isEmpty else { return }
        last = last.suffix(ErrorOutput.keeps - 1) + [text]
        let minute = clock.now().seconds / 60
        if minute != window { (window, count) = (minute, 0) }
        count += 1
        if count == ErrorOutput.pace {
            log.warning("\(channel): the program says more than the log takes", metadata: ["channel": "\(channel)"])
        } else if count < ErrorOutput.pace {
            log.info("\(channel): \(text)", metadata: ["channel": "\(channel)"])
        }
    }

    /// The text without control characters, at most so long.
    private static func plain(_ bytes: [UInt8]) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in String(decoding: bytes.prefix(4 * length), as: UTF8.self).unicodeScalars.prefix(length)
        where scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) {
            plain.append(scalar)
        }
        return String(plain)
    }
}
