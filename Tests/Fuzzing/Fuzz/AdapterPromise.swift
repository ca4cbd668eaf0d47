internal import Earshot
internal import EarshotFormats

/// What every adapter promises of its `read`, whatever the bytes.
struct AdapterPromise {
    let adapter: any Adapter

    /// How much a reading may write: pages share authors and places, which every line repeats.
    private static let growth = (base: 4 << 20, perByte: 512)

    /// Reads an input twice and looks at every line.
    func check(_ bytes: [UInt8]) {
        let document = document(bytes)
        let lines = lines(of: document)
        expect(lines == self.lines(of: document), "the same document gives the same reading")
        guard let lines else { return }
        expect(lines.count <= AdapterPromise.growth.base + bytes.count * AdapterPromise.growth.perByte, "bounded lines")
        for line in lines.split(separator: UInt8(ascii: "\n")) { AdapterPromise.check(line: Array(line)) }
    }

    /// An input as a document; its length decides how it came, so that every input does always come the same way.
    private func document(_ bytes: [UInt8]) -> Document {
        var document = Document(bytes, observedAt: Timestamp(seconds: 1_767_225_600))
        switch bytes.count % 8 {
        case 1: document.url = "https://acme.example/a/feed?x=1"
        case 2: document.contentType = "text/xml; charset=koi8-r"
        case 3: document.contentType = "application/json; charset=utf-16"
        case 4: document.name = "data/tweets.js"
        case 5: document.companions = [document]
        default: break
        }
        return document
    }

    /// The canonical lines, or nil where the document is refused.
    private func lines(of document: Document) -> [UInt8]? {
        guard let reading = try? adapter.read(document) else { return nil }
        let kind = adapter.kind
        var writer = MentionWriter(origin: .init(channel: "c", adapter: kind.name, adapterVersion: kind.version))
        writer.write(reading, of: document)
        return writer.take().lines
    }

    /// A line is UTF-8, JSON, and a mention that says of itself what the schema asks for.
    private static func check(line: [UInt8]) {
        expect(String(validating: line, as: UTF8.self) != nil, "a line is valid UTF-8")
        do {
            try JSON.parse(line) { (root) throws(MalformedDocument) in
                check(text: root["text"].string)
                check(text: root["title"].string)
                check(entities: root)
            }
            let read = try MentionLine(line)
            expect(read.bytes == line, "a line that is read back is the same line")
        } catch {
            broken("a line reads back: \(error)")
        }
    }

    /// A text has no controls but tab and newline.
    private static func check(text: Bytes) {
        for index in 0..<text.count where text[index] < 0x20 || text[index] == 0x7F {
            expect(text[index] == 0x09 || text[index] == 0x0A, "a text has no control \(text[index])")
        }
    }

    /// Entities that have a place have it in the text.
    private static func check(entities root: JSONNode) {
        guard root["entities"].isArray else { return }
        let length = Int64(root["text"].string.string.unicodeScalars.count)
        root["entities"].each { entity in
            guard entity["start"].exists || entity["end"].exists else { return }
            let (start, end) = (entity["start"].int64, entity["end"].int64)
            expect(start >= 0 && start < end && end <= length, "an entity \(start)..<\(end) within \(length)")
        }
    }
}
