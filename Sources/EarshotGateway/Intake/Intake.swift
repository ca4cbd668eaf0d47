package import Earshot

/// The way in of one channel: documents are read, enriched, encoded, and safe in the journal when `take` returns.
package struct Intake: Sendable {
    /// The channel's name.
    let channel: String
    private let adapter: any Adapter
    private let enrichment: Enrichment
    /// Where what is new is stored.
    let journal: any Journal
    private let period: Range<Timestamp>?
    private let leads: LeadBox?

    /// How much room lines are given at first, in bytes, however long the documents are.
    private static let roomLimit = 1 << 22

    /// An intake for one channel; with `period`, what the source says was published outside it is left out; with
    /// `leads`, what a document only names goes there to be looked up.
    package init(
        channel: String, adapter: any Adapter, enrichment: Enrichment, journal: any Journal,
        period: Range<Timestamp>? = nil, leads: LeadBox? = nil
    ) {
        self.period = period
        self.leads = leads
        self.channel = channel
        self.adapter = adapter
        self.enrichment = enrichment
        self.journal = journal
    }

    /// Reads documents and stores their mentions together with the cursor that stands for having them.
    ///
    /// `unreadable` are places where a document should have been, to be counted with the rest.
    package func take(
        _ documents: [Document], unreadable: [IntakeTally.Finding] = [], advancing cursor: Cursor?
    ) async throws -> IntakeTally {
        try await store(try await read(documents, unreadable: unreadable), advancing: cursor)
    }

    /// Documents that were read and are not stored yet.
    struct Page: Sendable {
        fileprivate var batch: Batch
        var tally: IntakeTally
    }

    /// Reads documents; nothing of them is in the journal yet but what is to be looked up.
    func read(_ documents: [Document], unreadable: [IntakeTally.Finding]) async throws -> Page {
        var tally = IntakeTally(unreadable: unreadable)
        let size = documents.reduce(0) { $0 + $1.bytes.count }
        var writer = MentionWriter(origin: origin, capacity: min(size + size / 4 + 4096, Intake.roomLimit))
        var signatures: [Signature?] = []
        for document in documents { try await write(document, to: &writer, &signatures, &tally) }
        Failpoint.afterParse.reach()
        var batch = writer.take()
        for (index, signature) in signatures.enumerated() where signature != nil { batch.signatures[index] = signature }
        return Page(batch: batch, tally: tally)
    }

    /// Stores what was read, together with the cursor that stands for having it.
    func store(_ page: Page, advancing cursor: Cursor?) async throws -> IntakeTally {
        var tally = page.tally
        tally.receipt = try await journal.append(page.batch, from: channel, advancing: cursor)
        Failpoint.beforeAck.reach()
        return tally
    }

    /// Leaves out what was published outside the period, and tells how much.
    private func leaveOut(of reading: inout Reading) -> Int {
        guard let period else { return 0 }
        let before = reading.rows.count
        reading.rows.removeAll { row in row.publishedAt.map { !period.contains($0) } ?? false }
        return before - reading.rows.count
    }

    /// Who the channel's mentions come from.
    private var origin: MentionWriter.Origin {
        let kind = adapter.kind
        return MentionWriter.Origin(channel: channel, adapter: kind.name, adapterVersion: kind.version)
    }

    private func write(
        _ document: Document, to writer: inout MentionWriter, _ signatures: inout [Signature?],
        _ tally: inout IntakeTally
    ) async throws {
        tally.documents += 1
        var reading: Reading
        do throws(MalformedDocument) {
            reading = try adapter.read(document)
        } catch {
            return tally.add(malformed: error, document)
        }
        if !reading.leads.isEmpty { try await note(leadsOf: &reading) }
        tally.mentions += reading.rows.count
        tally.ignored += reading.ignored
        tally.outside += leaveOut(of: &reading)
        signatures += enrichment.enrich(&reading)
        tally.add(reading.defects, of: document)
        writer.write(reading, of: document)
    }

    /// Has what is only named looked up, and leaves it out until then; as it is where too much waits to be looked up.
    private func note(leadsOf reading: inout Reading) async throws {
        guard let leads else { return }
        guard try await leads.add(reading.leads.map(\.request)) else {
            let count = reading.leads.count
            return reading.append(defect: "\(count) mentions by their ids alone: \(LeadBox.limit) wait to be looked up")
        }
        reading.removeLeads()
    }
}

/// What became of the documents of one `take`, or of many.
package struct IntakeTally: Sendable {
    /// A defect and the document it is in.
    package struct Finding: Sendable {
        /// The document's name or address.
        package var document: String
        /// What is wrong, and where within it.
        package var defect: Defect

        /// A defect in a document.
        package init(document: String, defect: Defect) {
            self.document = document
            self.defect = defect
        }
    }

    /// How many documents came.
    package var documents = 0
    /// How many of them could not be read at all.
    package var malformed = 0
    /// How many mentions were read.
    package var mentions = 0
    /// How many of them were left out, as they were published outside the period that was asked for.
    package var outside = 0
    /// How many bytes of files were read.
    package var bytes = 0
    /// How many parts could not be read.
    package var defects = 0
    /// How many known parts are no mentions, such as notes that a message was read.
    package var ignored = 0
    /// The first findings, for the log.
    package var findings: [Finding] = []
    /// What the journal made of the mentions.
    package var receipt = Receipt()

    /// How many findings are kept; the rest is only counted.
    private static let findingLimit = 100

    /// Nothing came, but for places where a document should have been.
    package init(unreadable: [Finding] = []) {
        documents = unreadable.count
        malformed = unreadable.count
        findings = unreadable
    }

    /// Counts defects of a document that was read otherwise.
    package mutating func add(_ defects: [Defect], of document: Document) {
        self.defects += defects.count
        for defect in defects { keep(Finding(document: document.label, defect: defect)) }
    }

    /// Counts a document that could not be read.
    package mutating func add(malformed failure: MalformedDocument, _ document: Document) {
        malformed += 1
        keep(Finding(document: document.label, defect: Defect(reason: failure.reason, location: failure.location)))
    }

    /// Adds up two tallies.
    package static func += (total: inout IntakeTally, part: IntakeTally) {
        total.documents += part.documents
        total.malformed += part.malformed
        total.mentions += part.mentions
        total.outside += part.outside
        total.bytes += part.bytes
        total.defects += part.defects
        total.ignored += part.ignored
        total.receipt += part.receipt
        for finding in part.findings { total.keep(finding) }
    }

    private mutating func keep(_ finding: Finding) {
        if findings.count < IntakeTally.findingLimit { findings.append(finding) }
    }
}

extension Document {
    /// What a person would call it: its name, else its address, else nothing.
    package var label: String { name.isEmpty ? url ?? "" : name }
}
