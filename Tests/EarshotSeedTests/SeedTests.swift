import Foundation
import Testing

/// Holds every seed to the promises that fuzzing holds inputs to, so that what fuzzing found once stays found: what
/// breaks one is kept as a fixture of its room or under `Tests/Fuzzing/Seeds`, and is tried here.
///
/// A broken promise ends the program, as it does when fuzzing, with the promise's words.
@Suite struct SeedTests {
    private static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Targets whose seeds are a line each.
    private static let ofLines: Set<String> = ["mention-line", "times", "urls", "text-entities"]

    @Test(arguments: Target.all.map(\.name)) func `every seed of a target keeps its promises`(_ name: String) throws {
        let target = try #require(Target.all.first { $0.name == name })
        let inputs = try SeedTests.seeds(of: name) + SeedTests.fixtures(of: name)
        #expect(!inputs.isEmpty)
        for input in inputs { target.take(input) }
    }

    private static func seeds(of target: String) throws -> [[UInt8]] {
        let folder = package.appendingPathComponent("Tests/Fuzzing/Seeds/\(target)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return try names.sorted().flatMap { name -> [[UInt8]] in
            let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(name)))
            return ofLines.contains(target) ? bytes.split(separator: 0x0A).map(Array.init) : [bytes]
        }
    }

    /// The documents of an adapter's room.
    private static func fixtures(of target: String) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        for room in ["adapters/\(target)/Fixtures", "adapters/declared/\(target)/Fixtures"] {
            let folder = package.appendingPathComponent(room).resolvingSymlinksInPath()
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            for case let file as URL in files ?? .init() where file.lastPathComponent.hasPrefix("document") {
                found.append(Array(try Data(contentsOf: file)))
            }
        }
        return found
    }
}
