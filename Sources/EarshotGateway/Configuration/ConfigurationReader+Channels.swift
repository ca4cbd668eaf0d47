internal import Earshot
internal import EarshotFormats

extension ConfigurationReader {
    /// Reads the channels, and makes the adapter of each once.
    mutating func channels(_ value: JSONValue) {
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
        let webhook = webhook(given, of: kind, at: pointer + "/settings")
        if webhook != nil {
            own["listen"] = nil
            own["webhook"] = nil
        }
        if keys["keep_raw"]?.truth == true {
            if kind.settings.contains(where: { $0.name == "keep_raw" }) {
                own["keep_raw"] = true
            } else {
                check.note(Problem(pointer + "/keep_raw", "\(kind.name) keeps nothing raw", severity: .warning))
            }
        }
        place(&own, of: kind)
        let channel = Configuration.Channel(
            name: name, label: keys["label"]?.text, adapter: kind, settings: SettingsText(own), files: files,
            authorization: keys["auth"]?.members.flatMap { authorization($0, at: pointer + "/auth") },
            webhook: webhook, every: keys["every"]?.text.flatMap { Quantity.duration($0) },
            silentAfter: keys["silent_after"]?.text.flatMap { Quantity.duration($0) }, given: SettingsText(given))
        note(clearText: ClearText.problems(given, kind.settings, auth: keys["auth"]?.members, at: pointer))
        result.channels.append(channel)
        if !check.problems[before...].contains(where: { $0.severity == .error }) {
            attempt(channel, given, at: pointer)
        }
    }

    /// Makes paths, and the paths of declared adapters, relative to the configuration's folder.
    private func place(_ given: inout JSONObject, of kind: AdapterKind) {
        for setting in kind.settings {
            guard let path = given[setting.name]?.text else { continue }
            switch setting.form {
            case .adapter where path.contains("/"), .path where !path.contains("://"):
                given[setting.name] = .string(Configuration.path(path, in: result.directory))
            default: break
            }
        }
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
            check.refuse(pointer + "/adapter", expected: "an adapter (\(names.adapters))", among: catalog.adapterNames)
        } catch {
            check.note(Problem(pointer + "/adapter", "\(error)"))
        }
        return nil
    }
}
