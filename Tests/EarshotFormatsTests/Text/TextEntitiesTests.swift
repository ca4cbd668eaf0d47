import Earshot
import EarshotFormats
import Foundation
import Testing

struct TextEntitiesTests {
    @Test func `a text gives its tags, names and addresses with their places in scalars`() {
        #expect(
            entities(in: "👩‍✈️ @acmeair lost my bag #AcmeFail $ACME see acme.example.com/bags?id=1.") == [
                "mention acmeair 5-13", "hashtag AcmeFail 26-35", "cashtag ACME 36-41",
                "url http://acme.example.com/bags?id=1 46-72",
            ])
    }

    @Test func `the text of an entity is what stands at its place`() {
        var reading = Reading(network: "test")
        let text = reading.keepText("Grüße an @acmeair, #Köln 🧳 https://acme.example.com/x")
        let scalars = Array(reading.string(text).unicodeScalars)
        for index in TextEntities.append(from: text, to: &reading).indices {
            let entity = reading.entities[index]
            var slice = String.UnicodeScalarView()
            slice.append(contentsOf: scalars[Int(entity.start)..<Int(entity.end)])
            #expect(reading.string(entity.text) == String(slice))
        }
        #expect(reading.entities.count == 3)
    }

    @Test func `only what is searched for is given`() {
        let text = "@acmeair #late $ACME acme.com/#late"
        #expect(entities(in: text, finding: .hashtags) == ["hashtag late 9-14"])
        #expect(entities(in: text, finding: [.urls]) == ["url http://acme.com/#late 21-35"])
    }

    @Test func `names with dots are found where the network has them`() {
        #expect(
            entities(in: "thanks @acme.air. and @a..b", handles: .dotted) == [
                "mention acme.air 7-16", "mention a..b 22-27",
            ])
        #expect(entities(in: "thanks @acme.air.") == ["mention acme 7-12"])
    }

    @Test func `signs are found wherever they stand, and in full width`() {
        for place in 0...40 {
            let before = String(repeating: "-", count: place) + " "
            #expect(entities(in: before + "#late").count == 1, "\(place)")
            #expect(entities(in: before + "＃遅延").count == 1, "\(place)")
            #expect(entities(in: before + "＠acmeair").count == 1, "\(place)")
            #expect(entities(in: before + "$ACME").count == 1, "\(place)")
            #expect(entities(in: before + "acme.com").count == 1, "\(place)")
        }
        #expect(entities(in: "no sign, but an emoji ✈️ and a full width ！") == [])
    }

    @Test func `domains of other letters than ASCII's are found in either case`() {
        for domain in ["пример.рф", "ПРИМЕР.РФ", "例え.みんな", "a.한국", "ПРИМЕР.Рф"] {
            let found = entities(in: "see http://\(domain)/x").first
            #expect(found?.hasPrefix("url http://\(domain)/x ") == true, "\(domain)")
        }
        #expect(entities(in: "see http://пример.нет/x") == [])
    }

    @Test func `hostile texts are scanned in linear time`() {
        let size = 40_000
        for unit in ["a.", "@", "#", "(", "a.co/(", "-.", "あ.", "http://", "a.com", "$A.", "x_.", "a.co?", "@a/b"] {
            let text = String(repeating: unit, count: size / unit.utf8.count)
            #expect(entities(in: text).count <= size)
        }
    }
}

/// Every group of twitter-text's extraction cases that mention v1 keeps, where the corpora are at hand.
@Suite(.enabled(if: TwitterTextCase.isAvailable)) struct TwitterTextConformanceTests {
    @Test(arguments: TwitterTextCase.all()) func `the case of twitter-text holds`(_ example: TwitterTextCase) {
        #expect(example.found() == example.expected, "\(example.group): \(example.text)")
    }
}

struct TwitterTextCase: Sendable, CustomTestStringConvertible {
    let group: String
    let text: String
    let expected: [String]

    var testDescription: String { "\(group): \(text.prefix(60))" }

    static let folder: URL = {
        let named = ProcessInfo.processInfo.environment["EARSHOT_CORPORA"]
        return URL(fileURLWithPath: named ?? "../shared/corpora").appendingPathComponent("text/twitter-text")
    }()

    static var isAvailable: Bool { FileManager.default.fileExists(atPath: folder.path) }

    static func all() -> [TwitterTextCase] {
        groups(in: "extract.json").flatMap { group, cases in
            cases.compactMap { TwitterTextCase(group: group, $0) }
        }
    }

    private static func groups(in file: String) -> [(String, [[String: Any]])] {
        guard let data = try? Data(contentsOf: folder.appendingPathComponent(file)),
            let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let tests = root["tests"] as? [String: [[String: Any]]]
        else { return [] }
        return tests.sorted { $0.key < $1.key }
    }

    init?(group: String, _ example: [String: Any]) {
        guard group != "replies", let text = example["text"] as? String,
            let expected = example["expected"] as? [Any]
        else { return nil }
        self.group = group
        self.text = text
        self.expected = expected.compactMap { value in
            if let name = value as? String { return name }
            guard let parts = value as? [String: Any], let place = parts["indices"] as? [Int], place.count == 2 else {
                return "?"
            }
            if let list = parts["list_slug"] as? String, !list.isEmpty { return nil }
            let names = ["screen_name", "hashtag", "cashtag", "url"]
            return names.compactMap { parts[$0] as? String }.joined() + " \(place[0])-\(place[1])"
        }
    }

    /// What is found, in the form of `expected`.
    func found() -> [String] {
        let type: EntityType =
            group.contains("url")
            ? .url : group.hasPrefix("hash") ? .hashtag : group.hasPrefix("cash") ? .cashtag : .mention
        var reading = Reading(network: "test")
        // Kept verbatim: the cases count the scalars of texts that are not composed.
        let kept = Array(text.utf8).withBytes { reading.keepJSON($0) }
        let entries = TextEntities.append(from: kept, to: &reading)
        return entries.indices.map { reading.entities[$0] }.filter { $0.type == type }.map { entity in
            let name = reading.string(type == .url ? entity.text : entity.value)
            let isPlaced = group.contains("indices") || group.contains("markers")
            return isPlaced ? "\(name) \(entity.start)-\(entity.end)" : name
        }
    }
}

/// Each entity of a text as `type value start-end`.
private func entities(
    in text: String, finding search: TextEntities.Search = .all, handles: TextEntities.Handles = .plain
) -> [String] {
    var reading = Reading(network: "test")
    let kept = reading.keepText(text)
    return TextEntities.append(from: kept, to: &reading, finding: search, handles: handles).indices.map { index in
        let entity = reading.entities[index]
        return "\(entity.type) \(reading.string(entity.value)) \(entity.start)-\(entity.end)"
    }
}
