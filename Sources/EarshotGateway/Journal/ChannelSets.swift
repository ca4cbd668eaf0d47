/// Sets of channels by number, so that a mark names all the channels that brought an item in two bytes.
struct ChannelSets {
    private static let limit = 0x7FFF

    private var sets: [[String]] = []
    private var numbers: [[String]: UInt16] = [:]
    private var grown: [UInt16: [String: UInt16]] = [:]

    /// The channels of a set, in the order in which they came.
    subscript(number: UInt16) -> [String] { Int(number) < sets.count ? sets[Int(number)] : [] }

    /// The number of a set; when there are too many sets, that of its first channels.
    mutating func number(of channels: [String]) -> UInt16 {
        if let known = numbers[channels] { return known }
        guard sets.count < ChannelSets.limit else { return numbers[Array(channels.prefix(1))] ?? 0 }
        let number = UInt16(truncatingIfNeeded: sets.count)
        sets.append(channels)
        numbers[channels] = number
        return number
    }

    /// The number of the set with one more channel, which is its own number where the channel is in it already.
    mutating func number(of set: UInt16, and channel: String) -> UInt16 {
        if let known = grown[set]?[channel] { return known }
        let channels = self[set]
        let number = channels.contains(channel) ? set : number(of: channels + [channel])
        grown[set, default: [:]][channel] = number
        return number
    }
}
