internal import Earshot
internal import EarshotFormats

extension FeedReader {
    /// When an entry was published and last edited, as it says.
    mutating func readMoments(_ entry: Int, _ row: inout MentionRow) {
        row.publishedAt = view.moment([.published, .dcDate, .created], in: entry)
        let updated = view.moment([.updated], in: entry) ?? Times.parse(view.attribute("lastmod", of: entry))
        if let updated, row.publishedAt.map({ updated > $0 }) ?? true { row.editedAt = updated }
    }

    /// What is counted of an entry.
    mutating func readMetrics(_ entry: Int, _ links: FeedLinks, _ row: inout MentionRow) {
        var replies = [view.text(of: .slashComments, in: entry), view.text(of: .total, in: entry)].lazy
            .compactMap { Int64(decimal: $0) }.first
        if replies == nil, let link = links.all.first(where: { $0.rel == "replies" }) {
            replies = Int64(decimal: view.attribute("count", of: link.node))
        }
        if let replies, replies >= 0 { row.metrics.replies = replies }
        for place in [entry] + view.containers(of: entry) {
            guard let community = view.first(.mediaCommunity, in: place) else { continue }
            readCommunity(community, &row)
            break
        }
        if row.metrics != MetricsRow() { row.metricsAt = countedAt }
    }

    private func readCommunity(_ community: Int, _ row: inout MentionRow) {
        if let statistics = view.first(.mediaStatistics, in: community) {
            row.metrics.views = view.count("views", of: statistics)
            row.metrics.bookmarks = view.count("favorites", of: statistics)
        }
        if let rating = view.first(.mediaStarRating, in: community) {
            let top = view.number("max", of: rating) ?? 5
            if let average = view.number("average", of: rating), top > 0, average >= 0, average <= top {
                row.metrics.rating = average / top
            }
        }
    }

    /// What an entry answers.
    mutating func readReplies(_ entry: Int, _ row: inout MentionRow) {
        guard let answer = view.first(.inReplyTo, in: entry) else { return }
        let id = view.attribute("ref", of: answer)
        let target = view.resolved(view.attribute("href", of: answer), at: answer)
        guard !id.isEmpty || !target.isEmpty else { return }
        let start = reading.refs.count
        let name = id.isEmpty ? target.withBytes { identity.nativeID($0) } : identity.nativeID(id)
        var ref = RefRow(.replyTo, to: name.withBytes { reading.keep($0) })
        ref.url = target.withBytes { reading.keep($0) }
        reading.refs.append(ref)
        row.refs = Entries(from: start, to: reading.refs.count)
    }

    /// Where an entry is, as GeoRSS, GML or W3C say.
    mutating func readPlace(_ entry: Int, _ row: inout MentionRow) {
        if let shape = view.shape(in: entry), shape.isPlace {
            row.place.latitude = shape.points[0][1]
            row.place.longitude = shape.points[0][0]
        }
        let name = view.text(of: .featureName, in: entry)
        if !name.isEmpty { row.place.name = reading.keepText(name) }
        if row.place.latitude == nil && name.isEmpty { readPodcastPlace(entry, &row) }
    }

    /// Where a podcast says an episode is about: its words, and `geo:latitude,longitude` (RFC 5870).
    private mutating func readPodcastPlace(_ entry: Int, _ row: inout MentionRow) {
        guard let node = view.other("location", of: "podcast", in: entry) else { return }
        row.place.name = reading.keepText(view.text(node))
        let geo = view.attribute("geo", of: node)
        guard geo.hasPrefix("geo:"), geo.count <= 80 else { return }
        let numbers = geo[4..<geo.count].string.prefix { $0 != ";" }.split(separator: ",").map { Double($0) }
        guard numbers.count >= 2, let latitude = numbers[0], let longitude = numbers[1],
            abs(latitude) <= 90, abs(longitude) <= 180
        else { return }
        row.place.latitude = latitude
        row.place.longitude = longitude
    }
}

extension FeedView {
    /// The end of the year 1, in which programs write moments that they do not know (`-0001-11-30`, `0001-01-01`).
    private static let unset = Timestamp(seconds: -62_104_060_800)

    /// The moment that the first of some elements names; of several of one name the last counts, as feedparser has it.
    func moment(_ names: [FeedName], in node: Int) -> Timestamp? {
        for name in names where mayHave(name.bit, in: node) {
            var moment: Timestamp?
            each(in: node) { child in
                if self.name(child) == name, let said = Times.parse(text(child)), said > FeedView.unset {
                    moment = said
                }
            }
            if let moment { return moment }
        }
        return nil
    }

    /// A count that an attribute says, else `unsaid`.
    func count(_ name: StaticString, of node: Int) -> Int64 {
        let value = Int64(decimal: attribute(name, of: node)) ?? unsaid
        return value < 0 ? unsaid : value
    }

    /// A size that an attribute says; feeds write 0 where they do not know it (RSS Best Practices Profile, enclosure).
    func size(_ name: StaticString, of node: Int) -> Int64 {
        let value = count(name, of: node)
        return value == 0 ? unsaid : value
    }

