internal import Earshot

/// The lines that begin messages in an mbox (RFC 4155, appendix A): `From ann@acme.example Mon Jan 12 07:30:00 2026`.
enum MboxLine {
    /// Whether a line begins as an envelope does, and not the field `From  :` (RFC 5322, 4.5).
    static func isEnvelope(_ line: Bytes) -> Bool {
        guard line.hasPrefix("From ") else { return false }
        var index = 5
        while index < line.count, line[index] == 0x20 || line[index] == 0x09 { index += 1 }
        return index == line.count || line[index] != UInt8(ascii: ":")
    }

    /// How an mbox begins that an editor put a byte order mark before.
    static let markedStart: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("From ".utf8)

    /// Whether a message begins with a `From ` line: after an empty line where it is dated or mail comes after it, else
    /// only where it has a time and a header comes after it. `rest` is what follows the line.
    static func isSeparator(_ line: Bytes, before rest: Bytes, afterBlank: Bool) -> Bool {
        guard afterBlank else { return hasTime(line) && opensHeader(rest) }
        return (hasTime(line) && hasYear(line)) || opensMail(rest)
    }

    /// Whether a header begins here (RFC 5322, 3.6.8), or another `From ` line that mailers add.
    static func opensHeader(_ rest: Bytes) -> Bool { rest.hasPrefix(">From ") || name(in: rest) != nil }

    /// Whether the header of a mail begins here, and not just any word with a colon.
    private static func opensMail(_ rest: Bytes) -> Bool {
        if rest.hasPrefix(">From ") { return true }
        guard let name = name(in: rest) else { return false }
        let isKnown =
            MailMessage.isOfMail(name) || name.hasPrefix(lowercase: "x-") || name.hasPrefix(lowercase: "list-")
        return isKnown
            || ["status", "content-length", "return-receipt-to", "dkim-signature"].contains(name.lowercasedASCII)
    }

    /// The name of the field that begins here.
    private static func name(in rest: Bytes) -> Bytes? {
        for index in 0..<min(rest.count, 256) {
            if rest[index] == UInt8(ascii: ":") { return index > 0 ? rest[0..<index] : nil }
            guard rest[index] > 0x20, rest[index] < 0x7F else { return nil }
        }
        return nil
    }

    /// Whether a time of day such as `08:15` stands in a line.
    private static func hasTime(_ line: Bytes) -> Bool {
        var from = 5
        while let colon = line.firstIndex(of: UInt8(ascii: ":"), from: from) {
            if colon > 5, colon + 2 < line.count, line[colon - 1].isDecimalDigit, line[colon + 1].isDecimalDigit,
                line[colon + 2].isDecimalDigit
            {
                return true
            }
            from = colon + 1
        }
        return false
    }

    /// Whether a year stands in a line: four digits by themselves.
    private static func hasYear(_ line: Bytes) -> Bool {
        var digits = 0
        for index in 5...max(line.count, 5) {
            if index < line.count, line[index].isDecimalDigit {
                digits += 1
            } else {
                let century = index >= 4 && digits == 4 ? line[(index - 4)..<(index - 2)] : .none
                if century == "19" || century == "20" { return true }
                digits = 0
            }
        }
        return false
    }
}
