package import Canon
package import Ledger

/// What moved on a milestone so far, in minor units; each total only ever grows.
package struct Totals: Hashable, Sendable {
    package var funded: Int64 = 0
    package var released: Int64 = 0
    package var refunded: Int64 = 0
    /// Given back after its release.
    package var returned: Int64 = 0

    package init(funded: Int64 = 0, released: Int64 = 0, refunded: Int64 = 0, returned: Int64 = 0) {
        self.funded = funded
        self.released = released
        self.refunded = refunded
        self.returned = returned
    }

    /// Rule 1: funded = released + refunded + held.
    package var held: Int64 { funded - released - refunded }

    package var all: [Int64] { [funded, released, refunded, returned] }

    /// Whether they can be totals at all: none below zero or above the limit, none paid twice.
    package var areSound: Bool {
        all.allSatisfy { (0...AgreementLimits.total).contains($0) } && held >= 0 && returned <= released
    }

    /// The totals after a split was carried out.
    package func divided(_ split: Split) -> Totals {
        Totals(funded: funded, released: split.released, refunded: split.refunded, returned: returned)
    }

    static func - (first: Totals, second: Totals) -> Totals {
        Totals(
            funded: first.funded - second.funded, released: first.released - second.released,
            refunded: first.refunded - second.refunded, returned: first.returned - second.returned)
    }

    package static func + (first: Totals, second: Totals) -> Totals {
        Totals(
            funded: first.funded + second.funded, released: first.released + second.released,
            refunded: first.refunded + second.refunded, returned: first.returned + second.returned)
    }
}

/// The agent's word that money moved: the milestone's new totals, when, and by what right.
package struct EscrowReceipt: Hashable, Sendable {
    package enum Basis: Hashable, Sendable {
        /// A payment by the client came in.
        case funding
        /// The client released.
        case release
        /// The client left a submission unanswered.
        case reviewTimeout
        /// The freelancer refunded.
        case refund
        /// The freelancer left an ask unanswered and had never submitted.
        case askTimeout
        /// More came in than the milestone needs.
        case excess
        /// Both parties accepted a proposal.
        case split(ChangeID)
        case ruling(ChangeID)
        /// Nobody decided a dispute, so the terms' own share does.
        case defaultShare
        /// The freelancer gave back what was released.
        case giveBack
        /// A week's invoice became payable.
        case invoice(ChangeID)
    }

    package let milestone: Int
    package let totals: Totals
    /// Milliseconds since 1970 UTC by the agent's clock.
    package let time: UInt64
    package let basis: Basis
    /// A digest that names the bank's entry, so that one entry makes one receipt.
    package let reference: Bytes32?

    package init(milestone: Int, totals: Totals, time: UInt64, basis: Basis, reference: Bytes32? = nil) {
        self.milestone = milestone
        self.totals = totals
        self.time = time
        self.basis = basis
        self.reference = reference
    }
}

extension Act {
    /// Whether it is due because somebody did not speak in time, rather than because of what somebody signed.
    package var restsOnSilence: Bool {
        switch self {
        case .escalate: true
        case .receipt(let receipt): [.reviewTimeout, .askTimeout, .defaultShare].contains(receipt.basis) || receipt.isOfInvoice
        default: false
        }
    }
}

extension EscrowReceipt {
    fileprivate var isOfInvoice: Bool { if case .invoice = basis { true } else { false } }
}

extension EscrowReceipt.Basis {
    /// Number on the wire, and the change it names.
    private var parts: (kind: UInt64, change: ChangeID?) {
        switch self {
        case .funding: (0, nil)
        case .release: (1, nil)
        case .reviewTimeout: (2, nil)
        case .refund: (3, nil)
        case .askTimeout: (4, nil)
        case .excess: (5, nil)
        case .split(let proposal): (6, proposal)
        case .ruling(let ruling): (7, ruling)
        case .defaultShare: (8, nil)
        case .giveBack: (9, nil)
        case .invoice(let invoice): (10, invoice)
        }
    }

    private init?(kind: UInt64, change: ChangeID?) {
        switch (kind, change) {
        case (0, nil): self = .funding
        case (1, nil): self = .release
        case (2, nil): self = .reviewTimeout
        case (3, nil): self = .refund
        case (4, nil): self = .askTimeout
        case (5, nil): self = .excess
        case (6, let change?): self = .split(change)
        case (7, let change?): self = .ruling(change)
        case (8, nil): self = .defaultShare
        case (9, nil): self = .giveBack
        case (10, let change?): self = .invoice(change)
        default: return nil
        }
    }

    func write(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(parts.kind)
        writer.optional(parts.change) { $0.identifier($1) }
    }

    init(from reader: inout CBORReader) throws(CanonError) {
        let start = reader.offset
        try reader.array(of: 2)
        guard let basis = Self(kind: try reader.unsigned(), change: try reader.optionalIdentifier()) else {
            throw CanonError(.unexpectedValue, at: start)
        }
        self = basis
    }
}

extension EscrowReceipt {
    func write(to writer: inout CBORWriter) {
        writer.array(5)
        writer.count(milestone)
        writer.array(totals.all) { $0.integer($1) }
        writer.unsigned(time)
        basis.write(to: &writer)
        writer.optional(reference) { $0.bytes32($1) }
    }

    init(from reader: inout CBORReader) throws(CanonError) {
        try reader.array(of: 5)
        milestone = try reader.count(upTo: AgreementLimits.milestones)
        try reader.array(of: 4)
        totals = Totals(
            funded: try reader.integer(), released: try reader.integer(), refunded: try reader.integer(),
            returned: try reader.integer())
        time = try reader.unsigned(upTo: AgreementLimits.time)
        basis = try Basis(from: &reader)
        reference = try reader.skipNull() ? nil : try reader.bytes32()
    }
}
