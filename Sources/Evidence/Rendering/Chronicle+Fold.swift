import Agreement
import Canon
import Documents
import Ledger

extension Chronicle {
    init(of history: CheckedHistory, by exporter: Exporter, at time: UInt64) {
        let writer = ChronicleWriter(history)
        self.init(
            space: history.space.description,
            exported: Export(
                by: writer.name(of: exporter.person), person: exporter.person.description,
                device: exporter.device.description, time: Instant(time)),
            changes: history.entries.count)
        writer.write(to: &self)
    }
}

/// Turns what a history comes to into rows for people.
private struct ChronicleWriter {
    private let history: CheckedHistory
    private let fold: ChronicleFold
    /// Of the terms in force, else of the last offer; without any no amount occurs.
    private let currency: Currency?
    /// For each change the one of its device whose signature covers it.
    private let covering: [ChangeID: ChangeID]

    private var state: ContractState { fold.fold.state }
    private var roster: Roster { history.roster }

    init(_ history: CheckedHistory) {
        self.history = history
        fold = ChronicleFold(history)
        currency = (fold.fold.state.activeTerms ?? fold.fold.state.offers.last?.terms)?.currency
        var covering: [ChangeID: ChangeID] = [:]
        var signed: [DeviceID: ChangeID] = [:]
        for entry in history.entries.reversed() {
            if entry.record.signature != nil { signed[entry.device] = entry.record.id }
            covering[entry.record.id] = signed[entry.device]
        }
        self.covering = covering
    }

    func write(to chronicle: inout Chronicle) {
        chronicle.parties = parties
        chronicle.agreements = agreements
        chronicle.isJudged = fold.isMoneyShown
        chronicle.acts = acts
        chronicle.weeks = weeks
        chronicle.messages = messages
        if chronicle.isJudged {
            chronicle.title = (state.activeTerms ?? state.current?.terms)?.title
            chronicle.status = state.status
            chronicle.resolutions = state.resolutions.map(\.sentence)
            chronicle.money = money
            chronicle.invoices = invoices
        }
        chronicle.shown = shown
        chronicle.withheld = withheld
        chronicle.withheldPlaces = withheldPlaces
        chronicle.acknowledged = acknowledged
        chronicle.forks = forks
        chronicle.removals = removals
        chronicle.withoutEffect = fold.void.map {
            Chronicle.VoidChange(change: $0.entry.record.id.description, by: author(of: $0.entry), reason: $0.reason)
        }
    }
}

extension ChronicleWriter {
    /// As they call themselves, with the beginning of their id where that could be somebody else.
    func name(of person: PersonID) -> String {
        guard let name = ownName(of: person) else { return person.short }
        let isShared = persons.contains { $0 != person && ownName(of: $0) == name }
        return isShared ? "\(name) (\(person.short))" : name
    }

    private func ownName(of person: PersonID) -> String? {
        let name = fold.names[person]?.value ?? state.serviceName(of: person) ?? ""
        return name.isEmpty ? nil : name
    }

    private func author(of entry: CheckedHistory.Entry) -> String { author(of: entry.device) }

    private func author(of device: DeviceID) -> String {
        roster.certificates[device].map { name(of: $0.person) } ?? device.short
    }

    private func role(of device: DeviceID) -> String { roster.role(of: device)?.rawValue ?? "no member" }

    private func amount(_ minor: Int64) -> Chronicle.Amount? { currency.map { Chronicle.Amount(minor, $0) } }

    private var persons: [PersonID] { Set(roster.certificates.values.map(\.person)).sorted() }

    private var parties: [Chronicle.Party] {
        persons.map { person in
            let devices = roster.certificates.values.filter { $0.person == person }.map(\.device).sorted()
            return Chronicle.Party(
                person: person.description, name: name(of: person), role: roster.roles[person]?.rawValue ?? "no member",
                devices: devices.map { device in
                    Chronicle.Device(
                        device: device.description, changes: history.entries.count { $0.device == device })
                })
        }
    }

    private func signed(_ entry: CheckedHistory.Entry) -> Chronicle.Signed {
        let id = entry.record.id
        return Chronicle.Signed(
            change: id.description, by: author(of: entry), role: role(of: entry.device), device: entry.device.description,
            signedAt: Chronicle.Instant(entry.record.header.claimedTime), coveredBy: (covering[id] ?? id).description)
    }

