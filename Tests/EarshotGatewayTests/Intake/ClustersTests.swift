import Earshot
import EarshotTesting
import Testing

@testable import EarshotGateway

@Suite struct ClustersTests {
    private let lead = "you lost my suitcase AGAIN. Two hours at the desk in Helsinki, nobody knows anything. #acmefail"
    private let start = Timestamp(seconds: 1_767_225_600)

    /// Clusters, and the pages that their commits have left.
    private struct Book {
        var clusters: Clusters
        var pages: [(at: Timestamp, records: [UInt8])] = []

        init(capacity: Int = 50_000) { clusters = Clusters(similarity: 0.7, windowHours: 48, capacity: capacity) }

        /// One commit.
        mutating func place(_ id: String, _ text: String, at moment: Timestamp) -> Clusters.Place? {
            _ = clusters.begin(at: moment)
            defer {
                clusters.keep()
                pages.append((moment, clusters.records))
            }
            return Book.place(id, text, in: &clusters)
        }

        static func place(_ id: String, _ text: String, in clusters: inout Clusters) -> Clusters.Place? {
            guard let signature = Signature(of: FoldedText(text)) else { return nil }
            return clusters.place(Digest(of: Array(id.utf8)), id: Array(id.utf8)[...], signature)
        }

        /// The same after a crash.
        func reopened(capacity: Int = 50_000) -> Book {
            var book = Book(capacity: capacity)
            for page in pages { _ = book.clusters.restore(page.records, at: page.at) }
            return book
        }
    }

    private func news(_ number: Int) -> String {
        "news \(number) of flight \(number * 7) on day \(number * 13) at gate \(number * 3)"
    }

    @Test func `a copy and a near-copy join the first, which stands alone`() {
        var book = Book()
        #expect(book.place("twitter:1", "@acmeair " + lead + " https://t.co/AbC", at: start) == nil)
        let copy = book.place("twitter:2", lead, at: start)
        #expect(copy?.lead == Array("twitter:1".utf8))
        #expect(copy?.size == 2)
        #expect(copy?.similarity == 1)
        let near = book.place("facebook:3", lead.replacing("anything.", with: "anything here."), at: start)
        #expect(near?.lead == Array("twitter:1".utf8))
        #expect(near?.size == 3)
        #expect(near.map { $0.similarity < 1 } == true)
    }

    @Test func `the same mention counts once however often it comes, also after a restart`() {
        var book = Book()
        for _ in 0..<3 { _ = book.place("twitter:1", lead, at: start) }
        for _ in 0..<3 { #expect(book.place("twitter:2", lead, at: start)?.size == 2) }
        book = book.reopened()
        for _ in 0..<3 { #expect(book.place("twitter:2", lead, at: start)?.size == 2) }
        #expect(book.place("twitter:1", lead, at: start)?.size == 2)
    }

    @Test func `other news and short texts are nobody's copies`() {
        var book = Book()
        _ = book.place("twitter:1", lead, at: start)
        let other = "My flight to Split was lovely, thank you for the window seat!"
        #expect(book.place("twitter:2", other, at: start) == nil)
        #expect(book.place("twitter:3", "so true", at: start) == nil)
        #expect(book.place("twitter:4", "so true", at: start) == nil)
    }

    @Test func `a burst of seven thousand is one group, counted exactly across a restart`() {
        var book = Book()
        var size: Int64 = 0
        for index in 0..<7000 {
            if index == 5000 { book = book.reopened() }
            size = book.place("twitter:\(index)", lead, at: start)?.size ?? 1
        }
        #expect(size == 7000)
    }

    @Test func `what a commit that failed had found was never there`() {
        var book = Book()
        _ = book.place("twitter:1", lead, at: start)
        for _ in 0..<2 {
            _ = book.clusters.begin(at: start)
            #expect(Book.place("twitter:2", lead, in: &book.clusters)?.size == 2)
            #expect(Book.place("twitter:3", lead, in: &book.clusters)?.size == 3)
            #expect(Book.place("twitter:4", news(1), in: &book.clusters) == nil)
            book.clusters.takeBack()
        }
        #expect(book.place("twitter:5", news(1), at: start) == nil)
        #expect(book.place("twitter:6", news(1), at: start)?.lead == Array("twitter:5".utf8))
        #expect(book.place("twitter:3", lead, at: start)?.size == 2)
    }

    @Test func `a burst that goes on outlives the groups around it, of which the oldest go`() {
        var book = Book(capacity: 10)
        var size: Int64 = 0
        for index in 0..<100 {
            _ = book.place("twitter:news-\(index)", news(index), at: start)
            if index % 4 == 0 { size = book.place("twitter:\(index)", lead, at: start)?.size ?? 1 }
            if index == 50 { book = book.reopened(capacity: 10) }
        }
        #expect(size == 25)
        #expect(book.place("twitter:again", news(3), at: start) == nil)
        #expect(book.place("twitter:newest", news(99), at: start)?.size == 2)
    }

    @Test func `a group is forgotten when the window has passed over it, and stays while it grows`() {
        var book = Book()
        func moment(_ hour: Int64) -> Timestamp { Timestamp(seconds: start.seconds + hour * 3600) }
        _ = book.place("twitter:1", lead, at: moment(0))
        _ = book.place("twitter:2", news(1), at: moment(0))
        for hour in stride(from: Int64(40), to: 200, by: 40) {
            _ = book.place("twitter:at-\(hour)", lead, at: moment(hour))
            // What is older than the window is not stored any more.
            book.pages.removeAll { $0.at < moment(hour - 48) }
            book = book.reopened()
        }
        #expect(book.place("twitter:3", lead, at: moment(200))?.size == 6)
        #expect(book.place("twitter:4", news(1), at: moment(200)) == nil)
    }

    @Test func `records that are damaged are passed over`() {
        var book = Book()
        for index in 0..<4 { _ = book.place("twitter:\(index)", lead, at: start) }
        let bytes = book.pages.flatMap(\.records)
        var random = SeededRandom(seed: 1)
        for _ in 0..<300 {
            var damaged = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            for _ in 0..<3 where !damaged.isEmpty {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var clusters = Clusters(similarity: 0.7, windowHours: 48, capacity: 10)
            _ = clusters.restore(damaged, at: start)
            _ = clusters.begin(at: start)
            _ = Book.place("twitter:9", lead, in: &clusters)
        }
    }

    @Test func `a burst that is not told to its end outlives the groups that push it out`() throws {
        var clusters = Clusters(similarity: 0.7, windowHours: 48, capacity: 10, samples: true)
        func append(_ id: String, _ text: String, to clusters: inout Clusters) {
            var batch = Batch([SampleMention(id, text)], from: "brand")
            batch.signatures[0] = Signature(of: FoldedText(text))
            _ = clusters.begin(at: start)
            let place = clusters.place(0, of: batch)
            if !clusters.leavesOut(place, batch.entries[0]) {
                clusters.noteStored(0, of: batch, in: place, at: 1) { _ in nil }
                _ = clusters.telling(of: place)
            }
            clusters.keep()
        }
        for index in 0..<15 { append("\(index)", lead, to: &clusters) }
        for index in 0..<100 { append("news-\(index)", news(index), to: &clusters) }
        _ = clusters.begin(at: start)
        #expect(clusters.tellings(finally: true).map(\.place.size) == [15])
        clusters.takeBack()
        _ = clusters.begin(at: start)
        #expect(clusters.tellings(finally: true).map(\.place.size) == [15])
        clusters.keep()
        _ = clusters.begin(at: start)
        #expect(clusters.tellings(finally: true).isEmpty)
    }
}
