public import Earshot

/// What every journal promises, as named properties that are checked over an engine made by a closure.
///
/// Every property is given storage of its own. Opening once more, without closing, is a crash and a restart.
/// `JournalSequences` looks for what no property thought of.
public struct JournalContract: Sendable {
    /// Opens a journal on the property's storage; the second call opens what the first one left.
    public typealias Open = @Sendable () async throws -> any Journal

    /// One promise.
    public struct Property: Sendable, CustomStringConvertible {
        /// The promise in words.
        public let description: String
        let check: @Sendable (@escaping Open, inout Findings) async throws -> Void

        init(
            _ description: String, _ check: @escaping @Sendable (@escaping Open, inout Findings) async throws -> Void
        ) {
            self.description = description
            self.check = check
        }

        /// How an engine breaks the promise; nothing where it keeps it.
        public func violations(of open: @escaping Open) async throws -> [String] {
            var findings = Findings()
            try await check(open, &findings)
            return findings.list
        }
    }

    /// What was found wrong.
    struct Findings {
        var list: [String] = []

        /// Notes that `what` is not as it should be.
        mutating func expect<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) {
            if found != expected { list.append("\(what): expected \(expected), found \(found)") }
        }

        /// Notes that an effort should have been refused.
        mutating func expect(_ failure: JournalFailure, _ what: String, _ effort: () async throws -> Void) async {
            do {
                try await effort()
                list.append("\(what): was not refused")
            } catch let found as JournalFailure {
                expect(found, failure, what)
            } catch {
                list.append("\(what): \(error)")
            }
        }
    }

    /// Every promise.
    public static let properties: [Property] = dedupe + delivery + keeping
}

extension Receipt {
    init(
        created: Int = 0, updated: Int = 0, deleted: Int = 0, repeated: Int = 0, merged: Int = 0, sampledOut: Int = 0
    ) {
        self.init()
        self.created = created
        self.updated = updated
        self.deleted = deleted
        self.repeated = repeated
        self.merged = merged
        self.sampledOut = sampledOut
    }
}

extension Journal {
    /// Everything that waits for a sink, confirmed delivery by delivery, as lines.
    func drain(
        _ sink: String, where filter: (@Sendable (ArraySlice<UInt8>) -> Bool)? = nil
    ) async throws -> [String] {
        var lines: [String] = []
        while try await status().sinks[sink] ?? 0 < status().head {
            guard let delivery = try await next(for: sink, limits: BatchLimits(), where: filter) else { break }
            lines += delivery.batch.texts
            try await confirm(delivery, state: nil, dead: [])
        }
        return lines
    }
}
