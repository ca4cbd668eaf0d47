/// Reads `text/enriched` (RFC 1896) and its forerunner `text/richtext` as plain text.
enum EnrichedText {
    /// The text without commands: `<<` is `<`, a lone line end a space, of several one goes.
    static func plain(_ text: String) -> String {
        var output: [UInt8] = []
        var lineEnds = 0
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.first {
            bytes = bytes.dropFirst()
            if byte == 0x0A {
                lineEnds += 1
                continue
            }
            if byte == 0x0D { continue }
            if lineEnds > 0 {
                output += lineEnds == 1 ? [0x20] : Array(repeating: 0x0A, count: lineEnds - 1)
                lineEnds = 0
            }
            if byte != UInt8(ascii: "<") {
                output.append(byte)
            } else if bytes.first == UInt8(ascii: "<") {
                output.append(byte)
                bytes = bytes.dropFirst()
            } else {
                let command = bytes.prefix(60).prefix { $0 != UInt8(ascii: ">") }
                if command.elementsEqual("nl".utf8) { output.append(0x0A) }
                if command.elementsEqual("lt".utf8) { output.append(UInt8(ascii: "<")) }
                bytes = bytes.dropFirst(command.count + 1)
                // What a parameter or a comment holds is never shown.
                let isHidden = command.elementsEqual("param".utf8) || command.elementsEqual("comment".utf8)
                if isHidden, let end = bytes.firstIndex(of: UInt8(ascii: "<")) { bytes = bytes[end...] }
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
