internal import Earshot
internal import EarshotFormats

/// Makes a configuration of what is written, or says everything that is wrong with it.
struct ConfigurationReader {
    let catalog: Catalog
    /// What is written.
    let value: JSONValue
    /// The problems so far.
    var check: SettingsCheck
    /// What has been read so far.
    var result: Configuration
    /// Whether a channel was met that something is sent to.
    var isReceiving = false

    /// A reader of a whole configuration, its `${…}` replaced.
    init(_ value: JSONValue, check: SettingsCheck, catalog: Catalog, directory: String) {
        self.value = value
        self.check = check
        self.catalog = catalog
        result = Configuration(directory: directory, dataDirectory: Configuration.path("data", in: directory))
    }

    /// The configuration as far as it can be had, and the problems.
    mutating func read() -> (Configuration, [Problem]) {
        // Channels and sinks are checked against their adapters' and sinks' own settings, each by itself.
        let plain = ConfigurationKeys.top.map { setting in
            var setting = setting
            if ["channels", "sinks"].contains(setting.name) { setting.form = .object([]) }
            return setting
        }
        var own = value.members ?? JSONObject()
        let channels = own["channels"]
        let sinks = own["sinks"]
        if channels != nil { own["channels"] = [:] }
        if sinks != nil { own["sinks"] = [:] }
        guard let top = check.object(value.members == nil ? value : .object(own), plain, at: "") else {
            return (result, check.problems)
        }
        sections(top)
        if let channels { self.channels(channels) }
        if let sinks { self.sinks(sinks) }
        together(hasSinks: sinks?.members?.isEmpty == false, hasReceive: top["receive"] != nil)
        result.secrets = SecretBook(check.secrets)
        return (result, check.problems)
    }

    /// What holds for the whole.
    private mutating func together(hasSinks: Bool, hasReceive: Bool) {
        if !hasSinks {
            check.note(Problem("/sinks", "there is no sink: mentions are kept and go nowhere", severity: .warning))
        }
        if let receive = result.receive, let admin = result.admin?.address, receive == admin, receive.port != 0 {
            check.note(Problem("/admin/listen", "\(admin) is where webhooks are received; take another port"))
        }
        if hasReceive, !isReceiving, !check.problems.contains(where: { $0.severity == .error }) {
            check.note(Problem("/receive", "no channel listens to a webhook: nothing is received", severity: .warning))
        }
    }
}
