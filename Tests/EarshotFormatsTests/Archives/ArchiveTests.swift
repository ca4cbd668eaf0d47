import Earshot
import EarshotFormats
import Foundation
import Testing

struct ArchiveTests {
    private let companion = (name: "data/account.js", bytes: Array("ann".utf8), mode: UInt32(0o100644), flags: 0)

    @Test func `every file of a zip is read under its path`() throws {
        let zip = Packing.zip(["data/a.json": "{\"a\":1}\n{\"b\":2}\n", "é/b.json": "{}", "c.jpg": "x"])
        #expect(
            try told(zip, .lines) == ["data/a.json line 1: {\"a\":1}", "data/a.json line 2: {\"b\":2}", "é/b.json: {}"])
    }

    @Test func `companions are given to every document, wherever they stand`() throws {
        let scratch = try Scratch()
        let path = try scratch.write("x.zip", Packing.zip(["data/tweets.js": "[]", "data/account.js": "ann"]))
        let reader = try DocumentReader(path, cut: .test(.lines, companions: ["account*.js"]))
        let document = try #require(try reader.next()?.document.get())
        #expect(document.name == "data/tweets.js")
        #expect(document.companions.map(\.name) == ["data/account.js"])
        #expect(document.companions.first?.bytes == Array("ann".utf8))
        #expect(reader.next() == nil)
        #expect(reader.bytesRead == reader.bytesTotal)
    }

    @Test func `companions of an unpacked archive are found in its folder`() throws {
        let scratch = try Scratch()
        try scratch.write("data/account.js", "ann")
        try scratch.write("data/tweets.js", "[]")
        let reader = try DocumentReader(scratch.url.path, cut: .test(.lines, companions: ["account.js"]))
        let steps = Array(sequence(state: reader) { $0.next() })
        #expect(steps.map(\.name) == ["data/account.js", "data/tweets.js"])
        #expect(try steps[1].document.get().companions.map(\.name) == ["data/account.js"])
    }

    @Test func `a packed file is read under its name without the ending`() throws {
        #expect(
            try told(Packing.gzip(Array("{}\n{}\n".utf8)), named: "a.ndjson.gz", .lines) == [
                "a.ndjson line 1: {}", "a.ndjson line 2: {}",
            ])
    }

    @Test func `a packed tar is an archive`() throws {
        let tar = Packing.tar([("a.json", Array("{}".utf8), "0"), ("b.json", Array("[]".utf8), "0")])
        #expect(try told(tar, .lines) == ["a.json: {}", "b.json: []"])
        #expect(try told(Packing.gzip(tar), named: "x.tar.gz", .lines) == ["a.json: {}", "b.json: []"])
    }

    @Test(arguments: ["../a.json", "/etc/a.json", "a/../../b.json", "a\\b.json", "C:/a.json"])
    func `a path that leads out of the archive is refused and the rest is read`(path: String) throws {
        let zip = Packing.zip([path: "{}", "b.json": "{}"])
        let steps = try told(zip, .lines)
        #expect(steps.count == 2)
        #expect(steps.first?.hasSuffix("! its path leads out of the archive") == true || path.contains("\\"))
        #expect(steps.last == "b.json: {}")
    }

    @Test func `links and encrypted files are refused`() throws {
        let zip = Packing.zip([
            ("link.json", Array("/etc/passwd".utf8), 0o120777, 0),
            ("secret.json", Array("xxxxxxxxxxxxxx".utf8), 0o100644, 1),
            ("b.json", Array("{}".utf8), 0o100644, 0),
        ])
        #expect(
            try told(zip, .lines) == [
                "link.json! a link or device, not a file", "secret.json! encrypted", "b.json: {}",
            ])
        let tar = Packing.tar([("link.json", [], "2"), ("b.json", Array("{}".utf8), "0")])
        #expect(try told(tar, .lines) == ["link.json! a link or device, not a file", "b.json: {}"])
    }

    @Test func `a bomb is refused before it unfolds`() throws {
        let bomb = Packing.zstdBomb(blocks: 4000, of: UInt8(ascii: "x"))
        let steps = try told(bomb, named: "x.zst", .lines)
        #expect(steps == ["x! unfolds to more than 100 times its size"])
        #expect(try told(bomb, named: "x.zst", .mbox) == ["x! unfolds to more than 100 times its size"])
    }

    @Test func `an archive in an archive, a picture and a foreign packing are told`() throws {
        let inner = Packing.zip(["a.json": "{}"])
        let zip = Packing.zip([("inner.zip", inner, 0o100644, 0), ("b.json", Array("{}".utf8), 0o100644, 0)])
        #expect(try told(zip, .lines) == ["inner.zip! an archive within an archive is not opened", "b.json: {}"])
        #expect(try told([0x42, 0x5A, 0x68, 0x39], named: "x.bz2", .lines) == ["x.bz2! bzip2 data cannot be read"])
        #expect(try told(Packing.gzip(Packing.gzip(inner)), .lines) == ["file! packed more than once"])
    }

    @Test func `two files of one name and too many files are refused`() throws {
        let twice = Packing.zip([companion, companion])
        #expect(
            try told(twice, .lines) == [
                "data/account.js: ann", "data/account.js! the archive has two files of this name",
            ])
        let many = Packing.zip((0...10_000).map { ("\($0).json", Array("{}".utf8), 0o100644, 0) })
        let steps = try told(many, .lines)
        #expect(steps.count == 10_001)
        #expect(steps.last == "file! not read any further: more than 10000 files")
    }

    @Test func `a truncated archive gives what is whole and a defect`() throws {
        let text = (0..<20_000).map { "{\"id\":\($0)}\n" }.joined()
        let steps = try told(Array(Packing.gzip(Array(text.utf8)).dropLast(1000)), named: "a.gz", .lines)
        #expect(steps.count > 10_000)
        #expect(steps.last?.contains("! a broken archive") == true)
    }

    @Test func `any truncation or damage of an archive ends without a trap`() throws {
        let zip = Packing.zip(["a.json": "{\"a\":1}\n{\"b\":2}\n", "b.mbox": "From a 1:00\n\nx\n"])
        for cut in stride(from: 0, to: zip.count, by: 7) {
            _ = try told(Array(zip.prefix(cut)), .lines)
            var damaged = zip
            damaged[cut] ^= 0xFF
            _ = try told(damaged, .mbox)
        }
    }

    @Test func `an import goes on after the number where it was stopped`() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a.ndjson", "{}\n[]\n{\"c\":3}\n")
        let reader = try DocumentReader(path, cut: .test(.lines), after: 2)
        let step = try #require(reader.next())
        #expect(step.ordinal == 3)
        #expect(step.location == "line 3")
        #expect(reader.next() == nil)
        #expect(reader.ordinal == 3)
    }

    @Test func `a pipe is read as a file is`() throws {
        for bytes in [Packing.zip(["a.json": "{}"]), Packing.gzip(Packing.tar([("a.json", Array("{}".utf8), "0")]))] {
            let pipe = Pipe()
            pipe.fileHandleForWriting.write(Data(bytes))
            try pipe.fileHandleForWriting.close()
            let reader = DocumentReader(
                descriptor: pipe.fileHandleForReading.fileDescriptor, name: "-", cut: .test(.lines))
            #expect(reader.told() == ["a.json: {}"])
            #expect(reader.bytesTotal == nil)
        }
    }

    @Test func `a path without a file is a failure that says so`() throws {
        #expect(throws: InputFailure.self) { try DocumentReader("/nonexistent/acme.json", cut: .test(.lines)) }
    }
}
