import Ledger

extension Evidence {
    /// Checks an exported history by nothing but its files; throws at the first damage.
    ///
    /// What `EvidenceFile.timestamp` says is for the caller to check, over the manifest.
    package static func verify(_ files: [String: [UInt8]]) throws -> EvidenceReport {
        try checkNames(files)
        let encoded = files[EvidenceFile.manifest] ?? []
        let manifest = try Manifest(decoding: encoded)
        try checkKey(files, manifest, encoded)
        try checkDigests(files, manifest)
        let signed = try SignedHistory(decoding: files[EvidenceFile.changes] ?? [])
        let history = try CheckedHistory(checking: signed)
        try checkHeads(history, manifest)
        let chronicle = Chronicle(of: history, by: manifest.exporter, at: manifest.time)
        let rendered = try rendered(chronicle, by: manifest.exporter)
        for (name, bytes) in rendered.sorted(by: { $0.key < $1.key }) where files[name] != bytes {
            throw EvidenceError(.wrongRendering, in: name, "\(name) does not say what \(EvidenceFile.changes) says.")
        }
        return EvidenceReport(
            of: history, manifest, chronicle: chronicle, isTimestamped: files[EvidenceFile.timestamp] != nil)
    }

    private static func checkNames(_ files: [String: [UInt8]]) throws(EvidenceError) {
        for name in EvidenceFile.required where files[name] == nil {
            throw EvidenceError(.missingFile, in: name, "\(name) is missing.")
        }
        for name in files.keys.sorted() where !EvidenceFile.all.contains(name) {
            throw EvidenceError(.unknownFile, in: name, "\(name) does not belong to an exported history. Move it elsewhere.")
        }
    }

    private static func checkKey(
        _ files: [String: [UInt8]], _ manifest: Manifest, _ encoded: [UInt8]
    ) throws(EvidenceError) {
        guard files[EvidenceFile.key] == manifest.exporter.device.publicKeyPEM else {
            throw EvidenceError(
                .badKey, in: EvidenceFile.key,
                "\(EvidenceFile.key) is not the key of \(manifest.exporter.device), which exported.")
        }
        guard manifest.exporter.device.hasSigned(encoded, with: files[EvidenceFile.signature] ?? []) else {
            throw EvidenceError(
                .badSignature, in: EvidenceFile.signature,
                "\(EvidenceFile.signature) is not the signature of \(manifest.exporter.device) over \(EvidenceFile.manifest).")
        }
    }

    private static func checkDigests(_ files: [String: [UInt8]], _ manifest: Manifest) throws(EvidenceError) {
        guard manifest.files.keys.sorted() == EvidenceFile.digested.sorted() else {
            throw EvidenceError(
                .malformed, in: EvidenceFile.manifest,
                "\(EvidenceFile.manifest) names other files than those of an exported history.")
        }
        for name in EvidenceFile.digested where Derivation.sha256(files[name] ?? []) != manifest.files[name] {
            throw EvidenceError(.badDigest, in: name, "\(name) is not the file that \(EvidenceFile.manifest) names.")
        }
    }

    private static func checkHeads(_ history: CheckedHistory, _ manifest: Manifest) throws(EvidenceError) {
        let heads = history.tips.map { Manifest.Head(device: $0.device, seq: $0.seq, change: $0.change) }
        guard manifest.space == history.space, manifest.heads == heads else {
            throw EvidenceError(
                .wrongHeads, in: EvidenceFile.manifest,
                "\(EvidenceFile.manifest) names another space or other last changes than \(EvidenceFile.changes).")
        }
        let (roster, device) = (history.roster, manifest.exporter.device)
        guard roster.person(of: device) ?? roster.formerPerson(of: device) == manifest.exporter.person else {
            throw EvidenceError(
                .badAuthor, in: EvidenceFile.manifest,
                "\(manifest.exporter.device), which exported, is not a device of \(manifest.exporter.person) in this space.")
        }
    }
}
