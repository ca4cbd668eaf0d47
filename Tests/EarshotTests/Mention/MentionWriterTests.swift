import Earshot
import Testing

@Suite struct MentionWriterTests {
    private let origin = MentionWriter.Origin(channel: "brand", adapter: "twitter", adapterVersion: "1.0")
    private let document = Document(Array("{}".utf8), observedAt: Timestamp(seconds: 1_767_225_600))

    private func lines(_ fill: (inout Reading) -> Void) -> [String] {
        var reading = Reading(network: "twitter")
        fill(&reading)
        var writer = MentionWriter(origin: origin)
        writer.write(reading, of: document)
        let batch = writer.take()
        #expect(batch.count == reading.rows.count)
        return batch.entries.indices.map { String(decoding: batch.line($0), as: UTF8.self) }
    }

    @Test func `the keys come in the order of mention v1`() {
        let line = lines { reading in
            var row = MentionRow(kind: .reply)
            row.nativeID = reading.keep("17")
            row.url = reading.keep("https://x.com/anna/status/17")
            row.text = reading.keepText("Missä \"laukkuni\" on? #acmefail")
            row.author.handle = reading.keep("anna")
            row.author.followers = 3
            row.visibility = .public
            var entity = EntityRow(type: .hashtag)
            entity.text = reading.keep("#acmefail")
            entity.value = reading.keep("acmefail")
            (entity.start, entity.end) = (22, 31)
            reading.entities.append(entity)
            row.entities = Entries(from: 0, to: 1)
            row.metrics.likes = 0
            row.metricsAt = document.observedAt
            reading.refs.append(RefRow(.replyTo, to: reading.keep("16")))
            row.refs = Entries(from: 0, to: 1)
            row.threadID = reading.keep("16")
            row.promoted = false
            row.publishedAt = Timestamp(milliseconds: 1_767_225_500_250)
            row.ext = Array(#"{"source":"web"}"#.utf8).withBytes { reading.keepJSON($0) }
            reading.append(row)
        }.first
        let expected =
            ##"{"schema":"mention/1.0","op":"create","id":"twitter:17","network":"twitter","native_id":"17","##
            + ##""kind":"reply","digest":"DIGEST","url":"https://x.com/anna/status/17","##
            + ##""text":"Missä \"laukkuni\" on? #acmefail","author":{"handle":"anna","followers":3},"##
            + ##""visibility":"public","entities":[{"type":"hashtag","text":"#acmefail","value":"acmefail","##
            + ##""start":22,"end":31}],"metrics":{"likes":0},"metrics_at":"2026-01-01T00:00:00Z","##
            + ##""refs":[{"rel":"reply_to","id":"twitter:16"}],"thread_id":"twitter:16","promoted":false,"##
            + ##""published_at":"2025-12-31T23:58:20.250Z","observed_at":"2026-01-01T00:00:00Z","##
            + ##""provenance":{"channel":"brand","adapter":"twitter","adapter_version":"1.0","via":"import","##
            + ##""document":"DOCUMENT"},"ext":{"twitter":{"source":"web"}}}"##
        let digest = Digest(ofDocument: document.bytes).hexadecimal
        let parts = line?.split(separator: "\"digest\":\"", maxSplits: 1).last?.prefix(32)
        #expect(
            line == expected.replacing("DIGEST", with: parts ?? "").replacing("DOCUMENT", with: digest))
    }

    @Test func `each document's lines say when and where it was found, though one writer writes them`() {
        var reading = Reading(network: "twitter")
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keep("17")
        row.metrics.likes = 1
        reading.append(row)
        var writer = MentionWriter(origin: origin)
        let moments = [1_767_225_600, 1_767_225_601, 1_767_225_600].map { Timestamp(seconds: $0) }
        for (index, moment) in moments.enumerated() {
            var document = Document(Array("{}".utf8), observedAt: moment)
            document.url = index == 1 ? "https://api.example/1" : nil
            reading.rows[0].metricsAt = moment
            writer.write(reading, of: document)
        }
        let batch = writer.take()
        for (index, moment) in moments.enumerated() {
            let line = String(decoding: batch.line(index), as: UTF8.self)
            #expect(line.contains("\"observed_at\":\"\(moment)\""))
            #expect(line.contains("\"metrics_at\":\"\(moment)\""))
            #expect(line.contains("\"request\":\"https://api.example/1\"") == (index == 1))
        }
    }

    @Test func `a deletion says what was deleted and no more`() {
        let line =
            lines { reading in
                var row = MentionRow(kind: .post)
                row.operation = .delete
                row.nativeID = reading.keep("17")
                row.text = reading.keepText("gone")
                reading.append(row)
            }.first ?? ""
        #expect(line.hasPrefix(#"{"schema":"mention/1.0","op":"delete","id":"twitter:17","network":"twitter","#))
        #expect(!line.contains("gone") && !line.contains("digest"))
    }

    @Test func `equal content has an equal digest whatever the metrics, other content another`() {
        func digest(_ text: String, likes: Int64) -> Digest? {
            var reading = Reading(network: "twitter")
            var row = MentionRow(kind: .post)
            row.nativeID = reading.keep("1")
            row.text = reading.keepText(text)
            row.metrics.likes = likes
            reading.append(row)
            var writer = MentionWriter(origin: origin)
            writer.write(reading, of: document)
            return writer.take().entries.first?.content
        }
        #expect(digest("one", likes: 1) == digest("one", likes: 2))
        #expect(digest("one", likes: 1) != digest("two", likes: 1))
    }

    @Test(arguments: [0.8, -1, 1e19, .infinity, .nan])
    func `a rating of any size is written`(rating: Double) {
        var reading = Reading(network: "facebook")
        var row = MentionRow(kind: .review)
        row.nativeID = reading.keep("1")
        row.metrics.rating = rating
        reading.append(row)
        var writer = MentionWriter(origin: origin)
        writer.write(reading, of: document)
        #expect(writer.take().count == 1)
    }

    @Test func `a mention whose id was nothing but controls is a defect`() {
        var reading = Reading(network: "twitter")
        var row = MentionRow(kind: .post)
        row.nativeID = reading.keep("\u{0}\u{1F}")
        reading.append(row)
        #expect(reading.rows.isEmpty)
        #expect(reading.defects == [Defect(reason: "a mention without an id")])
    }

    @Test func `a batch is cut into batches of its lines`() {
        var reading = Reading(network: "twitter")
        for index in 0..<5 {
            var row = MentionRow(kind: .post)
            row.nativeID = reading.keep("\(index)")
            reading.append(row)
        }
        var writer = MentionWriter(origin: origin)
        writer.write(reading, of: document)
        let batch = writer.take()
        let part = batch.slice(2..<4)
        #expect(part.count == 2)
        #expect(part.line(1) == batch.line(3))
        #expect(part.lines.last == UInt8(ascii: "\n"))
        #expect(batch.slice(0..<0).isEmpty)
    }
}
