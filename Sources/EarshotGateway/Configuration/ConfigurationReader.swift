internal import Earshot
internal import EarshotFormats
internal import Foundation

/// Makes a configuration of what is written, or says everything that is wrong with it.
struct ConfigurationReader {
    private let catalog: Catalog
    private let value: JSONValue
    private var check: SettingsCheck
    private var result: Configuration

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

    // The gateway's own sections.

    private mutating func sections(_ top: JSONObject) {
        if let path = top["data_dir"]?.text { result.dataDirectory = Configuration.path(path, in: result.directory) }
        for (network, accounts) in top["own_accounts"]?.members ?? JSONObject() {
            result.ownAccounts[network] = accounts.texts
        }
        for (name, rule) in top["watch"]?.members ?? JSONObject() { watch(name, rule) }
        if let dedupe = top["dedupe"] { self.dedupe(dedupe) }
        if let journal = top["journal"] { self.journal(journal) }
        if let http = top["http"] { self.http(http) }
        if let receive = top["receive"] {
            result.receive = address(receive["listen"]?.text ?? "127.0.0.1:8080", at: "/receive/listen")
            result.publicURL = receive["public_url"]?.text.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        }
        if let admin = top["admin"] { self.admin(admin) }
    }

    private mutating func watch(_ name: String, _ rule: JSONValue) {
        let watch = Configuration.Watch(
            name: name, any: rule["any"]?.texts ?? [], all: rule["all"]?.texts ?? [],
            none: rule["none"]?.texts ?? [], languages: rule["languages"]?.texts ?? [])
        if watch.any.isEmpty && watch.all.isEmpty {
            check.note(Problem("/watch/\(JSONPointer.escape(name))", "\"any\" or \"all\" must name a term"))
        }
        result.watch.append(watch)
    }

    private mutating func journal(_ journal: JSONValue) {
        if let limit = journal["limit"]?.text.flatMap({ Quantity.size($0) }) { result.keeping.limit = limit }
        if let keep = journal["keep"]?.text.flatMap({ Quantity.duration($0) }) { result.keeping.time = keep }
        if let letters = journal["dead_letters"]?.wholeNumber { result.keeping.deadLetters = Int(letters) }
        if let size = journal["keep_size"]?.text.flatMap({ Quantity.size($0) }) { result.keeping.size = size }
    }

    private mutating func http(_ http: JSONValue) {
        if let perHost = http["per_host"]?.wholeNumber { result.perHost = Int(perHost) }
        if let file = http["ca_file"]?.text {
            let path = Configuration.path(file, in: result.directory)
            if !FileManager.default.isReadableFile(atPath: path) {
                check.note(Problem("/http/ca_file", "there is no file \(path) that can be read"))
            }
            result.authorities = path
        }
        result.networks = http["networks"]?.texts ?? []
        for (index, text) in result.networks.enumerated() where AddressRange(text) == nil {
            check.refuse("/http/networks/\(index)", expected: "a network such as \"10.0.0.0/8\"")
        }
    }

    private mutating func dedupe(_ dedupe: JSONValue) {
        if let window = dedupe["window"]?.text.flatMap({ Quantity.duration($0) }) { result.dedupe.window = window }
        if let word = dedupe["repeats"]?.text, let repeats = DedupePolicy.Repeats(rawValue: word) {
            result.dedupe.repeats = repeats
        }
        if let word = dedupe["same_url"]?.text, let sameURL = DedupePolicy.SameURL(rawValue: word) {
            result.dedupe.sameURL = sameURL
        }
        if let capacity = dedupe["capacity"]?.wholeNumber { result.dedupe.capacity = Int(capacity) }
        result.dedupe.similarity = dedupe["near"]?["similarity"]?.double
    }

    private mutating func admin(_ admin: JSONValue) {
        guard let address = address(admin["listen"]?.text ?? "127.0.0.1:4196", at: "/admin/listen") else { return }
        let token = admin["token"]?.text
        result.admin = Configuration.Admin(address: address, token: token.map { Secret($0) })
        if let token, token.utf8.count < 32, check.isReplaced("/admin/token") == false || !token.isEmpty {
            check.note(Problem("/admin/token", "a token must have 32 characters or more"))
        }
        if !address.isLoopback && token == nil {
            check.note(
                Problem(
                    "/admin",
                    "others than this machine can call \(address), which needs a \"token\" of 32 characters or more; or "
                        + "listen at 127.0.0.1"))
        }
    }