    /// Terms of which both sides' signatures are here: an offer, and the other side's acceptance of exactly its hash.
    private var agreements: [Chronicle.Agreement] {
        var agreements: [Chronicle.Agreement] = []
        for acceptance in fold.acts {
            guard case .accept(let id, let hash) = acceptance.act,
                let offered = fold.acts.first(where: { $0.entry.record.id == id }),
                case .offer(let terms, let prose) = offered.act,
                Derivation.termsHash(structured: terms.encoded, prose: prose) == hash,
                !fold.isMoneyShown || state.accords.contains(where: { $0.since.change == acceptance.entry.record.id })
            else { continue }
            agreements.append(
                Chronicle.Agreement(
                    subject: terms.title, termsHash: hash.hexadecimal, lines: lines(of: terms), parts: parts(of: terms),
                    offer: signed(offered.entry), acceptance: signed(acceptance.entry), proseHash: prose.hexadecimal,
                    prose: fold.prose[prose]?.text))
        }
        return agreements
    }

    private func parts(of terms: Terms) -> [Chronicle.PricedMilestone] {
        terms.accounts.map {
            Chronicle.PricedMilestone(
                number: $0.number, part: $0.title, price: Chronicle.Amount($0.amount, terms.currency), due: $0.due?.text ?? "")
        }
    }

    private func lines(of terms: Terms) -> [Chronicle.TermsLine] {
        var lines: [(String, String)] = []
        if case .hourly(let rate, let hours, let weeks) = terms.pricing {
            lines += [
                ("Rate for an hour", Money(minor: rate, currency: terms.currency).text), ("Hours a week at most", "\(hours)"),
                ("Weeks that the deposit covers", "\(weeks)"),
            ]
        }
        let times = terms.deadlines
        lines += [
            ("Holds the money", terms.agent.map(name) ?? "nobody"), ("Rules on disputes", terms.mediator.map(name) ?? "nobody"),
            ("The freelancer's share if nobody decides a dispute", "\(terms.defaultShare) %"),
            ("Time to review a submission", "\(times.review) h"), ("Time to answer an ask for a refund", "\(times.answer) h"),
            ("Time to speak in a dispute", "\(times.hearing) h"), ("Silence before the share decides", "\(times.silence) h"),
            ("Time to review a week", "\(times.billing) h"), ("Time until a week is paid", "\(times.security) h"),
            ("Time to give money back", "\(times.giveBack) h"),
        ]
        lines += terms.relays.map { ("Relay whose receipts count", $0.description) }
        return lines.map { Chronicle.TermsLine(label: $0.0, value: $0.1) }
    }

    private var acts: [Chronicle.ActRow] {
        let phrases = ActPhrases { minor in amount(minor)?.text ?? "\(minor)" }
        return fold.acts.enumerated().map { index, signed in
            let entry = signed.entry
            let words = signed.act.statement.flatMap { fold.prose[$0] }
            return Chronicle.ActRow(
                number: index + 1, change: entry.record.id.description,
                time: Chronicle.Instant(entry.record.header.claimedTime), by: author(of: entry), role: role(of: entry.device),
                device: entry.device.description, kind: signed.act.operation.kind, sentence: phrases.phrase(signed.act),
                words: words.flatMap { $0.text.isEmpty ? nil : $0.text }, files: words?.files.map(Chronicle.File.init) ?? [],
                void: fold.isMoneyShown ? signed.void : nil)
        }
    }
}

extension ChronicleWriter {
    private var money: Chronicle.MoneyTable? {
        guard let currency, let terms = state.activeTerms else { return nil }
        func row(_ part: String, _ amount: Int64, _ totals: Totals) -> Chronicle.MoneyRow {
            Chronicle.MoneyRow(
                part: part, amount: Chronicle.Amount(amount, currency), funded: Chronicle.Amount(totals.funded, currency),
                released: Chronicle.Amount(totals.released, currency), refunded: Chronicle.Amount(totals.refunded, currency),
                returned: Chronicle.Amount(totals.returned, currency), held: Chronicle.Amount(totals.held, currency))
        }
        let all = state.milestones
        return Chronicle.MoneyTable(
            rows: all.map { milestone in
                let number = milestone.terms.number
                return row(
                    number == 0 ? milestone.terms.title : "\(number). \(milestone.terms.title)", milestone.terms.amount,
                    milestone.totals)
            },
            total: row("Total", all.reduce(0) { $0 + $1.terms.amount }, state.totals),
            addsUp: all.allSatisfy { $0.totals.areSound } && state.totals.held == all.reduce(0) { $0 + $1.totals.held },
            isHeldByAgent: terms.agent != nil)
    }

