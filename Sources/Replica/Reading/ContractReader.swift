import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import Store

/// Reads one contract from the folded tables, everything in fold order.
struct ContractReader {
    let db: Database
    let space: SpaceID
    let view: SpaceView

    init(_ view: SpaceView) {
        self.view = view
        db = view.db
        space = view.space
    }

    func rows(_ sql: String) throws -> [Row] { try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [space.data]) }

    static func time(_ row: Row) -> UInt64 {
        let time: Int64 = row["time"]
        return UInt64(time)
    }

    func party(_ role: Role) throws -> PartyView? {
        guard let person = view.roster.person(in: role) else { return nil }
        return PartyView(person: person.description, name: try name(of: person))
    }

    /// An agent or a mediator, under the name that they serve by.
    private func party(_ person: PersonID?, _ name: String?) -> PartyView? {
        person.map { PartyView(person: $0.description, name: name) }
    }

    func name(of person: PersonID) throws -> String? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM name_row WHERE space = ? AND person = ?"),
            arguments: [space.data, person.data])
    }

    func state() throws -> ContractState { try SpaceFold.contract(in: view).state }

    func contract(for identity: Identity?, device: DeviceID) throws -> ContractView {
        let state = try state()
        let terms = state.activeTerms ?? state.current?.terms
        let currency = terms?.currency.code ?? ""
        let acts = try acts()
        let times = Dictionary(acts.map { ($0.id, $0.time) }) { first, _ in first }
        var rate: MoneyView?
        var weeklyHours: UInt64?
        if case .hourly(let minor, let hours, _)? = terms?.pricing {
            rate = MoneyView(minor: minor, currency: currency)
            weeklyHours = hours
        }
        return ContractView(
            id: space.description, title: terms?.title ?? "", status: state.status, pricing: rate == nil ? "fixed" : "hourly",
            currency: currency, total: total(terms), rate: rate, weeklyHours: weeklyHours, client: try party(.client),
            freelancer: try party(.freelancer), agent: party(terms?.agent, state.serving[.agent]),
            mediator: party(terms?.mediator, state.serving[.mediator]),
            offers: try state.offers.map { try offer($0, time: times[$0.id.description] ?? 0) },
            escrow: state.activeTerms?.agent.map { _ in state.view(state.totals) },
            milestones: try milestones(state), invoices: invoices(state),
            resolutions: state.resolutions.map {
                ResolutionView(lost: $0.lost.description, stood: $0.stood.description, sentence: $0.sentence)
            }, forks: forks(), terms: try draft(), messages: try messages(), diary: try diary(),
            files: try files(), acts: acts, heldBack: try heldBack(),
            viewer: ViewerView(
                person: identity?.person.description ?? "", device: device.description,
                role: identity.flatMap { view.roster.roleInWords(of: $0.person) }))
    }

    private func forks() -> [ForkView] {
        view.control.standing.proofs.filter { $0.cause == .fork }.map { proof in
            let role = view.roster.role(of: proof.device)?.rawValue ?? "former member"
            let number = proof.changes.first?.seq ?? 0
            return ForkView(
                by: role, device: proof.device.description, number: number, changes: proof.changes.map(\.change.description),
                sentence:
                    "A device of the \(role) signed \(proof.changes.count) different changes with number \(number), which a copied "
                    + "device or a forger does. What others had acknowledged before they knew of it stands; nothing else that it "
                    + "signed from there on counts.")
        }
    }

    private func total(_ terms: Terms?) -> MoneyView? {
        guard let terms, let total = terms.total else { return nil }
        return MoneyView(minor: total, currency: terms.currency.code)
    }

    private func offer(_ offer: Offer, time: UInt64) throws -> OfferView {
        OfferView(
            id: offer.id.description, by: offer.by.rawValue, outcome: offer.outcome.rawValue, title: offer.terms.title,
            termsHash: offer.termsHash.hex, words: try prose(offer.prose)?.text.wordCount, time: time,
            milestones: offer.terms.milestones.map {
                OfferMilestoneView(
                    number: $0.number, title: $0.title,
                    amount: MoneyView(minor: $0.amount, currency: offer.terms.currency.code), due: $0.due?.text)
            })
    }

    /// The prose that an act cites by `hash`, and the change that wrote it.
    func prose(_ hash: Bytes32) throws -> (text: String, change: ChangeID)? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT text, change FROM statement_row WHERE space = ? AND hash = ?"),
            arguments: [space.data, hash.data])
        return try row.map { ($0["text"], try $0.identifier("change")) }
    }

    func heldBack() throws -> [HeldBackView] {
        try rows("SELECT * FROM held_back WHERE space = ? ORDER BY change, ordinal").map { row in
            let change: ChangeID = try row.identifier("change")
            return HeldBackView(change: change.description, kind: row["kind"], reason: row["reason"])
        }
    }

    private func draft() throws -> TermsView {
        let text =
            try String.fetchOne(db.cachedStatement(sql: "SELECT text FROM terms_row WHERE space = ?"), arguments: [space.data])
            ?? ""
        return TermsView(words: text.wordCount, text: text)
    }
}

