import Agreement
import Canon
import Evidence
import Ledger
import LedgerSupport
import Support
import Testing

/// A contract of two parties from its founding to a milestone sent back, with every kind of thing that a history shows.
struct Story {
    private(set) var contract: MemorySpace.Contract
    private(set) var generator: SeededGenerator
    let offer: ChangeID
    private(set) var acceptance: ChangeID
    /// The change that sent the secret message.
    private(set) var secret: ChangeID

    static let prose = "Ada designs the landing page. <script>alert(1)</script> & more"
    static let secretText = "The discount of seven percent stays between us."
    private static let start: UInt64 = 1_765_800_000_000

    var client: Device { contract.desk }
    var freelancer: Device { contract.bench }
    var space: SpaceID { contract.space.id }

    init(seed: UInt64 = 1) throws {
        var generator = SeededGenerator(seed: seed)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.settle(using: &generator)
        let epoch = contract.epoch
        var clock = Self.start
        func write(_ author: Device, _ audience: Audience, _ operations: [Operation]) throws -> ChangeID {
            clock += 61_000
            return try contract.space.write(by: author, audience, epoch: epoch, at: clock, operations, using: &generator).id
        }
        func say(_ author: Device, _ edits: [Edit]) throws -> ChangeID { try write(author, .parties, edits.map(\.operation)) }
        func act(_ author: Device, _ act: Act) throws -> ChangeID { try write(author, .money, [act.operation]) }
        let (client, freelancer) = (contract.desk, contract.bench)

        for (author, name) in [(client, "Bob Client"), (freelancer, "Ada \"<Freelancer>\"")] {
            _ = try write(author, .money, [Edit.name(name).operation])
        }
        let prose = Prose(salt: .random(using: &generator), text: Self.prose)
        _ = try say(client, [.statement(prose)])
        let terms = Terms(
            title: "Landing page", currency: try #require(Currency(code: "EUR")),
            pricing: .fixed([
                MilestoneTerms(number: 1, title: "Design", amount: 50_000, due: Day(text: "2026-12-15")),
                MilestoneTerms(number: 2, title: "Build", amount: 90_050, due: nil),
            ]))
        offer = try act(client, .offer(terms, prose: prose.hash))
        let hash = Derivation.termsHash(structured: terms.encoded, prose: prose.hash)
        acceptance = try act(freelancer, .accept(offer: offer, termsHash: hash))
        let message = try say(freelancer, [.message(text: "Good morning.", files: [])])
        _ = try say(freelancer, [.editMessage(message, text: "Good morning!")])
        secret = try say(client, [.message(text: Self.secretText, files: [])])
        for slot in 0..<7 {
            let entry = DiaryEntry(activity: 40, isManual: slot == 6, memo: nil)
            _ = try write(
                freelancer, .money,
                [Edit.diary(Slot(number: Self.start / Slot.milliseconds + UInt64(slot)), device: nil, entry).operation])
        }
        let delivered = Prose(salt: .random(using: &generator), text: "The drafts are ready.")
        _ = try say(freelancer, [.statement(delivered)])
        _ = try act(freelancer, .submit(milestone: 1, round: 1, statement: delivered.hash))
        let wish = Prose(salt: .random(using: &generator), text: "Larger type, please.")
        _ = try say(client, [.statement(wish)])
        _ = try act(client, .requestChanges(milestone: 1, round: 1, statement: wish.hash))
        // Void: the client asks again without a new round.
        _ = try act(client, .requestChanges(milestone: 1, round: 1, statement: wish.hash))
        _ = try act(client, .release(milestone: 1, total: 20_000))
        _ = try act(freelancer, .confirm(milestone: 1, total: 20_000))
        // At the same time, so that neither has seen the other's.
        let drafts = [client, freelancer].map { author in
            (
                author,
                contract.space.draft(by: author.id, .parties, epoch: epoch, [Edit.message(text: "Bye!", files: []).operation])
            )
        }
        for (author, draft) in drafts {
            try contract.space.take(try draft.sealed(by: author.keys, salt: .random(using: &generator)))
        }
        self.contract = contract
        self.generator = generator
    }

    /// As a store holds them: only the end of each device's run needs a signature.
    var changes: [EvidenceChange] {
        contract.space.changes.map(\.value).map { change in
            EvidenceChange(change, changeKey: change.changeKey(epochKey: contract.epoch.key))
        }
    }

    /// The client writes a change whose commitment is to something else.
    mutating func commitFalsely(_ audience: Audience) throws {
        let draft = contract.space.draft(by: client.id, audience, epoch: audience.isSealed ? contract.epoch : nil)
        let honest = try draft.sealed(by: client.keys, salt: .random(using: &generator)).value
        var header = honest.header
        header.commitment = .zero
        let signature = try client.keys.signing.sign(header.encoded, for: .change)
        let change = Change(header: header, signature: signature, body: honest.body)
        for verified in Verification.verify([change]).verified { try contract.space.take(verified) }
    }

    /// The freelancer's device signs something else in the place of its last change, after which the client writes once more.
    mutating func fork(saying text: String) throws {
        let first = contract.space.draft(by: client.id, .parties, epoch: contract.epoch, [])
        try contract.space.take(try first.sealed(by: client.keys, salt: .random(using: &generator)))
        let last = contract.space.changes.last { $0.value.header.device == freelancer.id }
        guard let header = last?.value.header else { return }
        var draft = contract.space.draft(
            by: freelancer.id, .parties, epoch: contract.epoch, [Edit.message(text: text, files: []).operation])
        (draft.seq, draft.previous, draft.parents) = (header.seq, header.previous, header.parents)
        draft.membership = header.membership
        try contract.space.take(try draft.sealed(by: freelancer.keys, salt: .random(using: &generator)))
    }

    static let exportTime: UInt64 = 1_765_900_000_000

    func export(
        _ changes: [EvidenceChange]? = nil, only: [String]? = nil, withhold: [String] = [], by device: Device? = nil
    ) throws -> [String: [UInt8]] {
        try Evidence.export(
            space, changes ?? self.changes, only: only, withhold: withhold, by: (device ?? client).keys, at: Self.exportTime)
    }
}
