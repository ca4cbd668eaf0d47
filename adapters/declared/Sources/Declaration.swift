internal import Earshot
internal import EarshotFormats

/// An adapter written down in `adapter.json`, checked and compiled: how to ask, where the records are, what they say.
struct Declaration: Sendable {
    /// The word for `"adapter"` in the configuration.
    var name = ""
    /// The declaration's version, `major.minor`.
    var version = ""
    /// The network that mentions are of.
    var network = ""
    /// One line for the list of adapters.
    var about = ""
    /// How a file holds several documents.
    var container = Container.lines
    /// What may be set.
    var settings: [Setting] = []
    /// What must hold of a document for it to be of this source.
    var knows: DeclaredExpression?
    /// What the source says is wrong, where a document is an error.
    var error: DeclaredExpression?
    /// What an error says that is about the credentials.
    var unauthorized: DeclaredExpression?
    /// The side tables that `ref` looks into.
    var tables: [DeclaredTable] = []
    /// Where the mentions are and what they say.
    var records: [DeclaredRecords] = []
    /// How the source is asked; nil where it is not.
    var asking: DeclaredAsking?
}

/// A compiled expression and the place where it is written.
struct DeclaredExpression: Sendable {
    let path: JMESPath
    /// The field it says, for defects.
    let name: String
}

/// Values of a document that are found by a key: accounts, media, parents.
struct DeclaredTable: Sendable {
    var name: String
    /// The list of values, or of objects whose members are the values.
    var of: DeclaredExpression
    /// The key of each; nil where the members' names are the keys.
    var key: DeclaredExpression?
}

/// One sort of record: where they are, which count, and what each says.
struct DeclaredRecords: Sendable {
    var name: String
    /// The list of records, or a single one.
    var at: DeclaredExpression
    /// What must hold of a record.
    var when: DeclaredExpression?
    /// Further records below a record, read like it.
    var below: DeclaredExpression?
    /// What sort of mention it is, unless the fields say otherwise.
    var kind: Kind
    /// What it says.
    var fields: DeclaredFields
}

/// An expression for each field of a mention.
struct DeclaredFields: Sendable {
    var mention = FieldGroup<MentionRow>()
    var author = FieldGroup<AuthorRow>()
    var metrics = FieldGroup<MetricsRow>()
    var place = FieldGroup<PlaceRow>()
    var title: DeclaredText?
    var text: DeclaredText?
    var language: DeclaredExpression?
    var tags: DeclaredExpression?
    var recipients: [DeclaredList<RecipientRow>] = []
    var entities: [DeclaredList<EntityRow>] = []
    var media: [DeclaredList<MediaRow>] = []
    var refs: [DeclaredList<RefRow>] = []
    /// What to look for in a text whose entities the source does not say.
    var find: TextEntities.Search?
    var ext: [DeclaredExpression] = []
}

/// A text for people.
struct DeclaredText: Sendable {
    /// How a source writes a text.
    enum Form: Sendable { case plain, html, escaped }

    var expression: DeclaredExpression
    var form = Form.plain
    /// The class of the elements that are left out of HTML.
    var without: DeclaredExpression?
}

/// Entries of a list: where they are, and what each says.
struct DeclaredList<Row: DeclarableEntry>: Sendable {
    var each: DeclaredExpression
    /// What decides the sort of entry; an entry without it is left out.
    var sort: DeclaredExpression
    /// What offsets count.
    var unit = OffsetUnit.scalars
    var fields: FieldGroup<Row>
}

/// What a source's offsets count.
enum OffsetUnit: String, CaseIterable, Sendable {
    case utf8, utf16, scalars
}
