import Earshot

/// Numbers that look like chance and are the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
        // Seeds that are one apart are streams that have nothing to do with each other.
        state = next() ^ seed &* 0xD1B5_4A32_D192_ED03
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True about once in so many times.
    mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &self) == 0 }
}

/// One thing that somebody said, and what became of it.
struct ReplayItem: Sendable {
    /// Its number, unlike any other's.
    var number: Int
    /// When it was written, in milliseconds.
    var made: Int64
    /// When the source begins to show it, which may be later.
    var appears: Int64
    /// When its text was changed, if it was.
    var edited: Int64?
    /// When it was deleted, if it was.
    var gone: Int64?
    /// The number of what it is below.
    var parent: Int?
    /// When it was written, to the second, as RFC 3339 has it.
    var stamp: String

    /// When it was written, in seconds.
    var second: Int64 { made / 1000 }

    /// What it says at a moment.
    func text(at now: Int64) -> String {
        let isEdited = edited.map { $0 <= now } ?? false
        return "number \(number) of Acme Air\(isEdited ? ", corrected" : "")"
    }
}

/// A week of what people said, made of a seed.
struct ReplayTimeline: Sendable {
    /// What kind of week it is.
    struct Shape: Sendable {
        /// How many items of the first level were there before, each a day older than the next.
        var past = 3
        /// How many come in the week.
        var posts = 220
        /// How many come at once, at two moments of the week.
        var burst = 45
        /// How many come below items of the first level, and below those.
        var comments = 0
        var replies = 0
        /// How late an item may be shown, in seconds.
        var lateness: Int64 = 900
        /// Whether items are late also where very many come at once, and push them farther back than is looked.
        var isLateInCrowds = true
        /// On how many levels items are edited.
        var editedLevels = 1
        /// Whether items are deleted.
        var deletes = true
    }

    /// A minute, an hour, a day and the week in milliseconds.
    static let minute: Int64 = 60_000
    static let hour = 60 * minute
    static let day = 24 * hour
    /// A Monday morning.
    static let begin: Int64 = 1_767_571_200_000
    static let end = begin + 7 * day
    /// From here on nothing new comes, so that all can be heard.
    static let quiet = end - 18 * hour

    private(set) var items: [ReplayItem] = []
    /// Items by what they are below, 0 for nothing, the newest first.
    private var below: [Int: [ReplayItem]] = [:]
    private var numbers: SeededNumbers
    private let shape: Shape

    init(_ shape: Shape, seed: UInt64) {
        self.shape = shape
        numbers = SeededNumbers(seed: seed)
        for age in 0..<shape.past { add(at: Self.begin - Int64(age + 1) * Self.day, level: 0) }
        for _ in 0..<shape.posts { add(at: Int64.random(in: Self.begin..<Self.quiet, using: &numbers), level: 0) }
        for _ in 0..<(shape.burst > 0 ? 2 : 0) {
            // Many within two seconds: timestamps are equal, and a page does not hold them.
            let moment = Int64.random(in: Self.begin..<Self.quiet, using: &numbers)
            for _ in 0..<shape.burst { add(at: moment + Int64.random(in: 0..<2000, using: &numbers), level: 0) }
        }
        addBelow(level: 1, count: shape.comments)
        addBelow(level: 2, count: shape.replies)
        change()
        below = Dictionary(grouping: items) { $0.parent ?? 0 }.mapValues { items in
            items.sorted { ($0.made, $0.number) > ($1.made, $1.number) }
        }
    }

    private mutating func add(at made: Int64, level: Int, below parent: Int? = nil) {
        let isLate = shape.lateness > 0 && numbers.once(in: 8)
        let delay = isLate ? Int64.random(in: 0..<shape.lateness * 1000, using: &numbers) : 0
        items.append(
            ReplayItem(
                number: items.count + 1, made: made, appears: made + delay, parent: parent,
                stamp: Timestamp(seconds: made / 1000).description))
    }

    private mutating func addBelow(level: Int, count: Int) {
        let above = items.filter { self.level(of: $0) == level - 1 }
        for _ in 0..<count {
            guard let parent = above.randomElement(using: &numbers) else { return }
            let first = max(parent.appears + 1000, Self.begin)
            guard first < Self.quiet else { continue }
            add(at: Int64.random(in: first..<Self.quiet, using: &numbers), level: level, below: parent.number)
        }
    }

    /// Edits some items within forty minutes, and deletes some that nothing is below.
    private mutating func change() {
        let parents = Set(items.compactMap(\.parent))
        let crowded = crowdedMoments()
        for index in items.indices {
            let item = items[index]
            let isCalm = !crowded.contains { abs($0 - item.made) < 6 * Self.hour }
            if !isCalm, !shape.isLateInCrowds { items[index].appears = item.made }
            if level(of: item) < shape.editedLevels, isCalm, item.made > Self.begin, numbers.once(in: 6) {
                items[index].edited = item.appears + Int64.random(in: 1..<40, using: &numbers) * Self.minute
            } else if shape.deletes, !parents.contains(item.number), numbers.once(in: 20) {
                items[index].gone = item.appears + Int64.random(in: Self.minute..<2 * Self.day, using: &numbers)
            }
        }
    }

    /// The moments at which very much comes at once.
    private func crowdedMoments() -> [Int64] {
        let minutes = Dictionary(grouping: items) { $0.made / Self.minute }
        return minutes.filter { $0.value.count > 10 }.map { $0.key * Self.minute }
    }

    /// How many items an item is below.
    func level(of item: ReplayItem) -> Int {
        var level = 0
        var above = item.parent
        while let number = above {
            level += 1
            above = items[number - 1].parent
        }
        return level
    }

    /// What is shown below an item at a moment, the newest first.
    func visible(at now: Int64, below parent: Int? = nil) -> [ReplayItem] {
        (below[parent ?? 0] ?? []).filter { $0.appears <= now && $0.gone.map { $0 > now } ?? true }
    }
}
