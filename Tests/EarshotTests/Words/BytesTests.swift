import Earshot
import Testing

@Suite struct BytesTests {
    @Test func `runs are the same where every byte is`() {
        for count in 0...40 {
            let one = (0..<count).map { UInt8($0 + 1) }
            #expect(isSame(one, one))
            #expect(!isSame(one, one + [0]))
            for place in 0..<count {
                var other = one
                other[place] ^= 0x80
                #expect(!isSame(one, other), "\(place) of \(count)")
            }
        }
    }

    @Test func `borrowed bytes are appended behind what is there`() {
        var all: [UInt8] = []
        var expected: [UInt8] = []
        for count in 0...300 {
            let part = [UInt8](repeating: UInt8(count & 0xFF), count: count)
            part.withBytes { all.append($0) }
            all.append(Bytes.none)
            expected += part
        }
        #expect(all == expected)
    }

    private func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.withBytes { one in other.withBytes { one == $0 } }
    }
}