    /// A number that an attribute says.
    func number(_ name: StaticString, of node: Int) -> Double? {
        let text = attribute(name, of: node)
        guard text.count <= 40, let value = Double(text.string), value.isFinite else { return nil }
        return value
    }
}

/// A place or the outline of one, in degrees, longitude first as GeoJSON has it.
struct FeedShape {
    /// GeoJSON's word, or `Box`.
    var type: String
    var points: [[Double]]
    /// Whether the numbers are degrees.
    var isGeographic = true

    /// The bits of the elements that draw one.
    fileprivate static let names: UInt64 =
        [
            FeedName.point, .line, .box, .polygon, .geoWhere, .geoPoint, .gmlPoint, .gmlLine, .gmlPolygon, .gmlEnvelope,
            .geoLatitude, .geoLongitude,
        ].reduce(0) { $0 | $1.bit }

    /// Whether it is one point on Earth.
    var isPlace: Bool {
        guard type == "Point", isGeographic, points.count == 1, points[0].count >= 2 else { return false }
        return abs(points[0][1]) <= 90 && abs(points[0][0]) <= 180
    }

    /// The shape as a GeoJSON geometry.
    var json: String {
        let pairs = points.map {
            "[" + $0.map { Int64(exactly: $0).map { "\($0)" } ?? "\($0)" }.joined(separator: ",") + "]"
        }
        let inside = pairs.joined(separator: ",")
        let coordinates = type == "Point" ? inside : type == "Polygon" ? "[[\(inside)]]" : "[\(inside)]"
        return "{\"type\":\"\(type)\",\"coordinates\":\(coordinates)}"
    }
}

extension FeedView {
    /// The shape that an element says it is at.
    func shape(in node: Int) -> FeedShape? {
        guard mayHave(FeedShape.names, in: node) else { return nil }
        var found: FeedShape?
        var latitude: Double?
        var longitude: Double?
        each(in: node) { child in
            guard found == nil else { return }
            switch name(child) {
            case .point: found = shape("Point", text(child), least: 1)
            case .line: found = shape("LineString", text(child), least: 2)
            case .box: found = shape("Box", text(child), least: 2)
            case .polygon: found = shape("Polygon", text(child), least: 4)
            case .geoWhere, .geoPoint: found = shape(in: child)
            case .gmlPoint, .gmlLine, .gmlPolygon, .gmlEnvelope: found = gml(child)
            case .geoLatitude: latitude = number(child)
            case .geoLongitude: longitude = number(child)
            default: break
            }
        }
        if found == nil, let latitude, let longitude {
            found = FeedShape(type: "Point", points: [[longitude, latitude]])
        }
        return found
    }

    private func number(_ node: Int) -> Double? {
        guard text(node).count <= 40, let value = Double(text(node).string), value.isFinite else { return nil }
        return value
    }

    private func gml(_ node: Int) -> FeedShape? {
        let system = attribute("srsname", of: node).string.lowercased()
        let isGeographic =
            system.isEmpty || ["4326", "4979", "4258", "4269", "crs84", "wgs84"].contains { system.contains($0) }
        let dimension = attribute("srsdimension", of: node) == "3" ? 3 : 2
        var written: [UInt8] = []
        for inner in (node + 1)..<max(Int(tree.nodes[node].end), node + 1) {
            switch name(inner) {
            case .gmlPosition where written.isEmpty, .gmlList where written.isEmpty: written = text(inner).array
            case .gmlLower: written = text(inner).array + [UInt8(ascii: " ")] + written
            case .gmlUpper: written += text(inner).array
            default: break
            }
        }
        let swaps = isGeographic && !system.contains("crs84")
        let (type, least) =
            switch name(node) {
            case .gmlPoint: ("Point", 1)
            case .gmlLine: ("LineString", 2)
            case .gmlEnvelope: ("Box", 2)
            default: ("Polygon", 4)
            }
        var shape = written.withBytes { self.shape(type, $0, least: least, dimension: dimension, swaps: swaps) }
        shape?.isGeographic = isGeographic
        return shape
    }

    /// The shape that numbers in pairs (or threes) of latitude and longitude draw.
    private func shape(
        _ type: String, _ written: Bytes, least: Int, dimension: Int = 2, swaps: Bool = true
    ) -> FeedShape? {
        guard written.count <= 64 * 1024 else { return nil }
        var numbers: [Double] = []
        for word in written.string.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
            guard let value = Double(word), value.isFinite else { return nil }
            numbers.append(value)
        }
        guard numbers.count >= least * dimension, numbers.count % dimension == 0 else { return nil }
        let points = stride(from: 0, to: numbers.count, by: dimension).map { start -> [Double] in
            var point = Array(numbers[start..<(start + dimension)])
            if swaps { point.swapAt(0, 1) }
            return point
        }
        return FeedShape(type: type, points: type == "Point" ? [points[0]] : points)
    }
}
