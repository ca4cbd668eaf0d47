internal import Earshot
internal import EarshotFormats
internal import Glibc

/// The formats that read what strangers wrote.
enum FormatTargets {
    static let all = [
        Target(name: "json", isJSON: true, take: json),
        Target(name: "mention-line", isJSON: true, take: mentionLine),
        Target(name: "html", take: html),
        Target(name: "times", take: times),
        Target(name: "urls", take: urls),
        Target(name: "text-entities", take: textEntities),
        Target(name: "jmespath", take: jmespath),
        Target(name: "documents", take: documents),
    ]

    /// What parses is written as JSON that says the same, and what was repaired needs no second repair.
    private static func json(_ bytes: [UInt8]) {
        let written = try? JSON.read(bytes) { (root, _) throws(MalformedDocument) in JSONValue(root).bytes }
        guard let written else { return }
        guard let again = try? JSONValue(parsing: written) else { broken("what was written parses") }
        expect(again.bytes == written, "writing twice changes nothing")
    }

    /// A line that is taken for a mention is written as a line that reads the same.
    private static func mentionLine(_ bytes: [UInt8]) {
        guard let line = try? MentionLine(bytes) else { return }
        let written = line.bytes
        guard !written.isEmpty else { return }
        guard let again = try? MentionLine(written) else { broken("what was written reads back") }
        expect(again.bytes == written, "writing twice changes nothing")
    }

    /// Text and sanitized HTML are UTF-8, and sanitizing twice changes nothing.
    private static func html(_ bytes: [UInt8]) {
        bytes.withBytes { bytes in
            expect(isText(HTML.text(of: bytes)), "the text of HTML is UTF-8")
            expect(isText(HTML.unescaped(bytes)), "what is unescaped is UTF-8")
            _ = HTML.isLikely(bytes)
            let clean = HTML.sanitized(bytes, base: ("https://acme.example/a/b?c" as StaticString).bytes)
            expect(isText(clean), "sanitized HTML is UTF-8")
            expect(clean.withBytes { HTML.sanitized($0) } == clean, "sanitizing twice changes nothing")
            let small = clean.withBytes { String(decoding: $0.array, as: UTF8.self) }.lowercased()
            for harm in ["<script", "<iframe", "<style", "href=\"javascript:", "src=\"data:"] {
                expect(!small.contains(harm), "sanitized HTML has no \(harm)")
            }
        }
    }

    /// A moment that is read writes as text that reads as the same moment.
    private static func times(_ bytes: [UInt8]) {
        guard let moment = bytes.withBytes({ Times.parse($0) }) else { return }
        var output = Output()
        output.timestamp(moment)
        expect(output.withBytes { Times.parse($0) } == moment, "a moment reads back: \(output.string)")
    }

    /// Addresses are text, and the canonical one is its own canonical one.
    private static func urls(_ bytes: [UInt8]) {
        let halves = bytes.split(separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false).map(Array.init)
        halves[0].withBytes { reference in
            (halves.count > 1 ? halves[1] : []).withBytes { base in _ = URLs.resolved(reference, base: base) }
            _ = URLs.unwrapped(reference)
            guard let canonical = URLs.canonical(reference) else { return }
            let again = canonical.withBytes { URLs.canonical($0) }
            expect(
                again == canonical,
                "canonical twice: \(String(decoding: canonical, as: UTF8.self)), then "
                    + (again.map { String(decoding: $0, as: UTF8.self) } ?? "none"))
        }
    }

    /// What is found in a text lies in it, one after another.
    private static func textEntities(_ bytes: [UInt8]) {
        var reading = Reading(network: "web")
        let text = bytes.withBytes { bytes in
            if let repaired = Mojibake.repaired(bytes) { expect(isText(repaired), "repaired text is UTF-8") }
            return reading.keepText(bytes)
        }
        let length = reading.string(text).unicodeScalars.count
        let found = TextEntities.append(from: text, to: &reading)
        var last = 0
        for index in found.indices {
            let entity = reading.entities[index]
            let (start, end) = (Int(entity.start), Int(entity.end))
            expect(start >= last && start < end && end <= length, "an entity \(start)..<\(end) within \(length)")
            last = end
        }
    }

    /// The first line is an expression, the rest the JSON it looks at.
    private static func jmespath(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 0x0A, maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
        guard let source = parts.first, let expression = try? JMESPath(compiling: source) else { return }
        let value = parts.count > 1 ? (try? JSONValue(parsing: parts[1])) ?? .null : .null
        _ = try? expression.holds(for: value)
        guard let result = try? expression.evaluate(over: value) else { return }
        guard let again = try? expression.evaluate(over: value) else { broken("an expression says the same twice") }
        expect(again.bytes == result.bytes, "an expression says the same twice")
    }

    /// Files are cut the same way twice, and so where lines are handed on together.
    private static func documents(_ bytes: [UInt8]) {
        let containers: [Container] = [.lines, .mbox, .single]
        let container = containers[bytes.count % 3]
        let steps = steps(of: bytes, container)
        expect(steps == self.steps(of: bytes, container), "a file is cut the same way twice")
        for size in [1 + bytes.count / 3, 1 << 17] {
            expect(steps == shares(of: bytes, container, size), "a file is cut the same way by several")
        }
    }

    /// Where an unlinked file of this process is open.
    private static let file: CInt = {
        var path = Array("/tmp/earshot-fuzz-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&path)
        expect(descriptor >= 0, "a temporary file")
        _ = unsafe unlink(path)
        return descriptor
    }()

    /// Each step's place and document.
    private static func steps(of bytes: [UInt8], _ container: Container) -> [String] {
        let reader = reader(of: bytes, container)
        var found: [String] = []
        while let step = reader.next() { found.append(words(for: step.document, in: step.name, at: step.location)) }
        return found
    }

    /// The same, of lines that are handed on together.
    private static func shares(of bytes: [UInt8], _ container: Container, _ size: Int) -> [String] {
        let reader = reader(of: bytes, container)
        var found: [String] = []
        while let share = reader.nextShare(of: size) {
            switch share {
            case .step(let step): found.append(words(for: step.document, in: step.name, at: step.location))
            case .lines(let lines):
                lines.forEach { document, line in
                    found.append(words(for: .success(document), in: document.name, at: "line \(line)"))
                }
            }
        }
        return found
    }

    private static func reader(of bytes: [UInt8], _ container: Container) -> DocumentReader {
        expect(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0, "an empty file")
        expect(unsafe write(file, bytes, bytes.count) == bytes.count && lseek(file, 0, SEEK_SET) == 0, "a file")
        let cut = DocumentReader.Cut(container, companions: ["*.js"]) { Timestamp(seconds: 0) }
        return DocumentReader(descriptor: file, name: "input", cut: cut)
    }

    private static func words(
        for document: Result<Document, MalformedDocument>, in name: String, at location: String
    ) -> String {
        switch document {
        case .success(let document): "\(name) \(location) \(Digest(of: document.bytes))"
        case .failure(let failure): "\(name) \(location) \(failure)"
        }
    }

    private static func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}
