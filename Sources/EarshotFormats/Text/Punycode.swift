/// RFC 3492, as far as a label's length needs it.
enum Punycode {
    /// The length of a label of at most sixty-three scalars in Punycode, without `xn--`.
    static func length(of label: ArraySlice<UInt32>) -> Int {
        var code: UInt32 = 128
        var delta: UInt32 = 0
        var bias: UInt32 = 72
        let basic = label.count { $0 < 0x80 }
        var handled = UInt32(basic)
        var length = basic + (basic > 0 ? 1 : 0)
        while handled < UInt32(label.count) {
            guard let next = label.lazy.filter({ $0 >= code }).min() else { break }
            delta &+= (next &- code) &* (handled + 1)
            code = next
            for scalar in label {
                if scalar < code { delta &+= 1 }
                guard scalar == code else { continue }
                length += digits(delta, bias)
                bias = adapt(delta, handled + 1, isFirst: handled == UInt32(basic))
                delta = 0
                handled += 1
            }
            delta &+= 1
            code &+= 1
        }
        return length
    }

    /// How many digits the variable-length integer of section 3.3 takes.
    private static func digits(_ delta: UInt32, _ bias: UInt32) -> Int {
        var rest = delta
        var count = 1
        var place: UInt32 = 36
        while true {
            let threshold = place <= bias ? 1 : min(place - bias, 26)
            if rest < threshold { return count }
            rest = (rest - threshold) / (36 - threshold)
            count += 1
            place += 36
        }
    }

    /// Section 6.1.
    private static func adapt(_ delta: UInt32, _ points: UInt32, isFirst: Bool) -> UInt32 {
        var rest = isFirst ? delta / 700 : delta / 2
        rest += rest / points
        var steps: UInt32 = 0
        while rest > 455 {
            rest /= 35
            steps += 36
        }
        return steps + 36 * rest / (rest + 38)
    }
}
