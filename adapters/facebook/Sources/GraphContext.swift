/// The object and the edge that a Graph address names: `/v25.0/123_456/comments` is the edge `comments` of `123_456`.
struct GraphContext: Sendable, Equatable {
    /// The object's id, or empty.
    var object = ""
    /// The edge's name, or empty.
    var edge = ""

    /// Nothing known.
    init() {}

    /// What an address says, as far as it does.
    init(address: String) {
        guard !address.isEmpty, let scheme = address.firstRange(of: "://") else { return }
        let path = address[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        var parts = path.split(separator: "/").dropFirst()
        if let version = parts.first, version.first == "v", version.dropFirst().first?.isNumber == true {
            parts = parts.dropFirst()
        }
        guard let first = parts.first, parts.count <= 2 else { return }
        object = String(first)
        if parts.count == 2, let last = parts.last { edge = String(last) }
    }
}
