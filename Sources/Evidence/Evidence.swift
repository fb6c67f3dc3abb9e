package import Canon
package import Ledger

/// A change of the space to be exported, and the key that opens it where the exporter has one.
package struct EvidenceChange: Sendable {
    package let change: Change
    package let changeKey: Bytes32?

    package init(_ change: Change, changeKey: Bytes32?) {
        self.change = change
        self.changeKey = changeKey
    }
}

/// A signed history that outsiders can check.
package enum Evidence {
    /// Makes the files of a history, all but the timestamp, which is over the manifest.
    ///
    /// `changes` is all that there is of the space, in any order. What does not open with its key is withheld, since nobody could
    /// check it. `time` is in milliseconds since 1970 UTC.
    package static func export(
        _ space: SpaceID, _ changes: [EvidenceChange], only: [String]? = nil, withhold: [String] = [], by keys: DeviceKeys,
        at time: UInt64
    ) throws -> [String: [UInt8]] {
        let control = try CheckedHistory(checking: history(of: space, changes) { change, _ in !change.header.audience.isSealed })
        let roster = control.roster
        // Whoever was replaced may show what they took part in.
        guard let person = roster.person(of: keys.device) ?? roster.formerPerson(of: keys.device) else {
            throw EvidenceError(.refused, "\(keys.device) is not a member of \(space), so its signature says nothing about it.")
        }
        let selection = try Selection(only: only, withhold: withhold, among: changes.map(\.change), roster: roster)
        let history = history(of: space, changes) { change, plaintext in
            let operations = try? Body.decode(plaintext)
            return selection.shows(
                change.header, id: change.id, by: roster.author(of: change.header.device), operations)
        }
        return try files(
            of: CheckedHistory(checking: history), encoded: history.encoded, by: Exporter(device: keys.device, person: person),
            keys, at: time)
    }

    /// Every header in linear order; bodies where `isShown`, and where nothing is sealed.
    private static func history(
        of space: SpaceID, _ changes: [EvidenceChange], _ isShown: (Change, _ plaintext: [UInt8]) -> Bool
    ) -> SignedHistory {
        let keys = Dictionary(changes.map { ($0.change.id, $0.changeKey) }) { first, _ in first }
        let records = changes.map(\.change).inLinearOrder().map { change in
            guard change.header.audience.isSealed else { return HistoryRecord(change, changeKey: change.header.salt) }
            guard let key = keys[change.id] ?? nil, let plaintext = try? change.open(changeKey: key), isShown(change, plaintext)
            else { return HistoryRecord(change, changeKey: nil) }
            return HistoryRecord(change, changeKey: key)
        }
        return SignedHistory(space: space, records: records)
    }

    private static func files(
        of history: CheckedHistory, encoded: [UInt8], by exporter: Exporter, _ keys: DeviceKeys, at time: UInt64
    ) throws -> [String: [UInt8]] {
        var files = try rendered(Chronicle(of: history, by: exporter, at: time), by: exporter)
        files[EvidenceFile.changes] = encoded
        let manifest = try Manifest(of: history, by: exporter, at: time, files: files).encoded
        files[EvidenceFile.manifest] = manifest
        files[EvidenceFile.signature] = try keys.signature(ofManifest: manifest)
        return files
    }

    /// The files that follow from the history, its exporter and the time, byte for byte.
    static func rendered(_ chronicle: Chronicle, by exporter: Exporter) throws -> [String: [UInt8]] {
        [
            EvidenceFile.json: try StableJSON.encode(chronicle),
            EvidenceFile.page: try HistoryPage.render(chronicle),
            EvidenceFile.guide: VerificationGuide.text,
            EvidenceFile.key: exporter.device.publicKeyPEM,
        ]
    }
}
