/// Values that are made once and stay as long as the process does.
///
/// Every look into an array of Swift's may change its count of references, and cores that read on both sides hand the
/// cache line of that count to each other with each look. These are counted by nobody.
///
/// Unchecked: nothing changes once it is made.
@safe
struct FixedTable<Element>: @unchecked Sendable, RandomAccessCollection {
    let startIndex = 0
    let endIndex: Int
    /// Where the values stand, for loops that know their places to be some.
    @unsafe let start: UnsafePointer<Element>

    /// A table of values, in their order. It is never freed: it is for what is made once a process.
    init(_ values: [Element]) {
        let copy = UnsafeMutablePointer<Element>.allocate(capacity: values.count + 1)
        for (index, value) in values.enumerated() { unsafe copy.advanced(by: index).initialize(to: value) }
        unsafe start = UnsafePointer(copy)
        endIndex = values.count
    }

    /// The value at a place, which must be one.
    subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < endIndex, "a place beyond the table")
            return unsafe start[index]
        }
    }
}
