internal import Earshot
internal import EarshotFormats

/// The gateway's own keys, described as the settings of adapters and sinks are, so that one check and one schema serve.
enum ConfigurationKeys {
    /// The sections.
    static let top: [Setting] = [
        Setting("$schema", .text, about: "Where the schema of this file is, for editors."),
        Setting("data_dir", .path, fallback: "data", about: "Where the journal is kept."),
        Setting("channels", .map(.object(channel)), isRequired: true, about: "What is listened to, by name."),
        Setting(
            "own_accounts", .map(.list(.text)),
            about: "The brand's own accounts by network: handles, ids or addresses. What they write is outbound."),
        Setting("watch", .map(.object(watch)), about: "Words to look out for, by rule."),
        Setting("dedupe", .object(dedupe), about: "What becomes of what was seen before."),
        Setting("journal", .object(journal), about: "How much is kept on the disk."),
        Setting("sinks", .map(.object(sink)), about: "Where mentions go, by name."),
        Setting("http", .object(http), about: "How sources are asked."),
        Setting("receive", .object(receive), about: "Where webhooks are received, at /hooks/<channel>."),
        Setting("admin", .object(admin), about: "Where the gateway shows how it is."),
    ]

    /// The keys of a channel.
    static let channel: [Setting] = [
        Setting("adapter", .text, isRequired: true, about: "Which adapter reads the channel."),
        Setting("label", .text, about: "The channel's name for people."),
        Setting(
            "auth", .object(Authorization.keys),
            about: "How the channel shows who asks, in the place of the adapter's own token."),
        Setting("every", .positiveDuration, about: "How often the source is asked; else as the adapter thinks right."),
        Setting("settings", .map(.text), about: "The adapter's settings."),
        Setting(
            "silent_after", .positiveDuration, about: "After how long without a mention the channel counts as silent."),
        Setting("keep_raw", .boolean, fallback: "false", about: "Whether mentions carry the source's own record."),
    ]

    /// The keys of a sink.
    static let sink: [Setting] = [
        Setting("sink", .text, isRequired: true, about: "Which sink takes the mentions."),
        Setting("label", .text, about: "The sink's name for people."),
        Setting("settings", .map(.text), about: "The sink's settings."),
        Setting("when", .text, about: "A JMESPath expression over the mention: only where it holds is it delivered."),
    ]

    /// What every adapter can be told beside its own settings.
    static let common: [Setting] = [
        Setting(
            "listen", .choice(["webhook", "files"]),
            about: "webhook: take what is sent to /hooks/<channel>; files: read documents from files as they appear."),
        Setting(
            "webhook", .object(WebhookSettings.keys),
            about: "With \"listen\": \"webhook\", how a delivery is proven to be its source's own."),
        Setting(
            "path", .path, requiredWhen: ("listen", ["files"]),
            about: "With \"listen\": \"files\", the files to read: a file, a folder, or a pattern with *."),
    ]

    private static let watch: [Setting] = [
        Setting(
            "any", .list(.text), about: "Terms of which one must be there; a * at a term's end stands for any ending."),
        Setting("all", .list(.text), about: "Terms that must all be there."),
        Setting("none", .list(.text), about: "Terms of which none may be there."),
        Setting(
            "languages", .list(.text), about: "The languages it holds for, as BCP 47 tags; all where none is named."),
    ]

    private static let journal: [Setting] = [
        Setting(
            "limit", .size, fallback: "16GiB",
            about:
                "How many bytes of mentions wait for sinks at most, 1MiB or more; beyond it nothing is taken in until some have."
        ),
        Setting("keep", .duration, fallback: "7d", about: "How long mentions are kept that every sink has had."),
        Setting(
            "keep_size", .size, fallback: "1GiB", about: "How many bytes of mentions are kept that every sink has had."),
        Setting(
            "dead_letters", .integer(1...1_000_000_000), fallback: "100000",
            about:
                "How many dead letters a sink may have; at that many it is blocked until they are replayed or dropped."
        ),
    ]

