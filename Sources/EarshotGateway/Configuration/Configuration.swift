package import Earshot
package import EarshotFormats

/// What an operator configured, checked: plain values from which the gateway is built.
package struct Configuration: Sendable {
    /// A configured use of an adapter.
    package struct Channel: Sendable {
        /// Its name, unique among channels.
        package var name: String
        /// Its name for people.
        package var label: String?
        /// What sort of adapter.
        package var adapter: AdapterKind
        /// The adapter's settings.
        package var settings: SettingsText
        /// The files to read, absolute, where the channel listens to `files`.
        package var files: String?
        /// How the channel shows who asks, beside what the adapter's own settings say.
        package var authorization: Authorization?
        /// How deliveries are proven, where the operator says so rather than the adapter.
        package var webhook: Webhook?
        /// How often the source is asked, if the operator said so.
        package var every: Duration?
        /// After how long without a mention it counts as silent.
        package var silentAfter: Duration?
        /// The settings as the operator gave them, those that are not the adapter's among them.
        package var given = SettingsText(JSONObject())
    }

    /// A configured use of a sink.
    package struct Outlet: Sendable {
        /// Its name, unique among sinks.
        package var name: String
        /// Its name for people.
        package var label: String?
        /// The sink's type.
        package var sink: any Sink.Type
        /// The sink's settings.
        package var settings: SettingsText
        /// What must hold of a mention for it to be delivered.
        package var condition: JMESPath?

        /// A use of a sink.
        package init(
            name: String, label: String? = nil, sink: any Sink.Type, settings: SettingsText, condition: JMESPath? = nil
        ) {
            self.name = name
            self.label = label
            self.sink = sink
            self.settings = settings
            self.condition = condition
        }
    }

    /// A watch rule's words.
    package struct Watch: Sendable, Equatable {
        /// The rule's name.
        package var name: String
        /// Terms of which one must be there.
        package var any: [String]
        /// Terms that must all be there.
        package var all: [String]
        /// Terms of which none may be there.
        package var none: [String]
        /// The languages it holds for.
        package var languages: [String]
    }

    /// Where the gateway shows how it is.
    package struct Admin: Sendable, Equatable {
        /// Where it listens.
        package var address: Address
        /// What callers must show.
        package var token: Secret?
    }

    /// The directory that relative paths start from: the configuration's own.
    package var directory: String
    /// Where the journal is kept, absolute.
    package var dataDirectory: String
    /// The channels, in the order they are written.
    package var channels: [Channel] = []
    /// The sinks, in the order they are written.
    package var sinks: [Outlet] = []
    /// The brand's own accounts by network.
    package var ownAccounts: [String: [String]] = [:]
    /// The watch rules, in the order they are written.
    package var watch: [Watch] = []
    /// What becomes of what was seen before.
    package var dedupe = DedupePolicy()
    /// How much the journal keeps.
    package var keeping = Keeping()
    /// Where webhooks are received; nil where they are not.
    package var receive: Address?
    /// How others reach what is received, without a slash at the end; nil where nobody said.
    package var publicURL: String?
    /// Where the gateway shows how it is; nil where it does not.
    package var admin: Admin?
    /// How many requests to a host are under way at a time.
    package var perHost = PoliteClient.perHost
    /// A file of certificates that sources and sinks are proven by, absolute; nil for the system's.
    package var authorities: String?
    /// The private networks that names of sources and sinks may lead to.
    package var networks: [String] = []
    /// The pointers of the addresses to which what proves who we are goes in clear text.
    package var clearText: [String] = []
    /// Every value of a setting that is a secret, for the log's last net.
    package var secrets = SecretBook()
    /// What is likely not what is wanted.
    package var warnings: [Problem] = []

    /// A configuration of nothing yet.
    package init(directory: String, dataDirectory: String) {
        self.directory = directory
        self.dataDirectory = dataDirectory
    }

    /// A path as it is when relative paths start from a directory.
    package static func path(_ path: String, in directory: String) -> String {
        path.hasPrefix("/") || path == "-" || directory.isEmpty ? path : "\(directory)/\(path)"
    }
}

/// An adapter's or sink's settings as JSON, ready to be decoded; it does not show what is in it.
package struct SettingsText: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// The JSON text.
    package let bytes: [UInt8]

    /// Settings of known members.
    package init(_ members: JSONObject) { bytes = JSONValue.object(members).bytes }

    /// Settings that are texts.
    package init(members: [(String, String)]) {
        var object = JSONObject()
        for (key, value) in members { object[key] = .string(value) }
        self.init(object)
    }

    /// Three dots, as there may be secrets.
    package var description: String { "{…}" }
    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