    private var weeks: [Chronicle.WeekRow] {
        var slots: [Slot: [DiaryEntry]] = [:]
        for (key, register) in fold.diary {
            if let entry = register.value ?? nil { slots[key.slot, default: []].append(entry) }
        }
        return Dictionary(grouping: slots, by: { Week(containing: $0.key) }).sorted { $0.key < $1.key }.map { week, slots in
            Chronicle.WeekRow(
                monday: week.monday, slots: slots.count,
                hours: "\(slots.count / 6):\(slots.count % 6 == 0 ? "00" : "\(slots.count % 6)0")",
                manual: slots.count { $0.value.allSatisfy(\.isManual) },
                withMemo: slots.count { $0.value.contains { $0.memo != nil } })
        }
    }

    private var invoices: [Chronicle.InvoiceRow] {
        guard let currency else { return [] }
        return state.invoices.map { invoice in
            let review = invoice.approval != nil ? "approved" : invoice.disputed.isEmpty ? "not yet answered" : "disputed"
            return Chronicle.InvoiceRow(
                invoice: invoice.id.description, monday: invoice.invoice.week.monday, slots: invoice.invoice.slots.count,
                billed: Chronicle.Amount(invoice.invoice.amount, currency), disputed: invoice.disputed.count,
                paid: Chronicle.Amount(invoice.paid, currency),
                state: invoice.isSuperseded ? "superseded" : invoice.paid > 0 ? "paid" : review)
        }
    }

    private var messages: [Chronicle.MessageRow] {
        fold.messages.values.sorted { $0.stamp < $1.stamp }.map { message in
            let header = message.sent.record.header
            return Chronicle.MessageRow(
                change: message.sent.record.id.description, by: name(of: message.person),
                time: Chronicle.Instant(header.claimedTime), text: message.text.value ?? "",
                files: message.files.map(Chronicle.File.init),
                wordings: message.wordings.count < 2
                    ? [] : message.wordings.map { Chronicle.Wording(time: Chronicle.Instant($0.time), wording: $0.text) })
        }
    }
}

extension ChronicleWriter {
    private var shown: [Chronicle.Count] {
        fold.shown.flatMap { person, kinds in
            kinds.map { Chronicle.Count(by: person.map(name) ?? "no member", kind: $0.key, count: $0.value) }
        }
        .sorted { ($0.by, $0.kind) < ($1.by, $1.kind) }
    }

    private var withheldEntries: [CheckedHistory.Entry] { history.entries.filter { $0.record.disclosure == nil } }

    private var withheld: [Chronicle.Count] {
        var counts: [String: [String: Int]] = [:]
        for entry in withheldEntries {
            counts[author(of: entry), default: [:]][entry.record.header.audience.name, default: 0] += 1
        }
        return counts.flatMap { by, audiences in
            audiences.map { Chronicle.Count(by: by, kind: $0.key, count: $0.value) }
        }
        .sorted { ($0.by, $0.kind) < ($1.by, $1.kind) }
    }

    private var withheldPlaces: [Chronicle.WithheldPlace] {
        withheldEntries.map { entry in
            let header = entry.record.header
            return Chronicle.WithheldPlace(
                change: entry.record.id.description, by: author(of: entry), device: entry.device.description, number: header.seq,
                audience: header.audience.name, time: Chronicle.Instant(header.claimedTime))
        }
    }

    private var forks: [Chronicle.Fork] {
        history.control.standing.proofs.filter { $0.cause == .fork }.compactMap { proof in
            proof.changes.first.map { first in
                Chronicle.Fork(
                    by: author(of: proof.device), device: proof.device.description, number: first.seq,
                    changes: proof.changes.map(\.change.description))
            }
        }
    }

    private var removals: [Chronicle.Removal] {
        roster.removals.map {
            Chronicle.Removal(
                by: author(of: $0.device), device: $0.device.description, change: $0.by.stamp.change.description)
        }
    }

    private var acknowledged: [Chronicle.Acknowledgement] {
        persons.filter { roster.roles[$0] != nil }.map { person in
            let seen = history.seen(by: person)
            let others = history.logs.filter { roster.certificates[$0.device]?.person != person }
            return Chronicle.Acknowledgement(
                by: name(of: person),
                reaches: others.compactMap { log in
                    guard seen[log] > 0, let change = history.change(in: log, seq: seen[log] - 1) else { return nil }
                    return Chronicle.Reach(
                        device: log.device.description, owner: author(of: log.device), change: change.description,
                        number: seen[log] - 1)
                }
                .sorted { ($0.owner, $0.device) < ($1.owner, $1.device) })
        }
        .sorted { $0.by < $1.by }
    }
}
