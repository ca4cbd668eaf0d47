package import Earshot

/// What the configuration knows and a document does not say: own accounts, and so who wrote to whom.
package struct Enrichment: Sendable {
    /// For each network, the lower-cased ids, handles and addresses of the brand's own accounts.
    private let ownAccounts: [String: Set<String>]

    /// An enrichment by the configuration's `own_accounts`.
    package init(ownAccounts: [String: [String]] = [:]) {
        self.ownAccounts = ownAccounts.mapValues { accounts in
            Set(accounts.map { Enrichment.plain($0) })
        }
    }

    /// Adds to every mention of a reading what is known here.
    package func enrich(_ reading: inout Reading) {
        guard !ownAccounts.isEmpty else { return }
        for index in reading.rows.indices where reading.rows[index].operation != .delete {
            let row = reading.rows[index]
            guard let own = ownAccounts[reading.string(reading.network(of: row))] else { continue }
            let isOwn = [row.author.id, row.author.handle, row.author.address]
                .contains { !$0.isEmpty && own.contains(Enrichment.plain(reading.string($0))) }
            reading.rows[index].author.own = isOwn
            reading.rows[index].direction = isOwn ? .outbound : row.direction ?? .inbound
        }
    }

    /// An account's name as it is compared: lower case, without `@` before it.
    private static func plain(_ account: String) -> String {
        let name = account.lowercased()
        return name.hasPrefix("@") ? String(name.dropFirst()) : name
    }
}
