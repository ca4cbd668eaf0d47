internal import Earshot

/// Hosts that serve another host's pages for small screens or for AMP.
enum PageHosts {
    /// Appends the host that the pages of `host` are known by; both in lower case.
    static func append(_ host: Bytes, to writer: inout URLWriter) {
        if let site = fold(host) {
            if site.isWWW { writer.append("www.") }
            writer.append(lowercased: site.rest)
        } else if let part = wikipedia(host) {
            writer.append(lowercased: host[0..<part])
            writer.append(lowercased: host[(part + 2)..<host.count])
        } else {
            writer.append(lowercased: host)
        }
    }

    /// Whether `append` would change the host.
    static func isFolded(_ host: Bytes) -> Bool { fold(host) != nil || wikipedia(host) != nil }

    private static func fold(_ host: Bytes) -> (rest: Bytes, isWWW: Bool)? {
        guard !host.isEmpty, host[0] != UInt8(ascii: "w") || !host.hasPrefix("www.") else { return nil }
        for prefix in prefixes where host.hasPrefix(prefix) {
            let rest = host[prefix.utf8CodeUnitCount..<host.count]
            for (site, isWWW) in sites where rest == site { return (rest, isWWW) }
        }
        return nil
    }

    /// Where `.m` stands in `fi.m.wikipedia.org`.
    private static func wikipedia(_ host: Bytes) -> Int? {
        guard host.hasSuffix(".org"), let dot = host.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        let rest = host[dot..<host.count]
        for name in wikis where rest == name { return dot }
        return nil
    }

    private static let prefixes: [StaticString] = ["m.", "mobile.", "amp.", "touch.", "mbasic.", "web."]

    private static let wikis: [StaticString] = [
        ".m.wikipedia.org", ".m.wiktionary.org", ".m.wikinews.org", ".m.wikiquote.org", ".m.wikimedia.org",
    ]

    /// The sites, and whether their pages are at `www.`.
    private static let sites: [(site: StaticString, isWWW: Bool)] = [
        ("facebook.com", true), ("youtube.com", true), ("twitter.com", false), ("x.com", false),
        ("instagram.com", true), ("reddit.com", true), ("tiktok.com", true), ("linkedin.com", true), ("vk.com", false),
        ("ok.ru", false), ("pinterest.com", true), ("imdb.com", true), ("yelp.com", true), ("tripadvisor.com", true),
        ("ebay.com", true), ("aliexpress.com", true), ("nytimes.com", true), ("washingtonpost.com", true),
        ("theguardian.com", true), ("cnn.com", true), ("bbc.co.uk", true), ("bbc.com", true), ("dw.com", true),
        ("reuters.com", true), ("businessinsider.com", true), ("usatoday.com", true), ("huffpost.com", true),
        ("independent.co.uk", true), ("dailymail.co.uk", true), ("spiegel.de", true), ("bild.de", true),
        ("faz.net", true), ("zeit.de", true), ("lemonde.fr", true), ("lefigaro.fr", true), ("elpais.com", false),
        ("repubblica.it", true), ("hs.fi", true), ("iltalehti.fi", true), ("is.fi", true), ("abc.es", true),
        ("scmp.com", true), ("smh.com.au", true), ("ndtv.com", true), ("hindustantimes.com", true), ("habr.com", false),
        ("livejournal.com", true), ("soundcloud.com", false), ("twitch.tv", true), ("flickr.com", true),
    ]
}
