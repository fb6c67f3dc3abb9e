package import Ledger

/// A history in which every place, signature, author and disclosed body was checked.
package struct CheckedHistory: Sendable {
    package struct Entry: Sendable {
        package let record: HistoryRecord
        package let placement: Placement
        /// What the body says; nil where it is withheld, or where its author committed to another than they sent.
        package let plaintext: [UInt8]?

        package var device: DeviceID { record.header.device }
    }

    package let space: SpaceID
    /// In linear order.
    package private(set) var entries: [Entry] = []
    package private(set) var control = ControlLog()
    private var genealogy: Genealogy
    private let ids: Set<ChangeID>

    package var roster: Roster { control.roster }
    /// The last change of each device, and of each branch where one forked; by device.
    package var tips: [Stamp] { genealogy.tips }
    package var logs: [LogID] { genealogy.extents.keys.sorted() }

    package init(checking history: SignedHistory) throws(EvidenceError) {
        space = history.space
        ids = Set(history.records.map(\.id))
        genealogy = Genealogy(history.records.map { (id: $0.id, header: $0.header) })
        for record in history.records { try take(record) }
        control.fold()
        try checkTips()
        do {
            try control.settle(forks: genealogy.forks, logs: genealogy)
        } catch {
            throw damage(.badAuthor, "What its forks and removals leave cannot be told.")
        }
    }

    /// The change with this number in a log.
    package func change(in log: LogID, seq: UInt64) -> ChangeID? { genealogy.placement(in: log, seq: seq)?.stamp.change }

    private mutating func take(_ record: HistoryRecord) throws(EvidenceError) {
        try checkSpace(record)
        try checkPlace(record)
        try checkSignature(record)
        let plaintext = try checkBody(record)
        let placement = try admit(record)
        if let last = entries.last, !(last.placement.stamp < placement.stamp) {
            throw damage(.wrongOrder, "\(record.id) does not stand in the linear order of the changes.")
        }
        entries.append(Entry(record: record, placement: placement, plaintext: plaintext))
        if record.header.audience == .control {
            let operations = (try? Admission.controlOperations(of: record.change)) ?? []
            control.insert(
                ControlEntry(placement: placement, claimedTime: record.header.claimedTime, operations: operations))
        }
    }
}

extension CheckedHistory {
    private func damage(_ code: EvidenceError.Code, _ sentence: String) -> EvidenceError {
        EvidenceError(code, in: EvidenceFile.changes, sentence)
    }

    private func checkSpace(_ record: HistoryRecord) throws(EvidenceError) {
        if entries.isEmpty {
            guard record.header.isGenesis, SpaceID(genesis: record.id) == space else {
                throw damage(.gap, "The history does not begin with the change that founded \(space).")
            }
        } else if record.header.space != space {
            throw damage(.badAuthor, "\(record.id) does not belong to \(space).")
        }
    }

    /// The device's log goes on without a gap, and all that the author names as seen is here.
    private func checkPlace(_ record: HistoryRecord) throws(EvidenceError) {
        let header = record.header
        if genealogy.placement(of: record.id) != nil { throw damage(.wrongOrder, "\(record.id) stands there twice.") }
        for dependency in header.dependencies where genealogy.placement(of: dependency) == nil {
            guard ids.contains(dependency) else {
                throw damage(.gap, "\(dependency) is missing: \(record.id) was made after it.")
            }
            throw damage(.wrongOrder, "\(record.id) stands before \(dependency), after which it was made.")
        }
        let before = header.previous.flatMap(genealogy.placement)?.stamp
        guard before.map({ $0.device == header.device && $0.seq + 1 == header.seq }) ?? (header.seq == 0) else {
            throw damage(
                .gap, "The log of \(header.device) has no change with number \(header.seq) after the one that \(record.id) names."
            )
        }
    }

    private func checkSignature(_ record: HistoryRecord) throws(EvidenceError) {
        guard let signature = record.signature else { return }
        guard SignaturePurpose.change.isValid(signature, over: record.headerBytes, by: record.header.device.raw) else {
            throw damage(.badSignature, "The signature of \(record.id) is not that of \(record.header.device).")
        }
    }

    /// The signature of a device's last change covers its whole log.
    private func checkTips() throws(EvidenceError) {
        guard !entries.isEmpty else { throw damage(.gap, "The history has no changes.") }
        let signed = Set(entries.filter { $0.record.signature != nil }.map(\.record.id))
        for tip in tips where !signed.contains(tip.change) {
            throw damage(.unproven, "The log of \(tip.device) does not end with a valid signature: \(tip.change) has none.")
        }
    }

    /// The plaintext, if the body is disclosed.
    private func checkBody(_ record: HistoryRecord) throws(EvidenceError) -> [UInt8]? {
        let header = record.header
        guard let disclosure = record.disclosure else {
            guard header.audience.isSealed else {
                throw damage(.malformed, "The body of \(record.id) is missing, though it is not sealed.")
            }
            return nil
        }
        guard disclosure.body.count == header.bodyLength, Derivation.sha256(disclosure.body) == header.bodyDigest else {
            throw damage(.badDigest, "The body of \(record.id) is not the one its header names.")
        }
        guard header.audience.isSealed || disclosure.changeKey == header.salt else {
            throw damage(.badCommitment, "The key of \(record.id) is not its salt, though its body is not sealed.")
        }
        do {
            return try record.change.open(changeKey: disclosure.changeKey)
        } catch {
            // An unsealed body is fixed by its digest; where its author committed to another, it is void and the history whole.
            guard header.audience.isSealed else { return nil }
            throw damage(.badCommitment, "The key given for \(record.id) is not the one its author committed to.")
        }
    }

    private mutating func admit(_ record: HistoryRecord) throws(EvidenceError) -> Placement {
        do {
            _ = try Admission.admit(record.change, history: genealogy, control: &control)
            return try genealogy.place(record.header, record.id)
        } catch let error as EvidenceError {
            throw error
        } catch let error as LedgerError {
            throw damage(.badAuthor, error.description)
        } catch {
            throw damage(.badAuthor, "\(record.id) cannot be placed.")
        }
    }
}

extension CheckedHistory {
    /// How far a person's devices had seen each device's log when they last signed, themselves included.
    package func seen(by person: PersonID) -> VersionVector {
        var seen = VersionVector()
        for tip in tips where roster.author(of: tip.device) == person {
            if let placement = genealogy.placement(of: tip.change) { seen.merge(placement.past) }
            seen.insert(tip)
        }
        return seen
    }
}
