internal import Earshot
internal import EarshotGateway

/// What came in, what was new and what was dropped, as a table for people.
enum TallyTable {
    private static let heads = [
        "channel", "documents", "mentions", "new", "changed", "deleted", "repeated", "same page", "defects",
    ]

    /// A row for each channel, and their sum.
    static func text(_ channels: [String: StatusBoard.Channel]) -> String {
        var total = IntakeTally()
        var rows = [heads]
        for (name, channel) in channels.sorted(by: { $0.key < $1.key }) {
            rows.append(row(name, channel.tally))
            total += channel.tally
        }
        rows.append(row("all", total))
        let widths = heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                column == 0 ? cell.0.padded(to: cell.1) : String(repeating: " ", count: cell.1 - cell.0.count) + cell.0
            }.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func row(_ name: String, _ tally: IntakeTally) -> [String] {
        let receipt = tally.receipt
        let numbers = [
            tally.documents, tally.mentions, receipt.created, receipt.updated, receipt.deleted, receipt.repeated,
            receipt.merged, tally.defects + tally.malformed,
        ]
        return [name] + numbers.map(String.init)
    }
}