    private mutating func address(_ text: String, at pointer: String) -> Address? {
        guard let address = Address(text) else {
            check.refuse(pointer, expected: "a host and a port such as \"127.0.0.1:8080\"")
            return nil
        }
        return address
    }

    // Channels and sinks.

    private mutating func channels(_ value: JSONValue) {
        guard let members = named(value, at: "/channels", kind: "channel") else { return }
        if members.isEmpty { check.note(Problem("/channels", "there is no channel to listen to")) }
        for (name, channel) in members { self.channel(name, channel, at: "/channels/\(JSONPointer.escape(name))") }
    }

    private mutating func channel(_ name: String, _ value: JSONValue, at pointer: String) {
        let word = value["adapter"]?.text
        let before = check.problems.count
        let kind = word.flatMap { adapter($0, at: pointer) }
        let settings = Setting.withCommon(kind?.settings ?? [])
        guard let (keys, given) = parts(value, ConfigurationKeys.channel, settings, known: kind != nil, at: pointer)
        else { return }
        guard let kind else { return }
        var own = given
        var files: String?
        if given["listen"]?.text == "files" {
            files = given["path"]?.text.map { Configuration.path($0, in: result.directory) }
            own["listen"] = nil
            if !kind.settings.contains(where: { $0.name == "path" }) { own["path"] = nil }
        } else if given["path"] != nil, !kind.settings.contains(where: { $0.name == "path" }) {
            check.note(Problem(pointer + "/settings/path", "\"path\" is for \"listen\": \"files\" alone"))
        }
        for setting in kind.settings {
            guard case .adapter = setting.form, let word = own[setting.name]?.text, word.contains("/") else { continue }
            own[setting.name] = .string(Configuration.path(word, in: result.directory))
        }
        let webhook = webhook(given, of: kind, at: pointer + "/settings")
        if webhook != nil {
            own["listen"] = nil
            own["webhook"] = nil
        }
        if keys["keep_raw"]?.truth == true, kind.settings.contains(where: { $0.name == "keep_raw" }) {
            own["keep_raw"] = true
        }
        for setting in kind.settings {
            guard case .path = setting.form, let path = own[setting.name]?.text, !path.contains("://") else { continue }
            own[setting.name] = .string(Configuration.path(path, in: result.directory))
        }
        let channel = Configuration.Channel(
            name: name, label: keys["label"]?.text, adapter: kind, settings: SettingsText(own), files: files,
            authorization: keys["auth"]?.members.flatMap { authorization($0, at: pointer + "/auth") },
            webhook: webhook, every: keys["every"]?.text.flatMap { Quantity.duration($0) },
            silentAfter: keys["silent_after"]?.text.flatMap { Quantity.duration($0) })
        note(clearText: ClearText.problems(given, kind.settings, auth: keys["auth"]?.members, at: pointer))
        if channel.every == .zero { check.refuse(pointer + "/every", expected: "a duration above zero") }
        result.channels.append(channel)
        if !check.problems[before...].contains(where: { $0.severity == .error }) {
            attempt(channel, given, at: pointer)
        }
    }

    private mutating func note(clearText problems: [Problem]) {
        for problem in problems { check.note(problem) }
        result.clearText += problems.map(\.pointer)
    }

    /// How a channel shows who asks; notes what is wrong with it.
    private mutating func authorization(_ members: JSONObject, at pointer: String) -> Authorization? {
        var problems: [Problem] = []
        let authorization = Authorization(members) { problems.append(Problem(pointer + $0, $1)) }
        for problem in problems { check.note(problem) }
        return authorization
    }

