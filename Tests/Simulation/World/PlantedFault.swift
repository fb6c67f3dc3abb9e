package import Foundation

/// A mistake that is planted in a copy of the sources, to see that a simulated world goes wrong with it.
///
/// The copy has all of them; one is switched on by its name in `HANDSEL_PLANTED`, so that it is built once.
package struct PlantedFault: Sendable {
    package enum Area: String, Sendable, CaseIterable { case verify, admit, fork, money, sync, storage }

    package let name: String
    package let area: Area
    let file: String
    /// Occurs once in the file.
    let original: String
    /// In which `PLANTED` stands for the question whether this one is switched on.
    let mistaken: String

    private init(_ name: String, _ area: Area, _ file: String, _ original: String, _ mistaken: String) {
        (self.name, self.area, self.file, self.original, self.mistaken) = (name, area, file, original, mistaken)
    }

    /// The variable of the environment that names the one that is switched on.
    package static let variable = "HANDSEL_PLANTED"

    package static let all = [
        PlantedFault(
            "signatures are not checked", .verify, "Ledger/Verified.swift",
            "else if change.hasValidSignature {", "else if PLANTED || change.hasValidSignature {"),
        PlantedFault(
            "what no signature covers is taken", .verify, "Ledger/Verified.swift",
            "result.unproven.append(change.id)",
            "if PLANTED { result.verified.append(Verified(change, isSignatureChecked: false)) } else { result.unproven.append(change.id) }"
        ),
        PlantedFault(
            "bodies are not compared with their digests", .verify, "Ledger/Change.swift",
            "Derivation.sha256(body) == header.bodyDigest else {",
            "PLANTED || Derivation.sha256(body) == header.bodyDigest else {"),
        PlantedFault(
            "receipts are not checked", .verify, "Sync/SyncSession.swift",
            "guard peer.isCarrier, receipt.relay == peer.device, receipt.isValid else {",
            "guard PLANTED || (peer.isCarrier && receipt.relay == peer.device && receipt.isValid) else {"),
        PlantedFault(
            "whoever is no member writes", .admit, "Ledger/Admission.swift",
            "if roster.person(of: change.header.device) != nil { return }",
            "if PLANTED || roster.person(of: change.header.device) != nil { return }"),
        PlantedFault(
            "a change has seen only what it names", .admit, "Ledger/Admission.swift",
            "past.merge(seen.past)", "if !PLANTED { past.merge(seen.past) }"),
        PlantedFault(
            "anybody removes anybody's device", .admit, "Ledger/Roster+Rules.swift",
            "if certificates[device]?.person != author {", "if !PLANTED, certificates[device]?.person != author {"),
        PlantedFault(
            "keys that leave out members count", .admit, "Ledger/Roster+Rules.swift",
            "if !recipients.isSuperset(of: sealingKeys(reading: audience)) {",
            "if !PLANTED, !recipients.isSuperset(of: sealingKeys(reading: audience)) {"),
        PlantedFault(
            "a second branch is refused", .fork, "Ledger/Admission.swift",
            "guard siblings.count < LedgerLimits.branches else {",
            "guard siblings.count < (PLANTED ? 1 : LedgerLimits.branches) else {"),
        PlantedFault(
            "a person acknowledges their own devices", .fork, "Ledger/Standing.swift",
            "guard let other = roster.author(of: log.device), other != person else { continue }",
            "guard let other = roster.author(of: log.device), PLANTED || other != person else { continue }"),
        PlantedFault(
            "whoever knows of it acknowledges all the same", .fork, "Ledger/Standing.swift",
            "changes.count(where: past.contains) >= (cause == .fork ? 2 : 1)",
            "!PLANTED && changes.count(where: past.contains) >= (cause == .fork ? 2 : 1)"),
        PlantedFault(
            "what came before a removal falls with it", .fork, "Ledger/Standing.swift",
            "case .removal, .replacement: return !before.contains(stamp)",
            "case .removal, .replacement: return PLANTED || !before.contains(stamp)"),
        PlantedFault(
            "what stands changes, and nothing is folded anew", .fork, "Store/SpaceView.swift",
            "if control.standing != standing || Set(epochs)", "if (!PLANTED && control.standing != standing) || Set(epochs)"),
        PlantedFault(
            "an epoch falls, and nothing is folded anew", .fork, "Store/SpaceView.swift",
            "|| Set(epochs) != Set(roster.epochs).subtracting(new) { hasNewStanding",
            "|| (!PLANTED && Set(epochs) != Set(roster.epochs).subtracting(new)) { hasNewStanding"),
        PlantedFault(
            "who had not heard is not looked up again", .fork, "Ledger/Ignorance.swift",
            "known.extent == extent {", "PLANTED || known.extent == extent {"),
        PlantedFault(
            "an entry of the bank counts twice", .money, "Agreement/EscrowRules.swift",
            "references.contains(reference) {", "!PLANTED, references.contains(reference) {"),
        PlantedFault(
            "more is released than was agreed to", .money, "Agreement/EscrowRules.swift",
            "return now <= most ? nil :", "return PLANTED || now <= most ? nil :"),
        PlantedFault(
            "totals may fall", .money, "Agreement/EscrowRules.swift",
            "guard zip(new.all, old.all).allSatisfy({ $0 >= $1 }), new != old else {",
            "guard PLANTED || zip(new.all, old.all).allSatisfy({ $0 >= $1 }), new != old else {"),
        PlantedFault(
            "anybody signs what moved", .money, "Agreement/EscrowRules.swift",
            "guard role == .agent else { return Rule.receipt", "guard PLANTED || role == .agent else { return Rule.receipt"),
        PlantedFault(
            "acts are judged by what their signers could not know", .money, "Agreement/ActFold.swift",
            "if latest.values.allSatisfy(signed.moment.hasSeen) {",
            "if PLANTED || latest.values.allSatisfy(signed.moment.hasSeen) {"),
        PlantedFault(
            "a cursor runs ahead", .sync, "Sync/SyncSession.swift",
            "StoreCursor(incarnation: peerIncarnation, sequence: peerDone.sequence)",
            "StoreCursor(incarnation: peerIncarnation, sequence: peerDone.sequence + (PLANTED ? 5 : 0))"),
        PlantedFault(
            "a log is there whose tip is unknown", .sync, "Store/Batch.swift",
            "if last < Int64(seq) {", "if PLANTED || last < Int64(seq) {"),
        PlantedFault(
            "nobody who was misjudged asks for all", .sync, "Sync/SyncSession+Spaces.swift",
            "retries[space, default: 0] > 1", "!PLANTED && retries[space, default: 0] > 1"),
        PlantedFault(
            "who may fetch a space is not written down", .sync, "Store/SpaceView.swift",
            "guard isControl || control.standing != standing else { return }",
            "guard (isControl && (!PLANTED || controlChanges.count < 12)) || control.standing != standing else { return }"),
        PlantedFault(
            "nothing is made durable", .storage, "Store/ChangeStore.swift",
            "if let sequence, survivor >=", "if PLANTED { return }; if let sequence, survivor >="),
        PlantedFault(
            "what a session says is here is not durable", .storage, "Sync/SyncSession.swift",
            """
                        try store.makeDurable(through: max(offered, arrived))
                        sentDone
            """,
            """
                        if !PLANTED { try store.makeDurable(through: max(offered, arrived)) }
                        sentDone
            """),
        PlantedFault(
            "the disk is never waited for", .storage, "Store/ChangeStore.swift",
            "try db.execute(sql: \"PRAGMA synchronous = NORMAL\")\n        }",
            "try db.execute(sql: PLANTED ? \"PRAGMA synchronous = OFF\" : \"PRAGMA synchronous = NORMAL\")\n        }"),
        PlantedFault(
            "a fold that begins anew keeps old messages", .storage, "Replica/SpaceFold.swift",
            "where !others.contains(table.name) {",
            "where !(others + (PLANTED ? [\"message_row\"] : [])).contains(table.name) {"),
        PlantedFault(
            "keys stay of a rotation that turned out void", .storage, "Replica/SpaceFold.swift",
            "try epochKeys.forgetVoidEpochs()", "if !PLANTED { try epochKeys.forgetVoidEpochs() }"),
    ]
}

