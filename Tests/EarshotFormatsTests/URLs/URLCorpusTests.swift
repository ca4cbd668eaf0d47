import Earshot
import Foundation
import Testing

@testable import EarshotFormats

@Suite struct URLCorpusTests {
    @Test(.enabled(if: Corpora.has("urls/whatwg-wpt")))
    func `paths, queries and fragments are resolved as the URL standard says`() throws {
        let data = try Data(contentsOf: Corpora.root.appendingPathComponent("urls/whatwg-wpt/urltestdata.json"))
        var held = 0
        var all = 0
        for entry in try JSONSerialization.jsonObject(with: data) as? [Any] ?? [] {
            guard let entry = entry as? [String: Any], let input = entry["input"] as? String,
                let href = entry["href"] as? String, href.hasPrefix("http"), isPlainHost(href)
            else { continue }
            let result = Array(input.utf8).withBytes { input in
                Array((entry["base"] as? String ?? "").utf8).withBytes { base in
                    URLs.resolved(input, base: base, encodesAll: true)
                }
            }
            all += 1
            if result.map({ String(decoding: $0, as: UTF8.self) }) == href { held += 1 }
        }
        #expect(all > 150)
        #expect(Double(held) >= 0.95 * Double(all), "\(held) of \(all)")
    }

    /// Whether the host is one that needs no work of its own: numbers, IPv6, IDNA and users are left as given.
    private func isPlainHost(_ href: String) -> Bool {
        let authority = href.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }
        return !authority.contains { "[@%".contains($0) } && !authority.contains("xn--")
            && !(authority.first?.isNumber ?? true)
    }
}