    /// The webhook that the operator describes; notes where one is described that cannot be, or is missing.
    private mutating func webhook(_ given: JSONObject, of kind: AdapterKind, at pointer: String) -> Webhook? {
        let isTold = given["listen"]?.text == "webhook"
        guard let written = given["webhook"]?.members else {
            let words = kind.settings.first { $0.name == "listen" }?.form
            if isTold, given["webhook"] == nil, case .choice(let own)? = words, own.contains("webhook") { return nil }
            if isTold {
                check.note(
                    Problem(
                        pointer,
                        "\"webhook\" is missing: an object that says how a delivery is proven, such as "
                            + #"{"header": "X-Signature", "secrets": ["${SECRET}"]}"#))
            }
            return nil
        }
        guard isTold else {
            check.note(Problem(pointer + "/webhook", "\"webhook\" is for \"listen\": \"webhook\" alone"))
            return nil
        }
        let (webhook, problems) = WebhookSettings.webhook(written, at: pointer + "/webhook")
        for problem in problems { check.note(problem) }
        return webhook
    }

    /// What an adapter's name or path stands for; notes what is wrong with a declaration.
    private mutating func adapter(_ word: String, at pointer: String) -> AdapterKind? {
        do {
            if let kind = try catalog.adapter(word, in: result.directory) { return kind }
            check.refuse(pointer + "/adapter", expected: "an adapter (\(names.adapters))", among: adapters)
        } catch {
            check.note(Problem(pointer + "/adapter", "\(error)"))
        }
        return nil
    }

    /// Makes the adapter once, so that what it has against its settings is said now.
    private mutating func attempt(_ channel: Configuration.Channel, _ given: JSONObject, at pointer: String) {
        let adapter: any Adapter
        do {
            adapter = try channel.makeAdapter()
        } catch {
            check.note(Problem(pointer + "/settings", check.secrets.masked(Configuration.reason(of: error))))
            return
        }
        if channel.authorization != nil,
            channel.files != nil || channel.webhook != nil || !(adapter is any PollingAdapter)
        {
            check.note(Problem(pointer + "/auth", "is for a channel that asks its source, which this one does not"))
        }
        guard channel.files == nil else { return }
        if let subscribing = adapter as? any SubscribingAdapter, !subscribing.topics.isEmpty,
            value["receive"]?["public_url"] == nil
        {
            check.note(
                Problem(
                    pointer + "/settings/websub",
                    "hubs must reach us: \"receive\" needs a \"public_url\" such as \"https://hear.acme.example\""))
        }
        let webhook = channel.webhook ?? (adapter as? any ReceivingAdapter)?.webhook
        let mail = (adapter as? any MailAdapter)?.mail
        note(clearText: mail.map { ClearText.problems(with: $0, at: pointer + "/settings/tls") } ?? [])
        if !(adapter is any PollingAdapter || adapter is any ProgramAdapter) && webhook == nil && mail == nil {
            let wish = "\"listen\": \"files\" with a \"path\""
            check.note(
                Problem(pointer + "/settings", "\(adapter.kind.name) listens to nothing so: expected \(wish)"))
        }
        if webhook != nil, value["receive"] == nil {
            let isSaid = given["listen"]?.text == "webhook"
            check.note(
                Problem(
                    pointer, "its webhook cannot be reached: there is no section \"receive\"",
                    severity: isSaid ? .error : .warning))
        }
    }

    private mutating func sinks(_ value: JSONValue) {
        guard let members = named(value, at: "/sinks", kind: "sink") else { return }
        for (name, sink) in members { self.sink(name, sink, at: "/sinks/\(JSONPointer.escape(name))") }
        refuseSharedPaths()
    }

    /// Two sinks that write to one place would cut off what the other has written.
    private mutating func refuseSharedPaths() {
        var owners: [String: String] = [:]
        for outlet in result.sinks {
            for setting in outlet.sink.settings {
                guard case .path = setting.form,
                    let path = value["sinks"]?[outlet.name]?["settings"]?[setting.name]?.text
                else { continue }
                let place = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: result.directory)).path
                if let owner = owners.updateValue(outlet.name, forKey: place) {
                    let pointer = "/sinks/\(JSONPointer.escape(outlet.name))/settings/\(setting.name)"
                    check.note(Problem(pointer, "sink \(owner) writes there already: expected a path of its own"))
                }
            }
        }
    }

