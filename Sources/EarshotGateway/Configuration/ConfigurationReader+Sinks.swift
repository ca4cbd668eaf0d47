internal import Earshot
internal import EarshotFormats
internal import Foundation

extension ConfigurationReader {
    /// Reads the sinks, and makes each once, so that what it has against its settings is said now.
    mutating func sinks(_ value: JSONValue) {
        guard let members = named(value, at: "/sinks", kind: "sink") else { return }
        for (name, sink) in members { self.sink(name, sink, at: "/sinks/\(JSONPointer.escape(name))") }
        refuseSharedPaths()
    }

    /// Two sinks that write to one place would cut off what the other has written, and the state is nobody's output.
    private mutating func refuseSharedPaths() {
        var owners: [(name: String, place: String)] = []
        for outlet in result.sinks {
            for setting in outlet.sink.settings {
                guard case .path = setting.form,
                    let path = value["sinks"]?[outlet.name]?["settings"]?[setting.name]?.text
                else { continue }
                let place = URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: result.directory)).path
                let pointer = "/sinks/\(JSONPointer.escape(outlet.name))/settings/\(setting.name)"
                if let owner = owners.first(where: { $0.place == place }) {
                    check.note(Problem(pointer, "sink \(owner.name) writes there already: expected a path of its own"))
                } else if let owner = owners.first(where: { PathPattern.overlap($0.place, place) }) {
                    check.note(
                        Problem(
                            pointer,
                            "may name a file of sink \(owner.name), and what one writes there the other would cut off",
                            severity: .warning))
                }
                if isState(place) {
                    check.note(Problem(pointer, "the gateway's own state lies there: expected a path of its own"))
                }
                owners.append((outlet.name, place))
            }
        }
    }

    /// Whether a path is one of those that the gateway keeps its state at.
    private func isState(_ place: String) -> Bool {
        let folder = result.dataDirectory + "/"
        guard place.hasPrefix(folder) else { return false }
        let name = place.dropFirst(folder.count)
        return name.hasPrefix("journal.db") || name == "state.lock" || name.hasPrefix("tokens/")
            || name.hasPrefix("backups/")
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
            let condition = try JMESPath(compiling: source)
            noteUnknown(condition.members ?? [], at: pointer)
            return condition
        } catch {
            check.note(Problem(pointer, "not a JMESPath expression: \(error.description)"))
            return nil
        }
    }

    /// Warns of fields that no mention has, of which a condition never learns anything.
    private mutating func noteUnknown(_ members: Set<String>, at pointer: String) {
        for name in members.subtracting(MentionFields.names).sorted() {
            let near = NearName.of(name, among: MentionFields.names).map { "; did you mean \"\($0)\"?" } ?? ""
            check.note(Problem(pointer, "a mention has no \"\(name)\"" + near, severity: .warning))
        }
    }
}

/// The network while settings are checked: there is none.
private struct NoNetwork: HTTPFetching {
    func fetch(_ request: FetchRequest) async throws(FetchFailure) -> FetchResponse {
        throw .refused("settings are checked without the network")
    }
}
