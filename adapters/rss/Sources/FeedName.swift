/// What the names of elements mean, whatever namespace address, prefix or letter case a feed writes them with.
///
/// The raw value is `family:local`, in lower case; the family of everything that RSS, RDF, Atom and CDF define
/// themselves is empty.
enum FeedName: String, CaseIterable {
    case other = ""

    // The parts of a feed.
    case rss = ":rss"
    case rdf = "rdf:rdf"
    case feed = ":feed"
    case channel = ":channel"
    case item = ":item"
    case source = ":source"
    case image = ":image"
    case textInput = ":textinput"
    case html = ":html"
    case opml = ":opml"
    case redirect = ":redirect"
    case newLocation = ":newlocation"
    case itunesNewFeed = "itunes:new-feed-url"

    // Names, texts and people.
    case title = ":title"
    case dcTitle = "dc:title"
    case name = ":name"
    case email = ":email"
    case uri = ":uri"
    case author = ":author"
    case dcCreator = "dc:creator"
    case dcContributor = "dc:contributor"
    case contributor = ":contributor"
    case publisher = "dc:publisher"
    case managingEditor = ":managingeditor"
    case webMaster = ":webmaster"
    case subtitle = ":subtitle"
    case description = ":description"
    case summary = ":summary"
    case content = ":content"
    case contentEncoded = "content:encoded"
    case body = ":body"
    case fullItem = ":fullitem"
    case dcDescription = "dc:description"
    case info = ":info"
    case rights = ":rights"
    case generator = ":generator"
    case icon = ":icon"
    case logo = ":logo"
    case ttl = ":ttl"
    case docs = ":docs"
    case cloud = ":cloud"
    case languageName = ":language"
    case width = ":width"
    case height = ":height"

    // Addresses, ids, labels.
    case link = ":link"
    case url = ":url"
    case id = ":id"
    case guid = ":guid"
    case dcIdentifier = "dc:identifier"
    case comments = ":comments"
    case enclosure = ":enclosure"
    case category = ":category"
    case dcSubject = "dc:subject"
    case keywords = ":keywords"
    case tags = ":tags"

    // Moments.
    case published = ":published"
    case updated = ":updated"
    case dcDate = "dc:date"
    case created = ":created"
    case expired = ":expirationdate"

    // Modules.
    case wfwComment = "wfw:comment"
    case wfwCommentRSS = "wfw:commentrss"
    case slashComments = "slash:comments"
    case slashSection = "slash:section"
    case slashDepartment = "slash:department"
    case inReplyTo = "thr:in-reply-to"
    case total = "thr:total"
    case license = "cc:license"
    case origLink = "feedburner:origlink"
    case point = "georss:point"
    case line = "georss:line"
    case box = "georss:box"
    case polygon = "georss:polygon"
    case featureName = "georss:featurename"
    case geoWhere = "georss:where"
    case gmlPoint = "gml:point"
    case gmlLine = "gml:linestring"
    case gmlPolygon = "gml:polygon"
    case gmlEnvelope = "gml:envelope"
    case gmlLower = "gml:lowercorner"
    case gmlUpper = "gml:uppercorner"
    case gmlPosition = "gml:pos"
    case gmlList = "gml:poslist"
    case gmlExterior = "gml:exterior"
    case gmlRing = "gml:linearring"
    case geoPoint = "geo:point"
    case geoLatitude = "geo:lat"
    case geoLongitude = "geo:long"
    case chapters = "psc:chapters"
    case chapter = "psc:chapter"

    case mediaGroup = "media:group"
    case mediaContent = "media:content"
    case mediaTitle = "media:title"
    case mediaDescription = "media:description"
    case mediaThumbnail = "media:thumbnail"
    case mediaKeywords = "media:keywords"
    case mediaCategory = "media:category"
    case mediaCredit = "media:credit"
    case mediaRating = "media:rating"
    case mediaRestriction = "media:restriction"
    case mediaLicense = "media:license"
    case mediaPlayer = "media:player"
    case mediaCopyright = "media:copyright"
    case mediaText = "media:text"
    case mediaCommunity = "media:community"
    case mediaStatistics = "media:statistics"
    case mediaStarRating = "media:starrating"

