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
    private var places = Places()
    private let ids: Set<ChangeID>

    package var roster: Roster { control.roster }
    /// The last change of each device, by device.
    package var tips: [Stamp] { places.logs.values.compactMap(\.last).sorted { $0.device < $1.device } }

    package init(checking history: SignedHistory) throws(EvidenceError) {
        space = history.space
        ids = Set(history.records.map(\.id))
        for record in history.records { try take(record) }
        try checkTips()
    }

    /// The change of a device with this number.
    package func change(of device: DeviceID, seq: UInt64) -> ChangeID? {
        places.logs[device].flatMap { seq < $0.count ? $0[Int(seq)].change : nil }
    }

    private mutating func take(_ record: HistoryRecord) throws(EvidenceError) {
        try checkSpace(record)
        try checkPlace(record)
        try checkSignature(record)
        let plaintext = try checkBody(record)
        let placement = try admit(record)
        if let last = entries.last, !(last.placement.stamp < placement.stamp) {
            throw damage(.wrongOrder, "\(record.id) does not stand in the linear order of the changes.")
        }
        places.insert(placement)
        entries.append(Entry(record: record, placement: placement, plaintext: plaintext))
        if record.header.audience == .control {
            let operations = (try? Admission.controlOperations(of: record.change)) ?? []
            control.insert(
                ControlEntry(placement: placement, claimedTime: record.header.claimedTime, operations: operations))
        }
    }
}

/// The placements that admission asks for.
private struct Places: History {
    private var placements: [ChangeID: Placement] = [:]
    /// Without gaps, so that a change's number is its index.
    private(set) var logs: [DeviceID: [Stamp]] = [:]

    func placement(of change: ChangeID) -> Placement? { placements[change] }
    func tips(of device: DeviceID) -> [Stamp] { logs[device]?.last.map { [$0] } ?? [] }

    mutating func insert(_ placement: Placement) {
        placements[placement.stamp.change] = placement
        logs[placement.stamp.device, default: []].append(placement.stamp)
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

    /// The device's log goes on without a gap or a fork, and all that the author names as seen is here.
    private func checkPlace(_ record: HistoryRecord) throws(EvidenceError) {
        let header = record.header
        let log = places.logs[header.device] ?? []
        guard header.seq >= log.count else {
            if places.placement(of: record.id) != nil { throw damage(.wrongOrder, "\(record.id) stands there twice.") }
            throw damage(.fork, "\(header.device) signed two different changes with number \(header.seq): \(record.id) is one.")
        }
        for dependency in header.dependencies where places.placement(of: dependency) == nil {
            guard ids.contains(dependency) else {
                throw damage(.gap, "\(dependency) is missing: \(record.id) was made after it.")
            }
            throw damage(.wrongOrder, "\(record.id) stands before \(dependency), after which it was made.")
        }
        guard header.seq == log.count, header.previous == log.last?.change else {
            throw damage(.gap, "The log of \(header.device) has no change with number \(log.count) before \(record.id).")
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
        var last: [DeviceID: HistoryRecord] = [:]
        for entry in entries { last[entry.device] = entry.record }
        for tip in tips where last[tip.device]?.signature == nil {
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
            guard case .admitted(let placement) = try Admission.admit(record.change, history: places, control: &control) else {
                throw damage(.wrongOrder, "\(record.id) stands there twice.")
            }
            return placement
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
        for tip in tips where roster.person(of: tip.device) == person {
            if let placement = places.placement(of: tip.change) { seen.merge(placement.past) }
            seen.insert(device: tip.device, seq: tip.seq)
        }
        return seen
    }
}
