internal import Earshot
internal import EarshotFormats

/// Counts what calls cost of a day's quota, in the journal, so that neither a restart nor another gateway forgets.
struct QuotaLedger: Sendable {
    /// What became of a charge.
    struct Charge {
        /// What is left.
        var left: Budget
        /// Why the call must not be made, where it must not.
        var refusal: FetchFailure?
    }

    private let journal: any Journal
    private let now: @Sendable () -> Timestamp

    /// A ledger kept in a journal, beside the cursors of channels, whose names have no slash.
    init(_ journal: any Journal, now: @escaping @Sendable () -> Timestamp) {
        self.journal = journal
        self.now = now
    }

    /// How often a page that somebody else has changed is read again.
    private static let attempts = 10

    /// Charges what a call costs before it is made, as failing calls cost too.
    func charge(_ units: Int, to quota: DailyQuota) async -> Charge {
        let name = "quota/\(quota.account)"
        for _ in 0..<QuotaLedger.attempts {
            do {
                let known = try await journal.cursor(of: name)
                var page = QuotaPage(known?.value, of: quota, at: now())
                guard page.spent + Int64(units) <= Int64(quota.units) else {
                    return Charge(left: page.left(of: quota, at: now()), refusal: page.refusal(of: quota, at: now()))
                }
                page.spent += Int64(units)
                try await journal.setCursor(page.cursor, of: name, expecting: known?.revision ?? 0)
                return Charge(left: page.left(of: quota, at: now()), refusal: nil)
            } catch JournalFailure.revisionConflict {
                continue
            } catch {
                return Charge(
                    left: QuotaPage(nil, of: quota, at: now()).left(of: quota, at: now()),
                    refusal: .unreachable("what the call costs cannot be noted: \(error)"))
            }
        }
        return Charge(
            left: QuotaPage(nil, of: quota, at: now()).left(of: quota, at: now()),
            refusal: .unreachable("others change the quota all the time"))
    }
}

/// What was spent of a day's quota.
private struct QuotaPage {
    /// The units spent.
    var spent: Int64 = 0
    /// When the day ends.
    var until: Timestamp

    /// The page that is kept, or a new one where its day is over, or lies further ahead than a day can.
    init(_ kept: Cursor?, of quota: DailyQuota, at now: Timestamp) {
        until = quota.reset(after: now)
        guard let kept, let value = try? JSONValue(parsing: kept.text), let spent = value["spent"]?.wholeNumber,
            let end = value["until"]?.text.flatMap({ Times.parse($0) }), end > now, end <= until
        else { return }
        self.spent = max(spent, 0)
    }

    var cursor: Cursor {
        let value: JSONValue = ["spent": .integer(spent), "until": .string(until.description)]
        return Cursor(value.description)
    }

    func left(of quota: DailyQuota, at now: Timestamp) -> Budget {
        Budget(
            limit: Double(quota.units), remaining: Double(max(Int64(quota.units) - spent, 0)), unit: .units,
            reset: .milliseconds(until.milliseconds - now.milliseconds))
    }

    func refusal(of quota: DailyQuota, at now: Timestamp) -> FetchFailure {
        .limited(
            "\(spent) of the day's \(quota.units) units are spent",
            after: .milliseconds(until.milliseconds - now.milliseconds))
    }
}
