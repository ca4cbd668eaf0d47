public import Earshot

extension Reading {
    /// Keeps an address as it was given, and its canonical form; where both are the same, the bytes are kept once.
    public mutating func keepURL(_ bytes: Bytes) -> (url: Kept, canonical: Kept) {
        let trimmed = bytes.trimmed
        let url = keep(trimmed)
        if URLs.isCanonical(trimmed) { return (url, url) }
        guard let canonical = URLs.canonical(trimmed) else { return (url, .none) }
        return (url, canonical.withBytes { $0 == trimmed ? url : keep($0) })
    }

    /// Keeps the canonical form of an address that was kept before; the same bytes where nothing changes.
    public mutating func keepCanonical(of url: Kept) -> Kept {
        if withBytes(of: url, { URLs.isCanonical($0) }) { return url }
        guard let canonical = withBytes(of: url, { URLs.canonical($0) }) else { return .none }
        return canonical.withBytes { keep($0) }
    }
}
