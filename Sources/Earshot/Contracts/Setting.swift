/// One key of an adapter's or sink's `settings`: what may be written, and what it does.
///
/// The configuration is checked against these, the schemas and the lists of the command line are made from them.
public struct Setting: Sendable {
    /// What a value may be.
    public indirect enum Form: Sendable {
        /// Any text.
        case text
        /// A text that is never shown.
        case secret
        /// An `http` or `https` address.
        case url
        /// A path in the file system, relative to the configuration.
        case path
        /// The name of an adapter, or the path of a declared one, relative to the configuration.
        case adapter
        /// A whole number within bounds.
        case integer(ClosedRange<Int>)
        /// A number within bounds.
        case number(ClosedRange<Double>)
        /// `true` or `false`.
        case boolean
        /// A duration such as `"30s"`.
        case duration
        /// A duration that is not zero.
        case positiveDuration
        /// A size such as `"10MiB"`.
        case size
        /// A size that is not zero.
        case positiveSize
        /// One of some words.
        case choice([String])
        /// A list of values.
        case list(Form)
        /// An object with any keys, each value of a form.
        case map(Form)
        /// An object with known keys.
        case object([Setting])
    }

    /// The key.
    public var name: String
    /// What the value may be.
    public var form: Form
    /// Whether it must be there.
    public var isRequired: Bool
    /// It must be there when another key of the same object has one of these values.
    public var requiredWhen: (key: String, values: [String])?
    /// Another key of the same object that may be there in its place.
    public var substitute: String?
    /// What holds where it is not there, as it would be written.
    public var fallback: String?
    /// What it does, in one sentence.
    public var about: String

    /// A key with its form and what it does.
    public init(
        _ name: String, _ form: Form, isRequired: Bool = false,
        requiredWhen: (key: String, values: [String])? = nil, substitute: String? = nil, fallback: String? = nil,
        about: String
    ) {
        self.name = name
        self.form = form
        self.isRequired = isRequired
        self.requiredWhen = requiredWhen
        self.substitute = substitute
        self.fallback = fallback
        self.about = about
    }
}
