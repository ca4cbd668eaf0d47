import Foundation

extension Trial {
    /// The endpoint does not do as it should.
    static let sinks = [
        Trial("F04", "sink is down") { harness, bench in
            bench.deskServer.goAway()
            bench.source.add(feed: 100, api: 300)
            bench.sender.add(50)
            try bench.start()
            // The other sink is not held up.
            bench.expect(bench.comes(within: 20) { bench.filed.count == 450 }, "I8: the file waits for the endpoint")
            Thread.sleep(forTimeInterval: harness.isShare ? 1 : 60)  // How long the outage is.
            bench.expect(
                bench.comes(within: 10) {
                    let readiness = bench.admin("/readyz").text
                    return readiness.contains("sink desk: ") && !readiness.contains("sink desk: ok")
                }, "I9: \(bench.admin("/readyz").text)")
            try bench.deskServer.comeBack()
            bench.faultIsOver()
            return []
        },
        Trial(
            "F05", "sink is slow, or never answers", plan: { _ in .init(desk: "\"batch_count\":20,\"timeout\":\"1s\"") }
        ) {
            _, bench in
            bench.desk.follow { batch in
                switch batch.number % 5 {
                case 0: .takeAnd(Answer(202, fault: .silence(3)))
                case 1: .takeAnd(Answer(202, fault: .delay(0.3)))
                default: .take
                }
            }
            bench.source.add(feed: 50, api: 200)
            try bench.start()
            bench.wait(8) { bench.desk.count > 200 || bench.deskServer.connectionCount > 8 }
            bench.expect(bench.deskServer.connectionCount <= 8, "I5: \(bench.deskServer.connectionCount) connections")
            bench.desk.follow { _ in .take }
            bench.faultIsOver()
            return []
        },
        Trial("F06", "sink answers 500, 429, Retry-After") { _, bench in
            let asked = Moments()
            bench.desk.follow { batch in
                asked.came()
                switch batch.number % 10 {
                case 1: return .refuse(Answer(500, "broken"))
                case 4:
                    asked.wait(2)
                    return .refuse(Answer(429, fields: [("Retry-After", "2")]))
                case 7: return .refuse(Answer(503, fields: [("Retry-After", "soon")]))
                default: return .take
                }
            }
            bench.source.add(feed: 50, api: 250)
            try bench.start()
            bench.wait { bench.desk.count == 300 }
            bench.expect(asked.tooEarly == 0, "asked \(asked.tooEarly) times before Retry-After was over")
            bench.faultIsOver()
            return []
        },
        Trial("F07", "sink answers 400 for one of a batch") { _, bench in
            let bad = (0..<300).filter { $0 % 97 == 0 }.map { "api-\($0)" }
            bench.desk.follow { batch in
                batch.tokens.contains { bad.contains($0) } ? .refuse(Answer(400, "no suitcase like this")) : .take
            }
            bench.source.add(feed: 50, api: 300)
            try bench.start()
            bench.wait { bench.desk.count == 350 - bad.count }
            bench.expect(bench.wait { letters(bench) == bad.count }, "\(letters(bench)) dead letters")
            let said = try bench.run(["dead-letters", "list", "--config", bench.folder + "/earshot.json"]).said
            bench.expect(said.isEmpty || said.contains("none"), "dead letters say \(said.prefix(300))")
            bench.expect(bench.desk.taken.values.allSatisfy { $0 == 1 }, "the rest came more than once")
            bench.faultIsOver()
            return Set(bad)
        },
        Trial(
            "F08", "sink answers item by item",
            plan: { _ in .init(desk: "\"batch_count\":20,\"timeout\":\"5s\",\"reply\":\"items\"") }
        ) {
            _, bench in
            let bad = (0..<200).filter { $0 % 41 == 7 }.map { "api-\($0)" }
            bench.desk.follow { batch in
                let statuses = batch.tokens.enumerated().map { index, token in
                    bad.contains(token) ? 400 : (index + batch.number) % 7 == 3 ? 429 : 201
                }
                let items = zip(batch.lines, statuses).compactMap { line, status -> String? in
                    // One that is not named at all is left pending.
                    status == 429 && batch.number % 2 == 0
                        ? nil : "{\"id\":\"\(id(of: line))\",\"status\":\(status),\"error\":\"no suitcase like this\"}"
                }
                return .takeOnly(
                    statuses.indices.filter { statuses[$0] == 201 },
                    Answer(207, "{\"items\":[\(items.joined(separator: ","))]}"))
            }
            bench.source.add(feed: 30, api: 200)
            try bench.start()
            bench.wait { bench.desk.count == 230 - bad.count }
            bench.expect(bench.wait { letters(bench) == bad.count }, "\(letters(bench)) dead letters")
            bench.expect(bench.desk.taken.values.allSatisfy { $0 == 1 }, "what was taken came once more")
            bench.faultIsOver()
            return Set(bad)
        },
        Trial("F09", "sink answers 401", isInShare: false) { _, bench in
            bench.desk.follow { _ in .refuse(Answer(401, "who are you")) }
            bench.source.add(feed: 20, api: 100)
            try bench.start()
            bench.expect(
                bench.comes(within: 10) { bench.admin("/readyz").text.contains("sink desk: status 401") },
                "I9: \(bench.admin("/readyz"))")
            bench.expect(bench.comes(within: 10) { bench.filed.count == 120 }, "I8: the file waits")
            Thread.sleep(forTimeInterval: 30)  // How long the outage is.
            bench.expect(letters(bench) == 0, "\(letters(bench)) dead letters")
            bench.desk.follow { _ in .take }
            bench.faultIsOver()
            return []
        },
        Trial("F10", "the reply is lost after the batch was taken") { _, bench in
            bench.desk.follow { $0.number % 4 == 1 ? .takeAnd(Answer(fault: .hangUp)) : .take }
            bench.source.add(feed: 50, api: 250)
            try bench.start()
            bench.wait { bench.desk.count == 300 }
            bench.expect(bench.desk.taken.values.contains { $0 > 1 }, "nothing came twice, so nothing was tried")
            bench.faultIsOver()
            return []
        },
    ]

    /// How many dead letters the endpoint's sink has, as `/metrics` says.
    static func letters(_ bench: Bench) -> Int {
        let line = bench.admin("/metrics").text.split(separator: "\n").first {
            $0.hasPrefix("earshot_dead_letters{sink=\"desk\"}")
        }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? -1
    }

    /// The id of a mention in a line.
    private static func id(of line: [UInt8]) -> String {
        let text = String(decoding: line, as: UTF8.self)
        return text.split(separator: "\"id\":\"", maxSplits: 1).last.map { String($0.prefix { $0 != "\"" }) } ?? ""
    }
}
