import Canon
import Evidence
import Ledger
import LedgerSupport

extension Subject {
    static let evidence = [
        // What members sign: `[* [author, audience, time, [* [kind, document / null, payload]]]]`. However strange, it can be exported,
        // and what was exported can be verified.
        Subject("exports") { bytes in
            let scene = try scene.get()
            var (space, generator) = (scene.contract.space, scene.generator)
            let epoch = scene.contract.epoch
            var reader = CBORReader(bytes.span)
            for _ in 0..<(try reader.array(limit: 16)) {
                try reader.array(of: 4)
                let author = scene.authors[try reader.count(upTo: scene.authors.count - 1)]
                let audience = Audience(rawValue: UInt8(try reader.count(upTo: 3))) ?? .money
                let claimed = try reader.unsigned(upTo: UInt64(Int64.max))
                let operations = try Body.decode(reader.copy(try reader.skip()))
                _ = try? space.write(
                    by: author, audience, epoch: audience.isSealed ? epoch : nil, at: claimed, operations,
                    using: &generator)
            }
            try reader.finish()
            let changes = space.changes.map { EvidenceChange($0.value, changeKey: $0.value.changeKey(epochKey: epoch.key)) }
            try check(try export(space.id, changes))
        },
        Subject("histories") { bytes in
            let history = try SignedHistory(decoding: bytes)
            try promise(history.encoded == bytes, "A history is written otherwise than it was read.")
            _ = try CheckedHistory(checking: history)
            let changes = try history.records.map { record in
                guard let disclosure = record.disclosure else { throw Refused() }
                let change = try Change(headerBytes: record.headerBytes, signature: record.signature, body: disclosure.body)
                return EvidenceChange(change, changeKey: disclosure.changeKey)
            }
            try check(try export(history.space, changes))
        },
        Subject("manifests") { bytes in
            var files = try exported.get()
            files[EvidenceFile.manifest] = bytes
            _ = try Evidence.verify(files)
        },
        Subject("timestamps") { bytes in
            let request = try TimestampRequest(of: Array("The agreed history.\n".utf8), nonce: 0x1122_3344_5566_7788)
            _ = try Timestamp(bytes, for: request)
        },
    ]

    /// Milliseconds since 1970 UTC.
    private static let time: UInt64 = 1_765_800_000_000

    /// The scene's space as its client exports it.
    private static let exported = Result {
        let space = try scene.get().contract.space
        return try export(space.id, space.changes.map { EvidenceChange($0.value, changeKey: $0.value.header.salt) })
    }

    private static func export(_ space: SpaceID, _ changes: [EvidenceChange]) throws -> [String: [UInt8]] {
        try Evidence.export(space, changes, by: try scene.get().contract.desk.keys, at: time)
    }

    private static func check(_ files: [String: [UInt8]]) throws(Violation) {
        do { _ = try Evidence.verify(files) } catch {
            throw Violation(description: "What was exported does not verify: \(error)")
        }
    }
}