extension ContractReader {
    func messages() throws -> [MessageView] {
        let files = try filesByChange()
        var wordings: [Data: [WordingView]] = [:]
        for row in try rows("SELECT * FROM wording WHERE space = ? ORDER BY message, lamport, device, change, ordinal") {
            wordings[row["message"], default: []].append(WordingView(time: Self.time(row), text: row["text"]))
        }
        return try rows(
            """
            SELECT m.*, n.name FROM message_row m LEFT JOIN name_row n USING (space, person) WHERE m.space = ?
            ORDER BY lamport, device, change, ordinal
            """
        ).map { row in
            let change: ChangeID = try row.identifier("change")
            let person: PersonID = try row.identifier("person")
            // A message that was never edited has the one wording that its row has.
            let only = WordingView(time: Self.time(row), text: row["text"])
            return MessageView(
                id: change.description, time: Self.time(row), person: person.description, name: row["name"], text: row["text"],
                edits: row["edits"], files: files[change] ?? [], wordings: wordings[change.data] ?? [only])
        }
    }

    func diary(from: Slot = Slot(number: 0), to: Slot? = nil) throws -> [SlotView] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT d.*, m.text, n.name FROM diary_row d LEFT JOIN memo_row m USING (space, slot, device)
                    LEFT JOIN name_row n USING (space, person) WHERE d.space = ? AND slot >= ? AND slot < ? ORDER BY slot, device
                    """), arguments: [space.data, Int64(from.number), to.map { Int64($0.number) } ?? Int64.max]
        ).map { row in
            let device: DeviceID = try row.identifier("device")
            let person: PersonID = try row.identifier("person")
            let slot: Int64 = row["slot"]
            let activity: Int64 = row["activity"]
            return SlotView(
                start: UInt64(slot) * Slot.milliseconds, device: device.description, person: person.description,
                name: row["name"],
                activity: UInt64(activity), isManual: row["is_manual"], memo: row["text"])
        }
    }

    func files() throws -> [FileView] {
        try rows("SELECT * FROM file_row WHERE space = ? ORDER BY lamport, device, change, ordinal, position").map(file)
    }

    func filesByChange() throws -> [ChangeID: [FileView]] {
        var files: [ChangeID: [FileView]] = [:]
        for row in try rows("SELECT * FROM file_row WHERE space = ? ORDER BY lamport, device, change, ordinal, position") {
            files[try row.identifier("change"), default: []].append(try file(row))
        }
        return files
    }

    private func file(_ row: Row) throws -> FileView {
        let blob: BlobID = try row.identifier("blob")
        let person: PersonID = try row.identifier("person")
        let size: Int64 = row["size"]
        return FileView(
            id: blob.description, name: row["name"], size: UInt64(size), time: Self.time(row), person: person.description)
    }

    func history() throws -> [HistoryEntry] {
        let reasons = Dictionary(try heldBack().map { ($0.change, $0.reason) }) { first, _ in first }
        let acts = Dictionary(try acts().map { ($0.id, $0.void) }) { first, _ in first }
        guard let number = view.number else { return [] }
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM change WHERE space = ? ORDER BY lamport, id"), arguments: [number])
        let epochKeys = EpochKeys(view)
        return try rows.map { row in
            let change = try row.change()
            let placement = try view.placement(row)
            let key = try epochKeys.key(for: change)
            let operations = try change.changeKey(epochKey: key).map { try Body.decode(try change.open(changeKey: $0)) } ?? []
            let person = view.roster.author(of: change.header.device)
            let id = change.id.description
            return HistoryEntry(
                id: id, time: change.header.claimedTime, lamport: placement.stamp.lamport,
                device: change.header.device.description,
                person: person?.description, name: try person.flatMap { try name(of: $0) },
                role: person.flatMap { view.roster.roles[$0]?.rawValue }, audience: change.header.audience.name,
                kinds: operations.map(\.kind), void: reasons[id] ?? acts[id] ?? nil)
        }
    }
}

extension Audience {
    /// Its name in the history.
    var name: String {
        switch self {
        case .everyone: "everyone"
        case .control: "control"
        case .money: "money"
        case .parties: "parties"
        }
    }
}

extension String {
    var wordCount: Int { split(whereSeparator: \.isWhitespace).count }
}

extension Bytes32 {
    /// Lower-case hexadecimal.
    package var hex: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

extension Roster {
    /// A person's role, in words that say so if they have it no more.
    func roleInWords(of person: PersonID) -> String? {
        roles[person].map { former.contains(person) ? "former \($0.rawValue)" : $0.rawValue }
    }
}