    private static let dedupe: [Setting] = [
        Setting(
            "window", .positiveDuration, fallback: "30d",
            about: "How long an item is remembered after it was last seen."),
        Setting(
            "repeats", .choice(["update", "drop"]), fallback: "update",
            about: "What becomes of an item whose metrics alone have changed."),
        Setting(
            "same_url", .choice(["merge", "keep"]), fallback: "merge",
            about: "What becomes of a page that another feed has brought already."),
        Setting("near", .object(near), about: "Marks texts that are nearly the same as one cluster."),
        Setting(
            "bursts", .choice(["keep", "sample"]), fallback: "keep",
            about:
                "What becomes of the mentions of a large cluster: every one is delivered, or the first ten and ever fewer, "
                + "with the exact size in updates of the first. \"sample\" without \"near\" compares with a similarity of 0.85."
        ),
        Setting(
            "capacity", .integer(1000...1_000_000_000), fallback: "4000000",
            about: "How many items are remembered at most; each takes at most 40 bytes of memory."),
    ]

    private static let near: [Setting] = [
        Setting(
            "similarity", .number(0.5...1), isRequired: true, about: "How alike two texts must be, 1 being the same.")
    ]

    private static let http: [Setting] = [
        Setting(
            "per_host", .integer(1...1000), fallback: "\(PoliteClient.perHost)",
            about: "How many requests to one host are under way at a time."),
        Setting(
            "ca_file", .path, about: "A file of certificates (PEM) to trust instead of the system's, by sinks as well."),
        Setting(
            "networks", .list(.text),
            about:
                "The private networks, such as 10.0.0.0/8, that a name of the public network which is written here may "
                + "lead to. Numbers and names like \"desk\" or \"desk.internal\" need none."),
    ]

    private static let receive: [Setting] = [
        Setting("listen", .text, fallback: "127.0.0.1:8080", about: "The host and port."),
        Setting(
            "public_url", .url,
            about: "How others reach it, without /hooks: hubs of WebSub are told this address to send to."),
    ]

    private static let admin: [Setting] = [
        Setting("listen", .text, fallback: "127.0.0.1:4196", about: "The host and port."),
        Setting("token", .secret, about: "What callers must show; needed where others than this machine can call."),
    ]
}

extension Setting {
    /// An adapter's settings together with what the gateway provides for every adapter.
    static func withCommon(_ own: [Setting]) -> [Setting] {
        var settings = own
        for extra in ConfigurationKeys.common {
            guard let index = settings.firstIndex(where: { $0.name == extra.name }) else {
                settings.append(extra)
                continue
            }
            guard extra.name == "listen", case .choice(let words) = settings[index].form,
                case .choice(let common) = extra.form
            else { continue }
            settings[index].form = .choice(words.filter { !common.contains($0) } + common)
        }
        return settings
    }

    /// The setting, which may be left out; neither files nor webhooks of the operator's need credentials.
    var optional: Setting {
        var setting = self
        setting.isRequired = false
        return setting
    }

    /// Whether it shows who asks, so that a channel's `auth` can stand in its place; what proves deliveries does not.
    var isCredential: Bool {
        guard case .secret = form else { return false }
        return requiredWhen?.values != ["webhook"]
    }

    /// The setting, which nothing needs.
    var unneeded: Setting {
        var setting = optional
        setting.requiredWhen = nil
        return setting
    }

    /// What holds where the key is not there, as a value; a fallback that is no JSON is a text.
    var fallbackValue: JSONValue? {
        guard let fallback else { return nil }
        let value = (try? JSONValue(parsing: fallback)) ?? .string(fallback)
        switch form {
        case .integer, .number, .boolean, .list, .map, .object: return value
        default: return value.text == nil ? .string(fallback) : value
        }
    }
}
