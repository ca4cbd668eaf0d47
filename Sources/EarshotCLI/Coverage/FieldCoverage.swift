internal import Earshot
internal import EarshotFormats

/// Finds out where each value of JSON, XML and mail goes: exchanges one value at a time for another of its type, reads
/// the document again, and looks which fields of the mentions became different.
///
/// Nothing here knows any adapter. A value that can be exchanged without a trace is dropped, unless it stands in the
/// mentions anyway, as where a source says the same thing twice.
struct FieldCoverage {
    /// What became of the values at one path.
    struct Fate {
        /// How many values there were.
        var seen = 0
        /// How many of them were exchanged.
        var tried = 0
        /// The fields that changed, `ext` and `defect` among them.
        var fields: Set<String> = []
        /// How many could be exchanged without a trace, though the mentions say the same value.
        var repeated = 0
        /// How many could be exchanged without a trace.
        var dropped = 0
        /// One that was dropped.
        var example = ""

        /// What became of the values, at best.
        var verdict: Verdict {
            if !fields.subtracting(["ext", "defect"]).isEmpty { return .mention }
            if fields.contains("ext") { return .ext }
            return fields.contains("defect") ? .defect : repeated > 0 ? .repeated : .dropped
        }
    }

    /// Where values end.
    enum Verdict: String, CaseIterable { case mention, ext, defect, repeated, dropped }

    /// What became of the values, by path.
    private(set) var fates: [String: Fate] = [:]
    /// How many documents were tried, how many an adapter refused, how many are of no known form.
    private(set) var documents = (tried: 0, refused: 0, unknown: 0)
    /// The documents that were read and of which there was nothing to say; their values are not tried.
    private(set) var silent: [String] = []

    private let adapter: any Adapter

    /// How many values of one path are exchanged, in one document and in all.
    private static let samples = (inDocument: 3, inAll: 24)
    /// The shortest value of which it means something that the mentions have it too.
    private static let shortestRepeat = 4

    /// A coverage of what one adapter reads.
    init(of adapter: any Adapter) { self.adapter = adapter }

    /// Tries the values of one document.
    mutating func add(_ document: Document) {
        guard let leaves = CoverageLeaf.all(in: document, of: adapter.kind) else {
            documents.unknown += 1
            return
        }
        let snapshot = MentionSnapshot(of: document, by: adapter)
        guard snapshot.refusal == nil else {
            documents.refused += 1
            return
        }
        guard !snapshot.isEmpty else {
            silent.append(document.name)
            return
        }
        documents.tried += 1
        let said = snapshot.said
        var tried: [String: Int] = [:]
        for leaf in leaves {
            fates[leaf.path, default: Fate()].seen += 1
            guard tried[leaf.path, default: 0] < FieldCoverage.samples.inDocument,
                fates[leaf.path, default: Fate()].tried < FieldCoverage.samples.inAll
            else { continue }
            tried[leaf.path, default: 0] += 1
            let isSaid =
                leaf.isTelling && leaf.text.utf8.count >= FieldCoverage.shortestRepeat && said.contains(leaf.text)
            note(leaf, changes(exchanging: leaf, in: document, from: snapshot), isSaid: isSaid)
        }
    }

    /// The fields that differ once the leaf is another.
    private func changes(
        exchanging leaf: CoverageLeaf, in document: Document, from snapshot: MentionSnapshot
    ) -> Set<String> {
        for bytes in leaf.exchanges() {
            var changed = document
            changed.bytes = bytes
            let differences = MentionSnapshot(of: changed, by: adapter).differences(from: snapshot)
            if !differences.isEmpty { return differences }
        }
        return []
    }

    private mutating func note(_ leaf: CoverageLeaf, _ changed: Set<String>, isSaid: Bool) {
        var fate = fates[leaf.path, default: Fate()]
        fate.tried += 1
        fate.fields.formUnion(changed)
        if changed.isEmpty && isSaid { fate.repeated += 1 }
        if changed.isEmpty && !isSaid {
            fate.dropped += 1
            if fate.example.isEmpty { fate.example = leaf.text }
        }
        fates[leaf.path] = fate
    }
}