    private mutating func sink(_ name: String, _ value: JSONValue, at pointer: String) {
        let word = value["sink"]?.text
        let kind = word.flatMap { catalog.sink(named: $0) }
        let before = check.problems.count
        guard
            let (keys, given) = parts(
                value, ConfigurationKeys.sink, kind?.settings ?? [], known: kind != nil, at: pointer)
        else { return }
        let condition = keys["when"]?.text.flatMap { compile($0, at: pointer + "/when") }
        guard let kind else {
            if word != nil { check.refuse(pointer + "/sink", expected: "a sink (\(names.sinks))", among: sinkNames) }
            return
        }
        let outlet = Configuration.Outlet(
            name: name, label: keys["label"]?.text, sink: kind, settings: SettingsText(given), condition: condition)
        result.sinks.append(outlet)
        note(clearText: ClearText.problems(given, kind.settings, at: pointer))
        guard !check.problems[before...].contains(where: { $0.severity == .error }) else { return }
        do {
            _ = try outlet.makeSink(
                in: SinkSurroundings(
                    name: name, directory: result.directory, http: NoNetwork(), now: { Timestamp(seconds: 0) }))
        } catch {
            check.note(Problem(pointer + "/settings", check.secrets.masked(Configuration.reason(of: error))))
        }
    }

    private mutating func compile(_ source: String, at pointer: String) -> JMESPath? {
        do throws(JMESPathFailure) {
            return try JMESPath(compiling: source)
        } catch {
            check.note(Problem(pointer, "not a JMESPath expression: \(error.description)"))
            return nil
        }
    }

    /// The gateway's keys of a channel or sink, and its settings; nil where it is no object.
    private mutating func parts(
        _ value: JSONValue, _ keys: [Setting], _ settings: [Setting], known: Bool, at pointer: String
    ) -> (JSONObject, JSONObject)? {
        var own = value.members ?? JSONObject()
        let given = own["settings"]
        if given != nil { own["settings"] = [:] }
        let hint: (String) -> String? = { key in
            settings.contains { $0.name == key } ? "it belongs into \"settings\"" : nil
        }
        guard let checked = check.object(value.members == nil ? value : .object(own), keys, at: pointer, hint: hint)
        else { return nil }
        guard known else { return (checked, JSONObject()) }
        let isOperators = given?["listen"]?.text == "webhook" && given?["webhook"] != nil
        let isFiles = given?["listen"]?.text == "files"
        var waived = isOperators ? settings.map(\.unneeded) : isFiles ? settings.map(\.optional) : settings
        if checked["auth"] != nil { waived = waived.map { $0.isCredential ? $0.unneeded : $0 } }
        return (checked, check.object(given ?? [:], waived, at: pointer + "/settings") ?? JSONObject())
    }

    /// The members of a section whose keys are names.
    private mutating func named(_ value: JSONValue, at pointer: String, kind: String) -> JSONObject? {
        guard let members = value.members else {
            check.refuse(pointer, expected: "an object with a member for each \(kind)")
            return nil
        }
        for name in members.keys where !Configuration.isName(name) {
            check.note(
                Problem(
                    pointer + "/" + JSONPointer.escape(name),
                    "a \(kind)'s name has 1 to 64 letters, digits, '-', '_' and '.', and begins with a letter or digit")
            )
        }
        return members
    }

    /// What holds for the whole.
    private mutating func together(hasSinks: Bool, hasReceive: Bool) {
        if !hasSinks {
            check.note(Problem("/sinks", "there is no sink: mentions are kept and go nowhere", severity: .warning))
        }
        if let receive = result.receive, let admin = result.admin?.address, receive == admin, receive.port != 0 {
            check.note(Problem("/admin/listen", "\(admin) is where webhooks are received; take another port"))
        }
    }

    private var adapters: [String] { catalog.adapters.map { $0.name } }

    private var sinkNames: [String] { catalog.sinks.map { $0.name } }

    private var names: (adapters: String, sinks: String) {
        (adapters.joined(separator: ", "), sinkNames.joined(separator: ", "))
    }
}

extension Configuration {
    /// Whether a text can name a channel or sink: names stand in paths, metrics and file names.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64, first.isLetterOrDigit else { return false }
        return text.utf8.allSatisfy { $0.isLetterOrDigit || "-_.".utf8.contains($0) }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (self >= 0x30 && self <= 0x39) || (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A)
    }
}

extension JSONValue {
    /// The texts of a list.
    fileprivate var texts: [String] { (elements ?? []).compactMap(\.text) }
}

/// The network while settings are checked: there is none.
private struct NoNetwork: HTTPFetching {
    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        throw .refused("settings are checked without the network")
    }
}
