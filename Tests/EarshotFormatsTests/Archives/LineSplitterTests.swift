import Earshot
import EarshotFormats
import Testing

struct LineSplitterTests {
    @Test func `each line of JSON lines is a document`() throws {
        let steps = try told("{\"a\":1}\r\n\r\n  \n{\"b\":\"x}\\\"{\"}\n[3]", .lines)
        #expect(steps == ["file line 1: {\"a\":1}", "file line 4: {\"b\":\"x}\\\"{\"}", "file line 5: [3]"])
    }

    @Test func `one JSON value is one document, laid out or not`() throws {
        for text in ["{\"a\":1}\n", "{\n  \"a\": [\n{\"b\":1}\n]\n}\n", "[\n{\"a\":1}\n]\n", "[1]\n\n"] {
            #expect(try told(text, .lines) == ["file: " + text])
        }
    }

    @Test func `what is not JSON is one document`() throws {
        for text in ["a,b\n1,2\n", "<feed>\n<entry/>\n</feed>\n", "window.YTD.tweets.part0 = [\n{\"a\":1}\n]\n"] {
            #expect(try told(text, .lines) == ["file: " + text])
        }
    }

    @Test func `a damaged first line does not make the rest unreadable`() throws {
        let steps = try told("{\"a\":1,\"b\n{\"c\":2}\n{\"d\":3}\n", .lines)
        #expect(steps == ["file line 1: {\"a\":1,\"b", "file line 2: {\"c\":2}", "file line 3: {\"d\":3}"])
    }

    @Test func `a byte order mark does not hide the lines`() throws {
        #expect(try told("\u{FEFF}{\"a\":1}\n{\"b\":2}\n", .lines).count == 2)
    }

    @Test func `a file that holds nothing is a defect`() throws {
        for container in [Container.single, .lines, .mbox] {
            #expect(try told("", container) == ["file! empty"])
            #expect(try told("\r\n \n", container) == ["file! empty"])
        }
    }

    @Test func `a line that is too long is a defect and the next is read`() throws {
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: Document.sizeLimit + 1)
        let text = Array("{\"a\":1}\n{\"b\":\"".utf8) + long + Array("\"}\n{\"c\":3}\n".utf8)
        let steps = try told(text, .lines)
        #expect(steps == ["file line 1: {\"a\":1}", "file line 2! larger than 16 MiB", "file line 3: {\"c\":3}"])
    }

    @Test func `lines from a few bytes to many reads come whole and in order`() throws {
        let sizes = (0..<60).map { 7 + ($0 * $0 * 977 + $0 * 40_961) % 400_000 }
        let lines = sizes.enumerated().map { number, size in
            "{\"\(number)\":\"" + String(repeating: Character(Unicode.Scalar(UInt8(97 + number % 26))), count: size)
                + "\"}"
        }
        let steps = try told(lines.joined(separator: "\n"), .lines)
        #expect(steps.count == lines.count)
        for (number, (step, line)) in zip(steps, lines).enumerated() {
            #expect(step == "file line \(number + 1): " + line)
        }
    }

    @Test func `a document that is too large is a defect`() throws {
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: Document.sizeLimit + 1)
        #expect(try told(large, .single) == ["file! larger than 16 MiB"])
    }
}

struct ArraySplitterTests {
    /// The numbers of the elements of every part, and what the parts begin with.
    private func parts(prefix: String, ending: String, count: Int) throws -> (
        ids: [Int], heads: Set<String>, parts: Int
    ) {
        let filler = String(repeating: "],{\\\"", count: 2000)
        var text = prefix + "[\n"
        for id in 0..<count {
            text += "  {\"id\": \(id), \"text\": \"\(filler)\", \"deep\": [[1, {}]]}\(id < count - 1 ? "," : "")\n"
        }
        let scratch = try Scratch()
        let path = try scratch.write("file", text + ending)
        let reader = try DocumentReader(path, cut: .test(.lines))
        var ids: [Int] = []
        var heads: Set<String> = []
        var parts = 0
        while let step = reader.next() {
            let document = try step.document.get()
            parts += 1
            heads.insert(String(decoding: document.bytes.prefix(prefix.utf8.count + 1), as: UTF8.self))
            let body = Array(document.bytes.dropFirst(prefix.utf8.count))
            try JSON.read(body) { root, _ in root.each { ids.append(Int($0["id"].int64)) } }
        }
        #expect(reader.bytesRead == reader.bytesTotal)
        return (ids, heads, parts)
    }

    @Test(arguments: ["", "window.YTD.tweets.part0 = "])
    func `a large array comes in parts that are arrays`(prefix: String) throws {
        let found = try parts(prefix: prefix, ending: "]\n", count: 1500)
        #expect(found.ids == Array(0..<1500))
        #expect(found.heads == [prefix + "["])
        #expect(found.parts > 2)
    }

    @Test func `a large array without an end keeps its whole elements`() throws {
        let element = "{\"text\":\"" + String(repeating: "x", count: 4000) + "\"},"
        let steps = try told("[" + String(repeating: element, count: 3000) + "{\"text\":\"cut", .lines)
        #expect(steps.last == "file! the array's end is missing (at after element 3000)")
        #expect(steps.count > 2)
    }

    @Test func `an element that is too large is a defect and the others are read`() throws {
        let large = "{\"text\":\"" + String(repeating: "x", count: Document.sizeLimit) + "\"}"
        let steps = try told("[{\"a\":1},\(large),{\"b\":2}]", .lines)
        #expect(
            steps == [
                "file elements 1 to 1: [{\"a\":1}]", "file element 2! larger than 16 MiB",
                "file elements 3 to 3: [{\"b\":2}]",
            ])
    }
}
