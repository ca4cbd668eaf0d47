/// A text that never shows itself: printed, logged or described it is `***`.
package struct Secret: Sendable, Hashable {
    private let text: String

    /// Hides a text.
    package init(_ text: String) { self.text = text }

    /// The text, for the one place that needs it.
    package func reveal() -> String { text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Three stars.
    package var description: String { "***" }
    /// Three stars.
    package var debugDescription: String { "***" }
    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Sequence where Element == Secret {
    /// A text with every secret in it replaced by `***`; secrets of fewer than four characters are let be.
    package func masked(_ text: String) -> String { SecretBook(Array(self)).masked(text) }
}
