import Earshot
import EarshotTesting
import Testing

@testable import EarshotGateway

@Suite struct MarkTableTests {
    private func slot(_ number: Int, content: UInt32 = 1) -> MarkTable.Slot {
        MarkTable.Slot(
            key: Digest(of: Array("key \(number)".utf8)), mark: Mark(content: content, metrics: 0, isDeleted: false),
            channelSet: 0, hour: 0)
    }

    @Test func `every mark is found again, and no other`() {
        var table = MarkTable()
        for number in 0..<20_000 { table.insert(slot(number, content: UInt32(number))) }
        #expect(table.count == 20_000)
        for number in 0..<20_000 {
            let place = table.place(of: slot(number).key)
            #expect(place.map { table[$0].content } == UInt32(number))
        }
        for number in 20_000..<30_000 { #expect(table.place(of: slot(number).key) == nil) }
    }

    @Test(arguments: [100_000, 150_000, 200_000, 250_000, 300_000])
    func `a mark takes forty bytes at most`(_ count: Int) {
        var table = MarkTable()
        for number in 0..<count { table.insert(slot(number)) }
        #expect(Double(table.memory) / Double(count) <= 40)
    }

    @Test func `what is taken back was never there`() {
        var table = MarkTable()
        for number in 0..<1000 { table.insert(slot(number, content: 1)) }
        table.begin()
        for number in 0..<100 {
            if let place = table.place(of: slot(number).key) { table[place] = slot(number, content: 2) }
        }
        for number in 1000..<5000 { table.insert(slot(number)) }
        if let place = table.place(of: slot(3000).key) { table[place] = slot(3000, content: 3) }
        table.takeBack()
        #expect(table.count == 1000)
        for number in 0..<1000 {
            let place = table.place(of: slot(number).key)
            #expect(place.map { table[$0].content } == 1)
        }
        for number in 1000..<5000 { #expect(table.place(of: slot(number).key) == nil) }
    }

    @Test func `sweeping keeps the others in their order`() {
        var table = MarkTable()
        for number in 0..<10_000 { table.insert(slot(number, content: UInt32(number))) }
        table.sweep { $0.content % 3 == 0 }
        #expect(table.count == 3334)
        #expect((0..<table.count).map { table[$0].content } == (0..<3334).map { UInt32($0 * 3) })
        for number in 0..<10_000 { #expect((table.place(of: slot(number).key) != nil) == (number % 3 == 0)) }
    }

    @Test(arguments: [(0, 0, 0), (10, 30, 20), (65_530, 4, 10), (4, 65_530, -10)])
    func `ages are right where the hours wrap and where the clock goes back`(_ seen: Int, _ now: Int, _ age: Int) {
        var slot = slot(1)
        slot.hour = UInt16(seen)
        #expect(slot.age(at: UInt16(now)) == age)
    }
}
