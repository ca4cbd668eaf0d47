/// A delivery as it came: the header fields, and the bytes that signatures are of.
package struct PushedRequest: Sendable {
    /// Header fields in order.
    package var headers: [(name: String, value: String)]
    /// The body, unchanged.
    package var body: [UInt8]

    /// A delivery of known parts.
    package init(headers: [(name: String, value: String)], body: [UInt8]) {
        self.headers = headers
        self.body = body
    }

    /// The value of a header; nil where it is not there, or stands more than once, so that nobody can be shown one
    /// value and checked against another.
    package subscript(header: String) -> String? {
        var found: String?
        for field in headers where PushedRequest.isSame(field.name, header) {
            if found != nil { return nil }
            found = field.value
        }
        return found
    }

    /// Whether two names of fields are the same, however their letters are written.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        guard one.utf8.count == other.utf8.count else { return false }
        if one == other { return true }
        return one.lowercased() == other.lowercased()
    }
}

/// Why a delivery was not taken for genuine, for the log; the sender is not told.
package struct DeliveryRefusal: Error, Sendable, Equatable {
    /// What was wrong, without anything that was sent.
    package var reason: String
    /// Whether the sender should be asked for credentials.
    package var asksForCredentials = false

    /// A refusal for a reason.
    package init(_ reason: String, asksForCredentials: Bool = false) {
        self.reason = reason
        self.asksForCredentials = asksForCredentials
    }
}

/// What a genuine delivery was found to be.
package struct DeliveryProof: Sendable, Equatable {
    /// What it is known by when it comes again, where its scheme guards against that.
    package var id: String?

    /// A proof, with the id that no second delivery may have.
    package init(id: String? = nil) { self.id = id }
}
