internal import Earshot
internal import EarshotFormats

extension ConfigurationReader {
    /// Makes the adapter once, so that what it has against its settings is said now.
    mutating func attempt(_ channel: Configuration.Channel, _ given: JSONObject, at pointer: String) {
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
        if let subscribing = adapter as? any SubscribingAdapter, !subscribing.topics.isEmpty {
            isReceiving = true
            if value["receive"]?["public_url"] == nil {
                let expectation = "\"receive\" needs a \"public_url\" such as \"https://hear.acme.example\""
                check.note(Problem(pointer + "/settings/websub", "hubs must reach us: \(expectation)"))
            }
        }
        let webhook = channel.webhook ?? (adapter as? any ReceivingAdapter)?.webhook
        if channel.webhook == nil, let program = (adapter as? any ProgramAdapter)?.program {
            note(program, at: pointer + "/settings/command")
        }
        let mail = (adapter as? any MailAdapter)?.mail
        note(clearText: mail.map { ClearText.problems(with: $0, at: pointer + "/settings/tls") } ?? [])
        if !(adapter is any PollingAdapter || adapter is any ProgramAdapter) && webhook == nil && mail == nil {
            let expectation = "\"listen\": \"files\" with a \"path\""
            check.note(
                Problem(pointer + "/settings", "\(adapter.kind.name) listens to nothing so: expected \(expectation)"))
        }
        if webhook != nil { isReceiving = true }
        if webhook != nil, value["receive"] == nil {
            let isSaid = given["listen"]?.text == "webhook"
            check.note(
                Problem(
                    pointer, "its webhook cannot be reached: there is no section \"receive\"",
                    severity: isSaid ? .error : .warning))
        }
    }

    /// Warns of a program that cannot be run: it may be there when it is wanted, and other channels need not wait.
    private mutating func note(_ program: Program, at pointer: String) {
        do throws(FetchFailure) {
            _ = try ProgramFile(program.command.first ?? "", in: result.directory).check()
        } catch {
            check.note(Problem(pointer, check.secrets.masked(error.reason), severity: .warning))
        }
    }
}
