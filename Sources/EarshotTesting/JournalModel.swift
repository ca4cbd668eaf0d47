internal import Earshot

/// What a journal promises in the fewest words: what was stored, what is known, and where everybody got to.
struct JournalModel {
    /// What is known of an item.
    private struct Known {
        var text: String?
        var likes: Int64 = 0
        var isDeleted = false
        var channels: [String]
    }

    /// Where a sink got to.
    struct Place {
        var position: Int64
        var reach: Int64 = 0
        var state: String?
        var dead: Set<Int64> = []
    }

    /// The position before the first line.
    let start: Int64
    /// Every line that was stored, and when, in seconds since 1970.
    private(set) var items: [(line: String, at: Int64)] = []
    var sinks: [String: Place] = [:]
    var cursors: [String: String] = [:]
    /// Up to where lines may be forgotten, as every sink had them once.
    private(set) var spare: Int64
    private var known: [String: Known] = [:]
    private var pages: [String: (feed: String, channels: [String])] = [:]

    init(start: Int64) {
        self.start = start
        spare = start
    }

    /// The last position.
    var head: Int64 { start + Int64(items.count) }

    /// Stores what is new of some mentions.
    mutating func append(_ mentions: [SampleMention], from channel: String, at now: Int64) -> Receipt {
        var receipt = Receipt()
        for (mention, line) in zip(mentions, Batch(mentions, from: channel).texts) {
            judge(mention, line, channel, now, &receipt)
        }
        return receipt
    }

    private mutating func judge(
        _ mention: SampleMention, _ line: String, _ channel: String, _ now: Int64, _ receipt: inout Receipt
    ) {
        let old = known[mention.id]
        if old == nil, mention.operation == .create, let page = mention.page, let first = pages[page],
            first.feed != mention.feed
        {
            pages[page]?.channels.add(channel)
            receipt.merged += 1
            return
        }
        var item = old ?? Known(channels: [])
        item.channels.add(channel)
        defer { known[mention.id] = item }
        if mention.operation == .delete {
            guard !item.isDeleted else { return receipt.repeated += 1 }
            item.isDeleted = true
            receipt.deleted += 1
            return items.append((line, now))
        }
        let isOther = item.text != mention.text
        let isLiked = mention.likes > 0 && mention.likes != item.likes
        let isBack = item.isDeleted && (mention.operation == .update || (item.text != nil && isOther))
        guard old == nil || isBack || (!item.isDeleted && (isOther || isLiked)) else { return receipt.repeated += 1 }
        let changed =
            old == nil || isBack
            ? ["content"] : [isOther ? "content" : nil, isLiked ? "metrics" : nil].compactMap(\.self)
        item.text = mention.text
        if mention.likes > 0 { item.likes = mention.likes }
        item.isDeleted = false
        if let page = mention.page, pages[page] == nil { pages[page] = (mention.feed, [channel]) }
        guard old != nil || mention.operation == .update else {
            receipt.created += 1
            return items.append((line, now))
        }
        receipt.updated += 1
        let others = (mention.page.flatMap { pages[$0]?.channels } ?? []).reduce(into: item.channels) { $0.add($1) }
        items.append((JournalModel.update(line, changed, others.filter { $0 != channel }), now))
    }

    /// The line of an update: another head, and the other channels before the provenance.
    private static func update(_ line: String, _ changed: [String], _ others: [String]) -> String {
        func quoted(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ",") }
        let head = "{\"schema\":\"mention/1.0\",\"op\":\"create\","
        let parts = line.dropFirst(head.count).components(around: "\"provenance\":")
        return "{\"schema\":\"mention/1.0\",\"op\":\"update\",\"changed\":[\(quoted(changed))],\(parts.before)"
            + (others.isEmpty ? "" : "\"seen_via\":[\(quoted(others))],") + parts.after
    }

    /// What a sink is given next, `count` at most: positions and lines.
    func next(for sink: String, _ count: Int, where filter: (String) -> Bool) -> [(position: Int64, line: String)] {
        guard let place = sinks[sink] else { return [] }
        let end = place.reach > place.position ? place.reach : head
        return Array(waiting(after: place.position, upTo: end, where: filter).prefix(count))
    }

    /// The lines between two positions that a filter lets through.
    func waiting(after: Int64, upTo end: Int64, where filter: (String) -> Bool) -> [(position: Int64, line: String)] {
        guard after < end else { return [] }
        return ((after + 1)...end).compactMap { position in
            let line = items[Int(position - start - 1)].line
            return filter(line) ? (position, line) : nil
        }
    }

    /// The sink has had everything up to a position; nothing where it was set back since.
    mutating func confirm(_ sink: String, after: Int64, upTo: Int64) {
        guard let place = sinks[sink], place.position >= after else { return }
        sinks[sink]?.position = max(place.position, upTo)
    }

    /// What every sink has had may be forgotten.
    mutating func trim() { spare = max(spare, sinks.values.map(\.position).min() ?? head) }

    /// The fewest and the most lines that lie before a sink that begins again at a moment.
    func rest(of sink: String, since moment: Int64) -> ClosedRange<Int64> {
        let first = start + Int64(items.firstIndex { $0.at >= moment } ?? items.count)
        let place = sinks[sink]?.position ?? head
        return (head - min(max(first, spare), place))...(head - min(first, place))
    }

    /// The window is over: nothing is known.
    mutating func expire() {
        known = [:]
        pages = [:]
    }
}

extension [String] {
    fileprivate mutating func add(_ name: String) {
        if !contains(name) { append(name) }
    }
}

extension Substring {
    /// What stands before a word, and the word with what stands after it.
    fileprivate func components(around word: String) -> (before: Substring, after: Substring) {
        let range = firstRange(of: word)
        return (self[..<(range?.lowerBound ?? endIndex)], self[(range?.lowerBound ?? endIndex)...])
    }
}
