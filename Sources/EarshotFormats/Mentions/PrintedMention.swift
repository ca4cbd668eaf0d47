public import Earshot

extension Reading {
    /// The reading of a line of mention v1 that somebody else wrote; throws what is first wrong with it.
    ///
    /// Every member that the schema knows is checked. What only the gateway can say (`digest`, `changed`, `matches`,
    /// `cluster`, `seen_via`, `observed_at`, `provenance`) may be there or not, and is passed over. `op` is `create`
    /// where it is not there, and `id` follows from `network` and `native_id`.
    public init(printedMention line: [UInt8]) throws(MalformedDocument) {
        self = try JSON.read(line) { (root, isRepaired) throws(MalformedDocument) in
            guard root.isObject else { throw MalformedDocument("expected an object, which a mention is") }
            try MentionShape.check(root)
            var reading = Reading(network: root["network"].string.string, capacity: line.count)
            var reader = MentionReader(root: root, line: line, isPrinted: true)
            try reader.read(into: &reading)
            if isRepaired { reading.append(defect: "recovered: not JSON as it was sent") }
            return reading
        }
    }
}
