internal import Earshot

/// Where the mentions of a batch go, and when a file has had enough.
struct FilePlan: Sendable {
    /// The lines of a batch that go to one path.
    struct Share {
        var path: String
        var lines: [UInt8]
    }

    let template: PathTemplate
    let compression: Compression
    let sizeLimit: Int?
    let ageLimit: Duration?
    let syncs: Bool
    /// Where the sink notes what it is about to change.
    let ledger: String

    /// The first part of the file where all mentions go to one.
    var onlyPath: String? {
        template.isConstant ? path(template.path(network: "", channel: "", at: .earliest), part: 0) : nil
    }

    /// The name of a file that is made to see whether files can be.
    var trial: String { String(ledger.dropFirst(Directory.parent(of: ledger).count + 1)) + ".trial" }

    private let root: String

    init(
        template: PathTemplate, directory: String, name: String, compression: Compression, sizeLimit: Int?,
        ageLimit: Duration?, syncs: Bool
    ) {
        self.template = template
        self.compression = compression
        self.sizeLimit = sizeLimit
        self.ageLimit = ageLimit
        self.syncs = syncs
        root = template.prefix.hasPrefix("/") || directory.isEmpty ? "" : directory + "/"
        // Other files in the folder, of another gateway or import, have a sink of this name too.
        let files = Digest(of: Array((root + template.text).utf8)).hexadecimal.prefix(8)
        ledger =
            Directory.parent(of: root + template.prefix + "x") + "/.earshot-\(PathTemplate.safe(name))-\(files).pending"
    }

    /// The file that a part of a path is; parts after the first have their number before the ending.
    func path(_ name: String, part: Int) -> String {
        let plain = name.hasSuffix(compression.suffix) ? String(name.dropLast(compression.suffix.count)) : name
        guard part > 0 else { return root + plain + compression.suffix }
        let slash = plain.lastIndex(of: "/") ?? plain.startIndex
        let dot = plain[slash...].lastIndex(of: ".") ?? plain.endIndex
        return root + plain[..<dot] + ".\(part)" + plain[dot...] + compression.suffix
    }

    /// Whether the next delivery belongs into a new part.
    func isFull(_ length: Int, since opened: Int64, now: Int64) -> Bool {
        if let sizeLimit, length >= sizeLimit { return true }
        if let ageLimit, .seconds(now - opened) >= ageLimit { return length > 0 }
        return false
    }

    /// What of a batch goes where; the order within a path is the batch's.
    func shares(of batch: Batch) -> [Share] {
        if batch.isEmpty { return [] }
        if template.isConstant {
            return [Share(path: template.path(network: "", channel: "", at: .earliest), lines: batch.lines)]
        }
        var shares: [Share] = []
        var places: [Key: Int] = [:]
        for (index, entry) in batch.entries.enumerated() {
            let key = Key(network: entry.network, channel: entry.channel, hour: entry.observedAt.seconds / 3600)
            let place = places[key] ?? self.place(of: entry, in: batch, &shares)
            places[key] = place
            shares[place].lines += batch.line(index)
            shares[place].lines.append(UInt8(ascii: "\n"))
        }
        return shares
    }

    private struct Key: Hashable {
        var network: UInt16
        var channel: UInt16
        var hour: Int64
    }

    private func place(of entry: Batch.Entry, in batch: Batch, _ shares: inout [Share]) -> Int {
        let path = template.path(
            network: batch.network(of: entry), channel: batch.channel(of: entry), at: entry.observedAt)
        if let known = shares.firstIndex(where: { $0.path == path }) { return known }
        shares.append(Share(path: path, lines: []))
        return shares.count - 1
    }
}
