internal import Earshot

/// An attribute that sanitized HTML may have.
struct HTMLAttribute {
    /// What its value is.
    enum Meaning: Sendable {
        /// Words or numbers that load and start nothing.
        case plain
        /// Declarations of style, of which the harmless ones stay.
        case style
        /// An address that a person may follow.
        case link
        /// An address whose content is shown.
        case content
    }

    private let index: Int

    /// The attribute of a name in any case, if it is on the list.
    init?(_ name: Bytes) {
        guard let index = HTMLAttribute.names.index(of: name) else { return nil }
        self.index = index
    }

    /// The name in lower case.
    var name: StaticString { HTMLAttribute.all[index].name }

    /// What its value is.
    var meaning: Meaning { HTMLAttribute.all[index].meaning }

    /// A bit of its own.
    var bit: UInt128 { 1 << UInt128(index) }

    /// Whether an address means something on this element.
    func isMeant(for element: HTMLElement) -> Bool {
        switch name.bytes {
        case let name where name == "href": element == .a
        case let name where name == "poster": element == .video
        default: element == .img || element == .audio || element == .video || element == .source
        }
    }

    private static let names = NameTable(all.map(\.name))

    /// At most 128, each with a bit.
    ///
    /// Left out on purpose: events, names that a page could confuse with its own (`id`, `name`, `class`), addresses
    /// that are loaded or sent to, and what takes the focus or starts something. What the last group says is for
    /// elements that are never written; readers of feeds keep it, and it does nothing.
    private static let all = FixedTable<(name: StaticString, meaning: Meaning)>(
        [("href", .link), ("src", .content), ("poster", .content), ("style", .style)]
            + [
                "abbr", "align", "alt", "axis", "bgcolor", "border", "bordercolor", "bordercolordark",
                "bordercolorlight",
                "bottompadding", "cellpadding", "cellspacing", "ch", "char", "charoff", "charset", "choff", "clear",
                "color", "cols", "colspan", "compact", "controls", "coords", "datetime", "dir", "face", "frame",
                "gutter",
                "headers", "height", "high", "hreflang", "hspace", "ismap", "label", "lang", "leftspacing", "low",
                "max",
                "media", "min", "nohref", "noshade", "nowrap", "open", "optimum", "point-size", "rev", "reversed",
                "rightspacing", "rows", "rowspan", "rules", "scope", "shape", "size", "span", "start", "step",
                "summary",
                "title", "toppadding", "type", "valign", "value", "vspace", "width", "wrap", "xml:lang",
            ].map { ($0, .plain) }
            + [
                "accept", "accept-charset", "balance", "bgproperties", "challenge", "checked", "datafld",
                "datapagesize",
                "default", "delay", "disabled", "enctype", "end", "galleryimg", "hidefocus", "inputmode", "keytype",
                "list", "loop", "loopcount", "loopend", "loopstart", "maxlength", "method", "multiple", "pattern",
                "pqg",
                "preload", "prompt", "radiogroup", "readonly", "repeat-max", "repeat-min", "replace", "required",
                "selected", "suppress", "unselectable", "variable", "volume",
            ].map { ($0, .plain) })
}
