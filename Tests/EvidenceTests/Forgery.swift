import Canon
import Ledger
import LedgerSupport

@testable import Evidence

/// An exported history in the hands of an exporter who cheats, and who makes the manifest anew and signs it.
struct Forgery {
    private(set) var files: [String: [UInt8]]
    var records: [HistoryRecord]
    private(set) var manifest: Manifest
    let keys: DeviceKeys

    init(_ files: [String: [UInt8]], by keys: DeviceKeys) throws {
        self.files = files
        self.keys = keys
        manifest = try Manifest(decoding: files[EvidenceFile.manifest] ?? [])
        records = try SignedHistory(decoding: files[EvidenceFile.changes] ?? []).records
    }

    func first(where condition: (HistoryRecord) -> Bool) -> Int { records.firstIndex(where: condition) ?? 0 }

    /// The place of the last change that fulfils a condition.
    func last(where condition: (HistoryRecord) -> Bool) -> Int { records.lastIndex(where: condition) ?? 0 }

    mutating func replace(_ index: Int, signature: [UInt8]?? = nil, disclosure: HistoryRecord.Disclosure?? = nil) throws {
        let old = records[index]
        records[index] = try HistoryRecord(
            headerBytes: old.headerBytes, signature: signature ?? old.signature, disclosure: disclosure ?? old.disclosure)
    }

    mutating func alterHeader(_ index: Int, signedBy key: SigningKey? = nil, _ alter: (inout Header) -> Void) throws {
        var header = records[index].header
        alter(&header)
        let signature = try key.map { try $0.sign(header.encoded, for: .change) } ?? records[index].signature
        records[index] = try HistoryRecord(
            headerBytes: header.encoded, signature: signature, disclosure: records[index].disclosure)
    }

    /// A file is put in the place of another; nil takes it away.
    mutating func put(_ bytes: [UInt8]?, as name: String) { files[name] = bytes }

    mutating func claim(exporter: Exporter? = nil, heads: [Manifest.Head]? = nil) {
        manifest = Manifest(
            space: manifest.space, exporter: exporter ?? manifest.exporter, time: manifest.time, heads: heads ?? manifest.heads,
            files: manifest.files)
    }

    /// The heads as the changes are now.
    mutating func claimHeads() {
        let continued = Set(records.compactMap(\.header.previous))
        let heads = records.filter { !continued.contains($0.id) }.map {
            Manifest.Head(device: $0.header.device, seq: $0.header.seq, change: $0.id)
        }
        claim(heads: heads.sorted { ($0.device, $0.seq, $0.change) < ($1.device, $1.seq, $1.change) })
    }

    /// The files with the changes as they are now, and with a manifest that fits them.
    func sealed() throws -> [String: [UInt8]] {
        var files = files
        files[EvidenceFile.changes] = SignedHistory(space: manifest.space, records: records).encoded
        files[EvidenceFile.key] = keys.device.publicKeyPEM
        let digests = files.filter { EvidenceFile.digested.contains($0.key) }.mapValues(Derivation.sha256)
        let made = try Manifest(
            space: manifest.space, exporter: manifest.exporter, time: manifest.time, heads: manifest.heads, files: digests
        ).encoded
        files[EvidenceFile.manifest] = made
        files[EvidenceFile.signature] = try keys.signature(ofManifest: made)
        return files
    }
}
