internal import Synchronization

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

/// The secrets that no log may show: those of the configuration, and those that came while the gateway runs.
package final class SecretBook: Sendable {
    /// Those of the configuration.
    package let fixed: [Secret]
    private let learned = Mutex<[Secret]>([])

    /// How many of the second kind are known; the oldest are over long before.
    private static let limit = 1000

    /// A book of secrets that are known from the beginning.
    package init(_ secrets: [Secret] = []) { fixed = secrets }

    /// Hides one more: a token that was fetched.
    package func learn(_ secret: Secret) {
        learned.withLock { learned in
            guard !learned.contains(secret) else { return }
            learned.append(secret)
            learned.removeFirst(max(learned.count - SecretBook.limit, 0))
        }
    }

    /// A text with every secret in it replaced by `***`.
    package func masked(_ text: String) -> String { learned.withLock { $0 }.masked(fixed.masked(text)) }
}

extension Sequence where Element == Secret {
    /// A text with every secret in it replaced by `***`; secrets of fewer than four characters are let be.
    package func masked(_ text: String) -> String {
        var masked = text
        for secret in self where secret.reveal().utf8.count >= 4 {
            masked = masked.split(separator: secret.reveal(), omittingEmptySubsequences: false).joined(separator: "***")
        }
        return masked
    }
}
