internal import Earshot
internal import EarshotFormats

/// What a program reports in a part of its own: a delivery, a reading, a complaint, an invitation.
struct EmailReport {
    /// What sort of report it is.
    enum Sort { case delivery, reading, complaint, calendar, original }

    let sort: Sort
    /// Its fields in groups, such as one for the message and one for each recipient.
    let groups: [[(name: String, value: String)]]

    /// The report in a part, or nil where it is none.
    init?(_ part: MailPart, of message: MailMessage) {
        switch part.type {
        case "message/delivery-status", "message/global-delivery-status": sort = .delivery
        case "message/disposition-notification": sort = .reading
        case "message/feedback-report": sort = .complaint
        case "text/calendar": sort = .calendar
        case "message/rfc822", "text/rfc822-headers", "message/global": sort = .original
        default: return nil
        }
        switch sort {
        case .calendar: groups = [EmailReport.calendar(message.text(of: part).text)]
        case .original: groups = message.fieldGroups(in: part, limit: 1)
        default: groups = message.fieldGroups(in: part)
        }
    }

    /// The first value of a field in any group.
    func value(_ name: String) -> String? {
        for group in groups { if let field = group.first(where: { $0.name == name }) { return field.value } }
        return nil
    }

    /// Whether it tells of a delivery that failed (RFC 3464, 2.3.3); one that names no action is taken for that.
    var tellsFailure: Bool {
        let actions = groups.compactMap { group in group.first { $0.name == "action" }?.value.lowercased() }
        return sort == .delivery && (actions.isEmpty || actions.contains { $0.hasPrefix("failed") })
    }

    /// The properties of an invitation that say what it is about (RFC 5545).
    private static func calendar(_ text: String) -> [(name: String, value: String)] {
        let wanted = [
            "METHOD", "UID", "SUMMARY", "DTSTART", "DTEND", "LOCATION", "STATUS", "ORGANIZER", "SEQUENCE", "COMMENT",
            "RECURRENCE-ID", "ATTENDEE",
        ]
        // A fold is a line end and a space or a tab (3.1).
        let unfolded = text.replacing("\r\n", with: "\n").replacing("\n ", with: "").replacing("\n\t", with: "")
        var found: [(name: String, value: String)] = []
        var isEvent = false
        for line in unfolded.split(separator: "\n").prefix(1000) {
            if line == "BEGIN:VEVENT" { isEvent = true }
            let parts = CalendarLine(line)
            let name = parts.name.lowercased()
            guard wanted.contains(parts.name.uppercased()), isEvent || name == "method",
                !found.contains(where: { $0.name == name })
            else { continue }
            found.append((name, parts.value))
            if let zone = parts.parameter("TZID") { found.append((name + "_tzid", zone)) }
            if let answer = parts.parameter("PARTSTAT") { found.append((name + "_partstat", answer)) }
        }
        // Who answers is what an answer says (RFC 5546, 3.2.3); of those who are invited the first is nobody special.
        let isAnswer = found.contains { $0.name == "method" && ["REPLY", "COUNTER", "REFRESH"].contains($0.value) }
        return isAnswer ? found : found.filter { !$0.name.hasPrefix("attendee") }
    }
}

/// A content line of a calendar (RFC 5545, 3.1): `NAME;PARAMETER=value:value`.
private struct CalendarLine {
    private(set) var name = ""
    private(set) var value = ""
    /// Its parameters as written, without quotes.
    private var parameters: [String] = []

    /// The value of a parameter.
    func parameter(_ name: String) -> String? {
        parameters.first { $0.uppercased().hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// Takes a line apart; a colon or semicolon within quotes ends nothing (3.2).
    init(_ line: Substring) {
        var pieces: [String] = [""]
        var isQuoted = false
        for place in line.indices {
            let sign = line[place]
            if sign == "\"" {
                isQuoted.toggle()
            } else if sign == ":" && !isQuoted {
                value = CalendarLine.unescaped(line[line.index(after: place)...])
                name = pieces[0]
                parameters = Array(pieces.dropFirst())
                return
            } else if sign == ";" && !isQuoted {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(sign)
            }
        }
    }

    /// A text without its escapes (3.3.11).
    private static func unescaped(_ text: Substring) -> String {
        var output = ""
        var isEscaped = false
        for sign in text {
            if isEscaped {
                output.append(sign == "n" || sign == "N" ? "\n" : sign)
                isEscaped = false
            } else if sign == "\\" {
                isEscaped = true
            } else {
                output.append(sign)
            }
        }
        return output
    }
}

/// Writes reports into `ext`.
enum EmailReports {
    /// Writes `delivery_status`, `disposition`, `feedback_report`, `calendar` and `original_message_id`.
    static func write(_ reports: [EmailReport], to fields: inout JSONFields) {
        write(reports, .delivery, "delivery_status", to: &fields)
        write(reports, .reading, "disposition", to: &fields)
        write(reports, .complaint, "feedback_report", to: &fields)
        write(reports, .calendar, "calendar", to: &fields)
        let isReport = reports.contains { $0.sort == .delivery || $0.sort == .reading || $0.sort == .complaint }
        guard isReport else { return }
        let original =
            reports.first { $0.sort == .original }?.value("message-id")
            ?? reports.compactMap { $0.value("original-message-id") }.first
        fields.string("original_message_id", (original ?? "").filter { $0 != "<" && $0 != ">" && $0 != " " })
    }

    private static func write(
        _ reports: [EmailReport], _ sort: EmailReport.Sort, _ key: StaticString, to fields: inout JSONFields
    ) {
        let groups = reports.filter { $0.sort == sort }.flatMap(\.groups).prefix(16)
        guard !groups.isEmpty else { return }
        var output = Output()
        output.byte(UInt8(ascii: "["))
        for (index, group) in groups.enumerated() {
            if index > 0 { output.byte(UInt8(ascii: ",")) }
            output.byte(UInt8(ascii: "{"))
            var seen: Set<String> = []
            for field in group where seen.insert(field.name).inserted {
                if seen.count > 1 { output.byte(UInt8(ascii: ",")) }
                output.string(String(field.name.map { $0 == "-" ? "_" : $0 }))
                output.byte(UInt8(ascii: ":"))
                output.string(String(field.value.prefix(2000)))
            }
            output.byte(UInt8(ascii: "}"))
        }
        output.byte(UInt8(ascii: "]"))
        output.withBytes { fields.json(key, $0) }
    }
}
