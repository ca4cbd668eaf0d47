extension Output {
    /// Writes `cluster` with the comma after it; `lead` writes the first mention's `id`, quoted.
    mutating func cluster(_ id: Digest, size: Int64, similarity: Double, lead: (inout Output) -> Void) {
        literal("\"cluster\":{\"id\":\"")
        hexadecimal(id.high)
        hexadecimal(id.low)
        literal("\",\"size\":")
        integer(size)
        literal(",\"lead\":")
        lead(&self)
        literal(",\"similarity\":")
        number((similarity * 1000).rounded() / 1000)
        literal("},")
    }
}
