/// What came of one fault.
struct Report: Sendable {
    /// The fault, as the list numbers it, and in words.
    var fault: String
    /// How many items the sources had, or sent and saw acknowledged.
    var offered = 0
    /// How many came to every sink.
    var delivered = 0
    /// How often an item came to the endpoint beyond once; to the file, none may.
    var duplicates = 0
    /// How many became dead letters.
    var dead = 0
    /// The most memory that the gateway had, in bytes.
    var peak = 0
    /// The longest time in seconds that nothing moved while there was something to move.
    var stall = 0.0
    /// The time in seconds from the end of the fault until everything was delivered.
    var drain = 0.0
    /// Something to know that is not a number of the table.
    var note = ""
    /// What did not hold.
    var violations: [String] = []

    /// The table's head.
    static let head =
        "fault                                   offered delivered duplicates  dead    peak   stall   drain"

    /// One row.
    var row: String {
        let name = fault.count < 39 ? fault + String(repeating: " ", count: 39 - fault.count) : String(fault.prefix(39))
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(width - text.count, 0)) + text
        }
        func seconds(_ value: Double) -> String { "\((value * 10).rounded() / 10) s" }
        return name + right("\(offered)", 8) + right("\(delivered)", 10) + right("\(duplicates)", 11)
            + right("\(dead)", 6) + right("\(peak / 1_048_576) MB", 8) + right(seconds(stall), 8)
            + right(seconds(drain), 8) + (note.isEmpty ? "" : "  " + note)
    }
}