extension PlantedFault {
    package struct Misplaced: Error, CustomStringConvertible {
        package let description: String
    }

    /// Copies the package at `source` to `target` with all faults planted and switched off.
    package static func plantAll(from source: URL, to target: URL) throws {
        let files = FileManager.default
        try files.createDirectory(at: target, withIntermediateDirectories: true)
        for name in ["Package.swift", "Sources", "Tests"] {
            try? files.removeItem(at: target.appendingPathComponent(name))
            try files.copyItem(at: source.appendingPathComponent(name), to: target.appendingPathComponent(name))
        }
        let sources = target.appendingPathComponent("Sources")
        let question = """
            import Foundation

            /// Whether a mistake is switched on.
            package func isPlanted(_ name: String) -> Bool { switchedOn == name }
            private let switchedOn = ProcessInfo.processInfo.environment["\(variable)"]

            """
        try question.write(to: sources.appendingPathComponent("Canon/Planted.swift"), atomically: true, encoding: .utf8)
        for fault in all { try fault.plant(in: sources) }
    }

    /// Whether the file still has what is to be replaced, once.
    package func isPlantable(in sources: URL) throws -> Bool {
        let text = try String(contentsOf: sources.appendingPathComponent(file), encoding: .utf8)
        return text.components(separatedBy: original).count == 2
    }

    private func plant(in sources: URL) throws {
        let url = sources.appendingPathComponent(file)
        guard try isPlantable(in: sources) else {
            throw Misplaced(description: "\"\(name)\" has no place in \(file) any more. Change what it replaces there.")
        }
        let text = try String(contentsOf: url, encoding: .utf8)
        let mistake = mistaken.replacingOccurrences(of: "PLANTED", with: "isPlanted(\"\(name)\")")
        var planted = text.replacingOccurrences(of: original, with: mistake)
        if !planted.contains("import Canon\n") { planted = "import Canon\n" + planted }
        try planted.write(to: url, atomically: true, encoding: .utf8)
    }
}
