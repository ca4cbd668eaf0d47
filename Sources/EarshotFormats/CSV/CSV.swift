public import Earshot

/// Reads comma-separated values (RFC 4180): quoted cells with doubled quotes, and line ends within them.
public enum CSV {
    /// Calls `body` with each row's cells and the number of the line it begins in, counted from 1.
    ///
    /// Blank lines and a byte order mark are passed over. A quote that is never closed ends with the text.
    public static func read(_ bytes: Bytes, _ body: (_ cells: [[UInt8]], _ line: Int) -> Void) {
        var position = bytes.hasPrefix("\u{FEFF}") ? 3 : 0
        var line = 1
        var row: [[UInt8]] = []
        var first = line
        while position < bytes.count {
            let cell = self.cell(of: bytes, at: &position, line: &line)
            row.append(cell)
            if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position += 1
                if position < bytes.count { continue }
                row.append([])
            }
            if row.count > 1 || !cell.isEmpty { body(row, first) }
            row.removeAll(keepingCapacity: true)
            endLine(of: bytes, at: &position, line: &line)
            first = line
        }
    }

    /// The names of a header row without letter case and white space around them, as sources change both.
    public static func names(_ header: [[UInt8]]) -> [String] {
        header.map { $0.withBytes { $0.trimmed.string.lowercased() } }
    }

    /// The cell that begins at `position`, which is moved to the comma or line end after it.
    private static func cell(of bytes: Bytes, at position: inout Int, line: inout Int) -> [UInt8] {
        var cell: [UInt8] = []
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            position += 1
            quoted(bytes, at: &position, line: &line, into: &cell)
        }
        // What stands between a closing quote and the comma is no RFC's, but it is somebody's text.
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
        cell.append(bytes[start..<position])
        return cell
    }

    /// Reads up to the closing quote and over it.
    private static func quoted(_ bytes: Bytes, at position: inout Int, line: inout Int, into cell: inout [UInt8]) {
        while let quote = bytes.firstIndex(of: UInt8(ascii: "\""), from: position) {
            line += append(bytes[position..<quote], to: &cell)
            position = quote + 1
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return }
            cell.append(UInt8(ascii: "\""))
            position += 1
        }
        line += append(bytes[position..<bytes.count], to: &cell)
        position = bytes.count
    }

    /// Appends a run and tells how many lines end in it.
    private static func append(_ run: Bytes, to cell: inout [UInt8]) -> Int {
        cell.append(run)
        var lines = 0
        var from = 0
        while let newline = run.firstIndex(of: 0x0A, from: from) {
            lines += 1
            from = newline + 1
        }
        return lines
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D }

    /// Passes over one line end: CR LF, LF or CR.
    private static func endLine(of bytes: Bytes, at position: inout Int, line: inout Int) {
        guard position < bytes.count else { return }
        if bytes[position] == 0x0D { position += 1 }
        if position < bytes.count, bytes[position] == 0x0A { position += 1 }
        line += 1
    }
}
