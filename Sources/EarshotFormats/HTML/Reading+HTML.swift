public import Earshot

extension Reading {
    /// Keeps the plain reading of an HTML fragment.
    public mutating func keepText(html bytes: Bytes) -> Kept {
        HTML.text(of: bytes).withBytes { keepText($0) }
    }

    /// Keeps an HTML fragment, sanitized; addresses are resolved against `base`, the page it stands on.
    public mutating func keepHTML(_ bytes: Bytes, base: Bytes = .none) -> Kept {
        HTML.sanitized(bytes, base: base).withBytes { keepText($0) }
    }
}
