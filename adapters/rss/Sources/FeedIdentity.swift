internal import Earshot

/// What an entry says of which it is, before all entries of its feed are known.
struct FeedKey {
    /// The entry's guid or id; empty where it has none.
    var guid: [UInt8] = []
    /// Its address.
    var link: [UInt8] = []
    /// Its title.
    var title: [UInt8] = []
    /// Its date, as the source wrote it.
    var date: [UInt8] = []
    /// The digest of its text, where it has no guid.
    var text: Digest?
    /// The latest moment it names.
    var moment: Timestamp?
    /// The id that `FeedIdentity` gives it.
    var nativeID: [UInt8] = []
    /// Whether a later or equal revision of the same entry stands in the feed.
    var isRevised = false
}

/// Gives entries their ids: the guid scoped by the feed's identity, else a digest of link, title and date.
struct FeedIdentity {
    /// What stands for the feed.
    let scope: [UInt8]
    /// The scope's digest, sixteen hexadecimal digits.
    let prefix: [UInt8]

    /// The identity of a feed that calls itself by some names, in the order of their worth.
    ///
    /// A feed that was fetched is believed where the name is of the host it was fetched from, so that no feed can speak
    /// for another; otherwise it is the address it was fetched from. One from a file is believed.
    init(claims: [[UInt8]], url: String?) {
        let said = claims.filter { !$0.isEmpty }
        if let url, !url.isEmpty {
            let address = Array(url.utf8)
            let host = address.withBytes { FeedLink.host(of: $0) }
            scope = said.first { $0.withBytes { FeedLink.host(of: $0) } == host } ?? address
        } else {
            scope = said.first ?? []
        }
        prefix = Array(Digest(of: FeedIdentity.folded(scope)).hexadecimal.utf8.prefix(16))
    }

    /// The id of the entry with a guid in this feed.
    func nativeID(_ guid: Bytes) -> [UInt8] {
        let name = guid.count <= 512 ? guid.array : Array(Digest(of: guid).hexadecimal.utf8)
        return prefix + [UInt8(ascii: "/")] + name
    }

    /// Gives every key its id.
    ///
    /// Entries with one guid and one address are revisions of one entry, of which the latest stays. Where one guid is
    /// on entries with different addresses (or titles, where there are none) the guid is not one, and all of them get
    /// the address into their id. Entries without a guid that have link, title and date in common get their text's
    /// digest.
    func assign(_ keys: inout [FeedKey]) {
        // By digests, as whole names are dear to hash.
        let guids = keys.map { $0.guid.isEmpty ? Digest(of: $0.whole) : Digest(of: $0.guid) }
        var first: [Digest: Int] = [:]
        var ambiguous: Set<Digest> = []
        for (index, guid) in guids.enumerated() {
            if let other = first[guid] {
                if keys[other].discriminator != keys[index].discriminator { ambiguous.insert(guid) }
            } else {
                first[guid] = index
            }
        }
        var seen: [Digest: Int] = [:]
        for index in keys.indices {
            let isAmbiguous = !ambiguous.isEmpty && ambiguous.contains(guids[index])
            keys[index].nativeID = nativeID(of: keys[index], isAmbiguous: isAmbiguous)
            let name = Digest(of: keys[index].nativeID)
            guard let earlier = seen.updateValue(index, forKey: name) else { continue }
            if let moment = keys[earlier].moment, moment >= keys[index].moment ?? .earliest {
                keys[index].isRevised = true
                seen[name] = earlier
            } else if keys[earlier].moment == nil && keys[index].moment == nil {
                // Feeds without dates have the newest first.
                keys[index].isRevised = true
                seen[name] = earlier
            } else {
                keys[earlier].isRevised = true
            }
        }
    }

    private func nativeID(of key: FeedKey, isAmbiguous: Bool) -> [UInt8] {
        let name =
            key.guid.isEmpty
            ? prefix + [UInt8(ascii: "/")] + Array(Digest(of: key.whole).hexadecimal.utf8)
            : key.guid.withBytes { nativeID($0) }
        return isAmbiguous ? name + [UInt8(ascii: "#")] + key.discriminator : name
    }

    /// A name without what differs between the ways to the same feed: scheme, `www.`, a slash at the end.
    private static func folded(_ name: [UInt8]) -> [UInt8] {
        name.withBytes { bytes in
            guard FeedLink.isWeb(bytes) else { return bytes.array }
            var rest = bytes[(bytes[4] == UInt8(ascii: ":") ? 7 : 8)..<bytes.count]
            if rest.hasPrefix("www.") { rest = rest[4..<rest.count] }
            if rest.hasSuffix("/") { rest = rest[0..<(rest.count - 1)] }
            return rest.array
        }
    }
}

extension FeedKey {
    /// What stands for an entry without a guid: its link, title and date, or its text where it has none of them.
    fileprivate var whole: [UInt8] {
        let named = link + [0] + title + [0] + date
        return named.count == 2 ? Array((text?.hexadecimal ?? "").utf8) : named
    }

    /// What tells entries with one guid apart, or those with one link, title and date: sixteen hexadecimal digits.
    fileprivate var discriminator: [UInt8] {
        let digest = guid.isEmpty ? text : Digest(of: link.isEmpty ? title : link)
        return Array((digest?.hexadecimal ?? "").utf8.prefix(16))
    }
}
