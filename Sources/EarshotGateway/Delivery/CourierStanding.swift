/// How a courier is doing, for status and metrics.
package struct CourierStanding: Sendable, Equatable {
    /// Whether the sink was made ready and takes mentions.
    package var isOpen = false
    /// How many mentions were delivered.
    package var delivered = 0
    /// How many the sink's filter passed over.
    package var passedOver = 0
    /// How many became dead letters.
    package var deadLettered = 0
    /// How many efforts failed.
    package var failures = 0
    /// What is wrong at this moment; nil where nothing is.
    package var trouble: String?
    /// Whether only an operator can mend it.
    package var isBlocked = false
    /// Whether its dead letters come near to their limit.
    package var isFilling = false
    /// How far in the log everything is delivered or a dead letter.
    package var position: Int64 = 0

    /// Nothing has happened.
    package init() {}
}
