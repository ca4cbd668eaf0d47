internal import Earshot

/// An element that we know, by its place in the list of them.
struct HTMLElement: Sendable, Equatable {
    private let index: UInt8

    /// What matters about it.
    let traits: Traits

    /// Which it is of those that are asked for by name.
    let tag: Tag

    /// What matters about an element.
    struct Traits: OptionSet, Sendable {
        let rawValue: UInt16

        /// It may stand in sanitized HTML.
        static let kept = Traits(rawValue: 1)
        /// It has no content and no end tag.
        static let void = Traits(rawValue: 2)
        /// It begins and ends a line.
        static let block = Traits(rawValue: 4)
        /// An empty line parts it from what is around it.
        static let paragraph = Traits(rawValue: 8)
        /// It goes with everything in it.
        static let dropped = Traits(rawValue: 16)
        /// Its start tag ends an open `p`.
        static let endsParagraph = Traits(rawValue: 32)
        /// Its content is no markup, whatever it looks like.
        static let raw = Traits(rawValue: 64)
        /// End tags of what is within do not reach beyond it.
        static let scope = Traits(rawValue: 128)
    }

    /// The element of a name in any case, or nil where it is none of HTML's.
    init?(_ name: Bytes) {
        guard let index = HTMLElement.names.index(of: name) else { return nil }
        self.init(index: index)
    }

    private init(index: Int) {
        self.index = UInt8(truncatingIfNeeded: index)
        traits = HTMLElement.all[index].traits
        tag = HTMLElement.tags[index]
    }

    /// Whether both are the same element.
    static func == (one: HTMLElement, other: HTMLElement) -> Bool { one.index == other.index }

    /// The name in lower case.
    var name: StaticString { HTMLElement.all[Int(index)].name }

    /// An element that is asked for by its name; `other` is any that is not.
    enum Tag: String, Sendable {
        case p, a, br, img, li, ol, ul, pre, q, td, th, tr, dt, dd, tbody, thead, tfoot, table
        case audio, video, source
        case other = ""
    }

    /// Whether it is the element of that name.
    static func == (element: HTMLElement, tag: Tag) -> Bool { element.tag == tag }

    private static let tags = FixedTable(all.map { Tag(rawValue: "\($0.name)") ?? .other })
    private static let names = NameTable(all.map(\.name))

    private static let inline: Traits = [.kept]
    private static let box: Traits = [.kept, .block, .endsParagraph]
    private static let apart: Traits = [.kept, .block, .paragraph, .endsParagraph]
    private static let cell: Traits = [.kept, .scope]
    private static let row: Traits = [.kept, .block]
    private static let gone: Traits = [.dropped]
    private static let unwrapped: Traits = []

    /// What HTML has and feeds use; what is not here is unwrapped like the last of them.
    private static let all = FixedTable<(name: StaticString, traits: Traits)>([
        ("a", inline), ("abbr", inline), ("acronym", inline), ("b", inline), ("bdi", inline), ("bdo", inline),
        ("big", inline), ("cite", inline), ("code", inline), ("data", inline), ("del", inline), ("dfn", inline),
        ("em", inline), ("font", inline), ("i", inline), ("ins", inline), ("kbd", inline), ("mark", inline),
        ("q", inline), ("rp", inline), ("rt", inline), ("ruby", inline), ("s", inline), ("samp", inline),
        ("small", inline), ("span", inline), ("strike", inline), ("strong", inline), ("sub", inline), ("sup", inline),
        ("time", inline), ("tt", inline), ("u", inline), ("var", inline), ("meter", inline), ("progress", inline),
        ("label", inline), ("output", inline),
        ("br", [.kept, .void]), ("wbr", [.kept, .void]), ("img", [.kept, .void]), ("source", [.kept, .void]),
        ("hr", [.kept, .void, .block, .endsParagraph]), ("audio", inline), ("video", inline),
        ("address", box), ("article", box), ("aside", box), ("center", box), ("details", box), ("dir", box),
        ("div", box), ("fieldset", box), ("figcaption", box), ("figure", box), ("footer", box), ("header", box),
        ("hgroup", box), ("legend", row), ("main", box), ("menu", box), ("nav", box), ("section", box),
        ("summary", box), ("dd", box), ("dt", box), ("li", box), ("caption", row),
        ("blockquote", apart), ("dl", apart), ("h1", apart), ("h2", apart), ("h3", apart), ("h4", apart),
        ("h5", apart), ("h6", apart), ("ol", apart), ("p", apart), ("pre", apart), ("ul", apart),
        ("table", apart.union(.scope)), ("tbody", row), ("thead", row), ("tfoot", row), ("tr", row), ("td", cell),
        ("th", cell), ("col", [.kept, .void]), ("colgroup", inline),
        // Out with all that is in them: what is there is for machines.
        ("script", [.dropped, .raw]), ("style", [.dropped, .raw]), ("title", gone), ("template", gone), ("svg", gone),
        ("applet", gone), ("annotation", gone), ("textarea", gone), ("noembed", gone), ("noframes", gone),
        // Out, but what is in them is for people. Nothing here is ever written, so nothing within can come alive.
        ("html", unwrapped), ("head", unwrapped), ("body", [.block]), ("form", [.block, .endsParagraph]),
        ("button", unwrapped), ("input", [.void]), ("select", unwrapped), ("option", [.block]),
        ("optgroup", unwrapped), ("datalist", unwrapped), ("iframe", unwrapped), ("frame", [.void]),
        ("frameset", unwrapped), ("object", unwrapped), ("param", [.void]), ("embed", [.void]), ("noscript", unwrapped),
        ("link", [.void]), ("meta", [.void]), ("base", [.void]), ("area", [.void]), ("map", unwrapped),
        ("track", [.void]), ("math", unwrapped), ("blink", unwrapped), ("marquee", unwrapped), ("picture", unwrapped),
        ("canvas", unwrapped), ("dialog", unwrapped), ("nobr", unwrapped), ("xmp", [.block]), ("listing", [.block]),
        ("plaintext", [.block]),
    ])
}
