internal import Earshot

/// The companions of an archive or folder while they are collected, bounded in number and size.
struct CompanionShelf {
    private let patterns: [NamePattern]
    private(set) var documents: [Document] = []
    private var room = 4 * Document.sizeLimit

    init(patterns: [String]) { self.patterns = patterns.map { NamePattern($0) } }

    /// Whether the file of this name is a companion and there is room for it.
    func wants(_ name: String) -> Bool {
        documents.count < 256 && patterns.contains { $0.matches(name) }
    }

    /// Keeps a companion, unless there is no room.
    mutating func put(_ bytes: [UInt8], named name: String, at moment: Timestamp) {
        guard bytes.count <= room else { return }
        room -= bytes.count
        var document = Document(bytes, observedAt: moment)
        document.name = name
        documents.append(document)
    }
}

/// A file name in which `*` stands for anything; it is compared with a path, or with the end of one after a `/`.
struct NamePattern {
    private let pattern: [UInt8]

    init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    func matches(_ path: String) -> Bool {
        let name = Array(path.utf8.suffix(4096))
        if matches(name[...]) { return true }
        for index in name.indices where name[index] == UInt8(ascii: "/") {
            if matches(name[(index + 1)...]) { return true }
        }
        return false
    }

    /// Compares with at most one place to come back to, so that no pattern costs more than length times length.
    private func matches(_ name: ArraySlice<UInt8>) -> Bool {
        var position = name.startIndex
        var index = 0
        var star: (pattern: Int, name: Int)?
        while position < name.endIndex {
            if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
                star = (index + 1, position)
                index += 1
            } else if index < pattern.count, pattern[index] == name[position] {
                index += 1
                position += 1
            } else if let last = star {
                index = last.pattern
                position = last.name + 1
                star = (last.pattern, position)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