    case itunesAuthor = "itunes:author"
    case itunesOwner = "itunes:owner"
    case itunesName = "itunes:name"
    case itunesEmail = "itunes:email"
    case itunesTitle = "itunes:title"
    case itunesSubtitle = "itunes:subtitle"
    case itunesSummary = "itunes:summary"
    case itunesImage = "itunes:image"
    /// A link that older podcasts have for their picture.
    case itunesLink = "itunes:link"
    case itunesCategory = "itunes:category"
    case itunesKeywords = "itunes:keywords"
    case itunesDuration = "itunes:duration"
    case itunesExplicit = "itunes:explicit"
    case itunesBlock = "itunes:block"
    case itunesSeason = "itunes:season"
    case itunesEpisode = "itunes:episode"
    case itunesEpisodeType = "itunes:episodetype"

    case podcastTranscript = "podcast:transcript"
    case podcastChapters = "podcast:chapters"
    case podcastPerson = "podcast:person"
    case podcastSeason = "podcast:season"
    case podcastEpisode = "podcast:episode"
    case podcastSoundbite = "podcast:soundbite"

    case atDeleted = "at:deleted-entry"

    /// A bit that it shares with few other names, by which an element without such a child is known.
    var bit: UInt64 { 1 << UInt64(unsafe unsafeBitCast(self, to: UInt8.self) & 63) }

    /// Whether its inside is text or markup, and not further elements of the feed.
    var isConstruct: Bool {
        switch self {
        case .title, .dcTitle, .mediaTitle, .itunesTitle, .subtitle, .description, .summary, .content, .contentEncoded,
            .body, .fullItem, .dcDescription, .mediaDescription, .itunesSubtitle, .itunesSummary, .info, .rights:
            true
        default: false
        }
    }

    /// Whether it names somebody.
    var isPerson: Bool {
        switch self {
        case .author, .dcCreator, .managingEditor, .itunesAuthor, .contributor, .dcContributor, .publisher, .webMaster,
            .itunesOwner:
            true
        default: false
        }
    }

    /// What a construct is where no `type` says it.
    var form: FeedForm {
        switch self {
        case .description, .contentEncoded, .fullItem, .itunesSummary, .dcDescription: .html
        case .body: .markup
        default: .plain
        }
    }
}

/// What the text of a construct is.
enum FeedForm: UInt8 {
    /// Plain text; outside Atom it may be markup all the same.
    case plain
    /// Escaped HTML.
    case html
    /// Elements within, written down as markup again.
    case markup
    /// Anything else, which is not shown.
    case opaque
}

extension FeedName {
    /// The meaning of a local name in a family; names of RSS's core also mean themselves in Atom and CDF.
    init(family: String, local: String) {
        let written = "\(family):\(local)"
        self = FeedName.names[FeedName.aliases[written] ?? written] ?? .other
    }

    private static let names = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

    /// Other spellings of a name.
    private static let aliases: [String: String] = [
        ":entry": ":item", ":product": ":item", "xhtml:html": ":html",
        ":tagline": ":subtitle", ":abstract": ":description", ":copyright": ":rights", "dc:rights": ":rights",
        "dcterms:rights": ":rights", "xhtml:body": ":body", "admin:generatoragent": ":generator",
        "feedburner:browserfriendly": ":info", ":browserfriendly": ":info",
        "dc:author": "dc:creator", "dcterms:creator": "dc:creator", "dcterms:contributor": "dc:contributor",
        "dcterms:title": "dc:title", "dcterms:publisher": "dc:publisher", "dcterms:description": "dc:description",
        "dcterms:subject": "dc:subject", "dcterms:identifier": "dc:identifier",
        ":homepage": ":uri", ":modified": ":updated", "dcterms:modified": ":updated", ":lastbuilddate": ":updated",
        ":pubdate": ":published", ":issued": ":published", "dcterms:issued": ":published",
        "dcterms:created": ":created", "dcterms:date": "dc:date",
        "dc:language": ":language", "dcterms:language": ":language",
        "creativecommons:license": "cc:license", "l:link": ":link",
        "geo:lng": "geo:long", "geo:lon": "geo:long", "media:adult": "media:rating",
    ]
}

