internal import Earshot
internal import EarshotFormats

extension StatusReport {
    /// The page for people: what comes in, what goes out, what is wrong.
    package var page: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
        <meta name="viewport" content="width=device-width"><title>Earshot</title><style>\(StatusReport.style)</style></head>
        <body><header><h1>Earshot</h1><p>\(escaped(version)) &middot; \(phase.rawValue) &middot; \(marks) items known</p>
        </header><main>
        <h2>Channels</h2>
        <table><thead><tr><th>Channel<th>State<th>Last answer<th class="n">Documents<th class="n">Mentions\
        <th class="n">New<th class="n">Changed<th class="n">Dropped<th class="n">Defects<th class="n">May ask</tr></thead><tbody>
        \(channels.sorted { $0.key < $1.key }.map { row($0.key, $0.value) }.joined(separator: "\n"))
        </tbody></table>
        <h2>Sinks</h2>
        <table><thead><tr><th>Sink<th>State<th class="n">Waiting<th class="n">Dead letters</tr></thead><tbody>
        \(sinks.sorted { $0.key < $1.key }.map { row($0.key, $0.value) }.joined(separator: "\n"))
        </tbody></table></main></body></html>

        """
    }

    private func row(_ name: String, _ channel: StatusBoard.Channel) -> String {
        let tally = channel.tally
        let dropped = tally.receipt.repeated + tally.receipt.merged + tally.receipt.sampledOut
        return
            "<tr><th>\(escaped(labels[name] ?? name))<td>\(state(trouble(of: channel), channel.isBlocked))"
            + "<td class=\"t\">\(channel.heardAt.map { Timestamp(seconds: $0.seconds).description } ?? "not yet")"
            + [
                tally.documents, tally.mentions, tally.receipt.created, tally.receipt.updated, dropped,
                tally.defects + tally.malformed,
            ].map { "<td class=\"n\">\($0)" }.joined()
            + "<td class=\"n\">\(channel.budget.map { StatusReport.words(of: $0) } ?? "")</tr>"
    }

    /// What is left of a budget, such as `438 of 450 requests`.
    private static func words(of budget: Budget) -> String {
        func rounded(_ number: Double) -> String { Int(exactly: number.rounded(.down)).map { "\($0)" } ?? "many" }
        if budget.unit == .percent { return "\(rounded(budget.remaining)) %" }
        let whole = budget.limit.map { " of \(rounded($0))" } ?? ""
        return "\(rounded(budget.remaining))\(whole) \(budget.unit.rawValue)"
    }

    private func trouble(of channel: StatusBoard.Channel) -> String? {
        channel.trouble.map { "\(channel.state.rawValue): \($0)" } ?? channel.silence
            ?? channel.missing ?? channel.waitingWords
    }

    private func row(_ name: String, _ sink: Sink) -> String {
        "<tr><th>\(escaped(labels[name] ?? name))<td>\(state(sink.trouble ?? sink.warning, sink.isBlocked))"
            + "<td class=\"n\">\(sink.pending)<td class=\"n\">\(sink.deadLetters)</tr>"
    }

    private func state(_ trouble: String?, _ isBlocked: Bool) -> String {
        guard let trouble else { return "<span class=\"ok\">ok</span>" }
        return "<span class=\"\(isBlocked ? "bad" : "warn")\">\(escaped(trouble))</span>"
    }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    static let style = """
        :root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{margin:0}
        header,main{max-width:70rem;margin:0 auto;padding:1rem 1.5rem}header{display:flex;gap:1rem;align-items:baseline}
        h1{margin:0;font-size:1.4rem}h2{font-size:1.05rem;margin:1.5rem 0 .5rem}header p{margin:0;opacity:.7}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;font-weight:400;
        border-bottom:1px solid #8884}thead th{font-size:.85rem;opacity:.7}tbody th{font-weight:600}
        .t{white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}.ok{color:#1a7f37}.warn{color:#9a6700}.bad{color:#cf222e}
        @media(prefers-color-scheme:dark){.ok{color:#3fb950}.warn{color:#d29922}.bad{color:#f85149}}
        """
}
