public import Earshot

extension HTML {
    /// The fragment without the elements of a class, each with all in it. Elements that never end stay.
    public static func removing(class name: Bytes, from bytes: Bytes) -> [UInt8] {
        var tokens = HTMLTokens(bytes)
        var kept: [UInt8] = []
        var keptEnd = 0
        var removed: (start: Int, element: Bytes, depth: Int)?
        while true {
            let start = tokens.position
            guard let token = tokens.next() else { break }
            switch (token, removed) {
            case (.start(let element, let attributes), nil):
                if has(name, among: attributes) { removed = (start, element, 1) }
            case (.start(let element, _), let open?) where element.isSpelled(open.element):
                removed?.depth += 1
            case (.end(let element), let open?) where element.isSpelled(open.element):
                removed?.depth -= 1
                guard open.depth == 1 else { continue }
                kept += bytes[keptEnd..<open.start].array
                keptEnd = tokens.position
                removed = nil
            default: continue
            }
        }
        return kept + bytes[keptEnd..<bytes.count].array
    }

    /// Whether a start tag has a class.
    private static func has(_ name: Bytes, among attributes: Bytes) -> Bool {
        var reader = HTMLAttributes(attributes)
        while let (attribute, value) = reader.next() {
            guard attribute.isSpelled("class") else { continue }
            return value.array.split { $0 <= 0x20 }.contains { $0.elementsEqual(name.array) }
        }
        return false
    }
}