/// The namespaces that feeds use, by the family whose names they hold.
enum FeedFamily {
    /// The family of an element: its namespace's, else its prefix as it stands.
    static func named(namespace: String, prefix: String) -> String {
        if namespace.isEmpty && prefix.isEmpty { return "" }
        let address = namespace.lowercased()
        if let known = known[address] ?? known[address + "/"] ?? known[String(address.dropLast())] { return known }
        if address.contains("itunes") || address.contains("/dtds/podcast") { return "itunes" }
        return prefix.lowercased() == "atom" || prefix.lowercased() == "rss" ? "" : prefix.lowercased()
    }

    private static let known: [String: String] = [
        "http://backend.userland.com/rss": "", "http://backend.userland.com/rss2": "",
        "http://blogs.law.harvard.edu/tech/rss": "", "http://cyber.law.harvard.edu/rss": "",
        "http://purl.org/rss/1.0/": "", "http://my.netscape.com/rdf/simple/0.9/": "",
        "http://channel.netscape.com/rdf/simple/0.9/": "", "http://example.com/newformat#": "",
        "http://purl.org/net/rss1.1#": "", "http://www.rssboard.org/rss-specification": "",
        "http://example.com/necho": "", "http://purl.org/echo/": "", "uri/of/echo/namespace#": "",
        "http://purl.org/pie/": "", "http://purl.org/atom/ns#": "", "http://www.w3.org/2005/atom": "",
        "https://www.w3.org/2005/atom": "", "http://purl.org/rss/1.0/modules/rss091#": "",
        "http://webns.net/mvcb/": "admin", "http://purl.org/rss/1.0/modules/aggregation/": "ag",
        "http://web.resource.org/cc/": "cc", "http://creativecommons.org/ns#": "cc",
        "http://backend.userland.com/creativecommonsrssmodule": "cc",
        "http://cyber.law.harvard.edu/rss/creativecommonsrssmodule.html": "cc",
        "http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc",
        "http://purl.org/dc/elements/1.0/": "dc", "http://purl.org/dc/terms/": "dcterms",
        "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
        "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo", "http://www.georss.org/georss": "georss",
        "http://www.georss.org/georss/10": "georss", "http://www.opengis.net/gml": "gml",
        "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://example.com/dtds/podcast-1.0.dtd": "itunes",
        "http://purl.org/rss/1.0/modules/link/": "l", "http://search.yahoo.com/mrss/": "media",
        "http://video.search.yahoo.com/mrss/": "media", "http://tools.search.yahoo.com/mrss/": "media",
        "https://search.yahoo.com/mrss/": "media", "http://www.rssboard.org/media-rss": "media",
        "http://podlove.org/simple-chapters": "psc", "https://podcastindex.org/namespace/1.0": "podcast",
        "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf", "http://purl.org/rss/1.0/modules/slash/": "slash",
        "http://purl.org/rss/1.0/modules/syndication/": "sy", "http://purl.org/syndication/thread/1.0": "thr",
        "http://wellformedweb.org/commentapi/": "wfw", "http://www.w3.org/1999/xhtml": "xhtml",
        "http://www.w3.org/2000/svg": "svg", "http://www.w3.org/1998/math/mathml": "math",
        "http://purl.org/atompub/tombstones/1.0": "at", "http://www.w3.org/2007/app": "app",
    ]
}
