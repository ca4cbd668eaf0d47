import Foundation
import Glibc

extension Trial {
    /// What comes in is not as it should be, or comes as it pleases.
    static let sources = [
        Trial("F16", "source answers 429, 500, 408") { _, bench in
            let (feed, api) = (Moments(), Moments())
            bench.source.follow { request in
                let asked = request.isFeed ? feed : api
                asked.came()
                switch asked.count {
                case 2:
                    asked.wait(2)
                    return Answer(429, fields: [("Retry-After", "2")])
                case 3: return Answer(500, "broken")
                case 4: return Answer(408)
                default: return nil
                }
            }
            bench.source.add(feed: 20, api: 20)
            try bench.start()
            bench.wait { bench.desk.count == 40 }
            bench.source.add(feed: 50, api: 200)
            bench.wait { bench.desk.count == 290 }
            bench.expect(feed.tooEarly + api.tooEarly == 0, "asked before Retry-After was over")
            bench.faultIsOver()
            return []
        },
        Trial("F17", "source is silent", isInShare: false) { _, bench in
            bench.source.follow { $0.isFeed ? nil : Answer(fault: .silence(120)) }
            bench.source.add(feed: 50, api: 50)
            try bench.start()
            bench.expect(bench.comes(within: 10) { bench.desk.count == 50 }, "I8: one source holds up the other")
            bench.expect(
                bench.wait(60) { bench.admin("/readyz").text.contains("channel api: retrying") },
                "I9: \(bench.admin("/readyz").text)")
            bench.source.follow { _ in nil }
            bench.faultIsOver()
            return []
        },
        Trial("F18", "source's answer is cut off") { _, bench in
            bench.source.follow { request in
                guard request.number % 3 != 0 else { return nil }
                var answer = bench.source.usual(request)
                if answer.body.count > 100 { answer.fault = .cut(answer.body.count * 2 / 3) }
                return answer
            }
            bench.source.add(feed: 100, api: 200)
            try bench.start()
            bench.wait(8) { bench.desk.count == 300 }
            bench.source.follow { _ in nil }
            bench.faultIsOver()
            return []
        },
        Trial("F19", "source answers garbage") { harness, bench in
            var random = harness.random(for: "F19")
            let noise = (0..<8).map { _ in (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) } }
            bench.source.follow { request in
                guard !request.isFeed else { return nil }
                switch request.number % 4 {
                case 0: return Answer(200, "<html><body>Please log in</body></html>")
                case 1:
                    var answer = Answer(200)
                    answer.body = noise[request.number % 8]
                    return answer
                case 2: return Answer(200, "\u{FEFF}\0\0\0{\"items\":[")
                default: return nil
                }
            }
            bench.source.add(feed: 100, api: 200)
            try bench.start()
            bench.expect(
                bench.comes(within: 20) { bench.filed.keys.count { $0.hasPrefix("feed") } == 100 },
                "I8: one source holds up the other")
            bench.source.follow { _ in nil }
            bench.faultIsOver()
            return []
        },
        Trial("F20", "source answers without end") { harness, bench in
            bench.source.follow { request in
                request.isFeed || request.number > 4
                    ? nil : Answer(200, fault: .endless(harness.isShare ? 64 << 20 : 2 << 30))
            }
            bench.source.add(feed: 50, api: 50)
            try bench.start()
            bench.wait(15) { bench.desk.count == 100 }
            bench.expect(bench.process?.peak ?? 0 < 256 << 20, "I5: \((bench.process?.peak ?? 0) >> 20) MB")
            bench.faultIsOver()
            return []
        },
        Trial("F21", "source drips", isInShare: false) { _, bench in
            bench.source.follow { request in
                guard !request.isFeed else { return nil }
                var answer = bench.source.usual(request)
                answer.fault = .drip
                return answer
            }
            bench.source.add(feed: 50, api: 50)
            try bench.start()
            bench.expect(bench.comes(within: 10) { bench.desk.count == 50 }, "I8: one source holds up the other")
            bench.expect(
                bench.wait(90) { bench.admin("/readyz").text.contains("channel api: retrying") },
                "it is not given up: \(bench.admin("/readyz").text)")
            bench.source.follow { _ in nil }
            bench.faultIsOver()
            return []
        },
        Trial("F22", "source redirects for ever") { _, bench in
            bench.source.follow { request in
                request.isFeed || request.number % 12 == 0
                    ? nil : Answer(302, fields: [("Location", "/api?again=\(request.number)")])
            }
            bench.source.add(feed: 50, api: 50)
            try bench.start()
            bench.wait(5) { bench.desk.count == 100 }
            bench.source.follow { _ in nil }
            bench.faultIsOver()
            return []
        },
        Trial("F25", "webhook flood", plan: { _ in .init(connections: 200) }) { harness, bench in
            try bench.start()
            bench.wait { bench.admin("/readyz").status == 200 }
            let slow = (0..<50).compactMap { _ in Socket.connected(to: bench.receive) }
            for socket in slow { socket.write(Array("POST /hooks/hook HTTP/1.1\r\nContent-Length: 900\r\n".utf8)) }
            bench.sender.add(harness.isShare ? 2000 : 50_000)
            bench.wait(harness.isShare ? 20 : 60) { bench.sender.isDone }
            let acknowledged = bench.sender.acknowledged
            let (p99, statuses) = (bench.sender.slowestHundredth, bench.sender.statuses)
            bench.process?.kill()
            _ = try bench.checkAfterKill(acknowledged)
            for socket in slow { socket.close() }
            bench.expect(p99 < 1 || bench.isPatient, "p99 of accepted webhooks is \(p99) s")
            let counts = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            bench.remark("p99 \((p99 * 1000).rounded()) ms, statuses \(counts.joined(separator: ", "))")
            try bench.start()
            // The flood goes on until everything was taken.
            bench.wait(1200) { bench.sender.isDone }
            bench.faultIsOver()
            return []
        }.alone(),
        Trial("F26", "every item is offered three times") { _, bench in
            bench.source.add(feed: 50, api: 100)
            for _ in 0..<3 {
                let requests = bench.source.times.count
                try bench.start()
                bench.wait { bench.desk.count == 150 && bench.source.times.count > requests + 6 }
                bench.stop()
                // Without its cursors it begins from the first item again.
                for channel in ["feed", "api"] {
                    let cleared = try bench.run(["state", "clear", channel, "--config", bench.folder + "/earshot.json"])
                    bench.expect(cleared.code == 0, "state clear: \(cleared.said)")
                }
            }
            bench.expect(bench.desk.taken.values.allSatisfy { $0 == 1 }, "a repeat was told")
            bench.faultIsOver()
            try bench.start()
            return []
        },
        Trial("F27", "items are edited, and come out of order") { _, bench in
            bench.source.add(feed: 20, api: 60)
            try bench.start()
            bench.wait { bench.desk.count == 80 }
            let port = bench.receive
            func push(_ text: String, edited: Int?) -> Int {
                let item = NumberedSource.item("api", 7, text: text, edited: edited)
                let answer = Client.send(
                    "POST", "/hooks/hook", to: port, fields: ["X-Token": Bench.token],
                    body: Array("{\"items\":[\(item)]}".utf8))
                return answer?.status ?? 0
            }
            let texts = ["first", "second", "third"].map { Token.text("api", 7) + ", \($0) edit" }
            let times = [1_780_000_000, 1_780_000_010, 1_780_000_020]
            for place in [1, 0, 2, 1, 0] { bench.expect(push(texts[place], edited: times[place]) == 200, "not taken") }
            bench.wait { bench.desk.lines.count == 82 }
            let told = bench.desk.lines.filter { Token.find(in: $0) == "api-7" }
            let found = told.map { line in
                ["first", "second", "third"].first { String(decoding: line, as: UTF8.self).contains("\($0) edit") }
                    ?? "original"
            }
            bench.expect(found == ["original", "second", "third"], "versions told: \(found)")
            bench.remark("an edit is told, an older version is not")
            bench.stop()
            // One item is told in three versions on purpose; the rest exactly once.
            bench.expect(3, versionsOf: "api-7")
            bench.faultIsOver()
            try bench.start()
            return []
        },
    ]
}
