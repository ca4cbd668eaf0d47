import Foundation
import Glibc
import Testing

extension RunTests {
    /// Numbered copies of one complaint, as a program prints them, and a last word of another.
    private func posts(_ count: Int) -> String {
        func post(_ id: String, _ text: String) -> String {
            #"{"schema":"mention/1.0","network":"forum","native_id":"\#(id)","kind":"post","text":"\#(text)","author":{"id":"u\#(id)"}}"#
        }
        let complaint = "You lost my suitcase AGAIN, two hours at the desk and nobody knows anything #acmefail"
        let copies = (0..<count).map { post("\($0)", complaint) }
        return (copies + [post("end-\(count)", "The flight \(count) to Split was on time, thank you")])
            .joined(separator: "\n") + "\n"
    }

    @Test func `seven thousand copies come in, some thirty lines go out, through a kill and a stop`() async throws {
        let folder = try Folder()
        let endpoint = FlakyEndpoint()
        try await endpoint.serve { port in
            try folder.write(
                """
                {"data_dir": "data", "dedupe": {"bursts": "sample"},
                 "channels": {"forum": {"adapter": "exec", "every": "1h",
                                        "settings": {"command": ["/bin/cat", "posts.ndjson"]}}},
                 "sinks": {"desk": {"sink": "http", "settings": {"url": "http://127.0.0.1:\(port)/in", "batch_count": 7}},
                           "copy": {"sink": "file", "settings": {"path": "out/all.ndjson"}}}}
                """, to: "earshot.json")
            try folder.write(posts(3000), to: "posts.ndjson")
            let first = try start(folder, for: endpoint)
            await endpoint.hasTaken(12)
            first.terminationHandler = nil
            kill(first.processIdentifier, SIGKILL)
            await first.ended()
            // The program prints all of it again, as it has no state.
            try folder.write(posts(7000), to: "posts.ndjson")
            let second = try start(folder, for: endpoint)
            // Ten, nine more as it doubles, and the last word; that of the first run may have been heard, or not.
            while second.isRunning, !endpoint.ids.keys.contains("forum:end-7000") {
                await endpoint.hasTaken(endpoint.ids.count + 1)
            }
            second.terminate()
            await second.ended()
            #expect(second.terminationStatus == 0)
        }
        let told = try folder.text("out/all.ndjson").split(separator: "\n")
        func sizes(of word: String) -> [Int] {
            told.filter { $0.contains(word) }.compactMap { line in
                line.firstRange(of: "\"size\":").flatMap { Int(line[$0.upperBound...].prefix { $0.isNumber }) }
            }
        }
        // Exactly as often as it doubles, but where ten minutes go by on a machine that is busy enough.
        let (creates, updates) = (sizes(of: "\"op\":\"create\""), sizes(of: "\"op\":\"update\""))
        #expect(creates.starts(with: 2...10) && creates.count > 9 && creates.count <= 18)
        #expect(updates == updates.sorted() && Set(updates).count == updates.count && updates.count >= 10)
        #expect(updates.last == 7000 && told.count < 40)
        #expect(told.count { $0.contains("\"id\":\"forum:0\"") } == 1 + updates.count)
        // What was left out is not told later.
        let again = try await Program.run("backfill", folder.path("earshot.json"))
        #expect(again.errors.contains("7001"))
        #expect(try folder.text("out/all.ndjson").split(separator: "\n") == told)
    }
}
