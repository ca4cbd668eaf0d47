internal import Earshot
internal import EarshotFormats

/// The leads of one channel by number, as the journal keeps them.
struct LeadList: Equatable {
    /// The number of the next lead that comes; the first one ever has 1.
    private(set) var next: Int64 = 1
    /// The leads, the last of which has the number before `next`.
    private(set) var leads: [String] = []

    /// The list in a cursor; empty where there is none.
    init(_ cursor: Cursor?) {
        guard let cursor, let value = try? JSONValue(parsing: cursor.text) else { return }
        leads = (value["leads"]?.elements ?? []).compactMap(\.text)
        next = max(value["next"]?.wholeNumber ?? 1, Int64(leads.count) + 1)
    }

    /// The list as a cursor.
    var cursor: Cursor {
        let value: JSONValue = ["leads": .array(leads.map { .string($0) }), "next": .integer(next)]
        return Cursor(value.description)
    }

    /// The number of the last lead that was looked up, as a channel's cursor says it.
    static func done(_ cursor: Cursor?) -> Int64 {
        let value = cursor.flatMap { try? JSONValue(parsing: $0.text) }
        return value?["looked_up"]?.wholeNumber ?? 0
    }

    /// The cursor of a channel that has looked up the lead of a number and all before it.
    static func cursor(done number: Int64) -> Cursor {
        Cursor(JSONValue.object(["looked_up": .integer(number)]).description)
    }

    /// The number of the first lead that is there.
    private var first: Int64 { next - Int64(leads.count) }

    /// How many leads have a number above `number`.
    func count(after number: Int64) -> Int { Int(min(max(next - 1 - number, 0), Int64(leads.count))) }

    /// The first lead with a number above `number`.
    func lead(after number: Int64) -> (number: Int64, request: String)? {
        let count = count(after: number)
        guard count > 0 else { return nil }
        return (next - Int64(count), leads[leads.count - count])
    }

    /// Forgets the leads up to a number, which none that comes has again.
    mutating func forget(upTo number: Int64) {
        leads.removeFirst(leads.count - count(after: number))
        next = max(next, number + 1)
    }

    /// Adds a lead, unless it waits already.
    mutating func add(_ lead: String) {
        guard !leads.contains(lead) else { return }
        leads.append(lead)
        next += 1
    }
}
