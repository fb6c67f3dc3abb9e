package import Canon
package import Ledger

/// One change as it stands in an exported history: its header always, its body only where it is disclosed.
package struct HistoryRecord: Sendable {
    /// What opens a body and proves that it is the one committed to.
    package struct Disclosure: Hashable, Sendable {
        /// The body as it travels.
        package let body: [UInt8]
        /// For an unsealed audience the salt.
        package let changeKey: Bytes32
    }

    package let header: Header
    package let headerBytes: [UInt8]
    package let id: ChangeID
    /// Nil where only a later change's signature covers it.
    package let signature: [UInt8]?
    /// Nil where it is withheld.
    package let disclosure: Disclosure?

    package init(_ change: Change, changeKey: Bytes32?) {
        header = change.header
        headerBytes = change.headerBytes
        id = change.id
        signature = change.hasValidSignature ? change.signature : nil
        disclosure = changeKey.map { Disclosure(body: change.body, changeKey: $0) }
    }

    init(headerBytes: [UInt8], signature: [UInt8]?, disclosure: Disclosure?) throws(LedgerError) {
        header = try Header(decoding: headerBytes)
        self.headerBytes = headerBytes
        id = Derivation.changeID(header: headerBytes)
        self.signature = signature
        self.disclosure = disclosure
    }

    /// The change, without its body where that is withheld.
    var change: Change { Change(header: header, signature: signature, body: disclosure?.body ?? []) }
}

/// The file `changes.cbor`: every change of a space in its linear order.
///
/// `["handsel-history/1", space, [* [header, signature / null, body / null, changeKey / null]]]`, deterministic CBOR; headers are
/// byte strings.
package struct SignedHistory: Sendable {
    static let format = "handsel-history/1"

    package let space: SpaceID
    package let records: [HistoryRecord]

    package init(space: SpaceID, records: [HistoryRecord]) {
        self.space = space
        self.records = records
    }

    package var encoded: [UInt8] {
        CBORWriter.encode {
            $0.array(3)
            $0.text(Self.format)
            $0.identifier(space)
            $0.array(records) { writer, record in
                writer.array(4)
                writer.bytes(record.headerBytes)
                writer.optional(record.signature) { $0.bytes($1) }
                writer.optional(record.disclosure?.body) { $0.bytes($1) }
                writer.optional(record.disclosure?.changeKey) { $0.bytes32($1) }
            }
        }
    }

    /// Reads what `encoded` writes; whether it is true is for `CheckedHistory` to say.
    package init(decoding bytes: [UInt8]) throws(EvidenceError) {
        func damage(_ reason: String) -> EvidenceError {
            EvidenceError(.malformed, in: EvidenceFile.changes, "\(EvidenceFile.changes) is damaged: \(reason)")
        }
        do {
            var reader = CBORReader(bytes.span)
            try reader.array(of: 3)
            guard try reader.text(limit: LedgerLimits.kind) == Self.format else {
                throw damage("it is not of the format \(Self.format).")
            }
            space = try reader.identifier()
            var records: [HistoryRecord] = []
            for _ in 0..<(try reader.array(limit: EvidenceLimits.changes)) { records.append(try Self.record(from: &reader)) }
            try reader.finish()
            self.records = records
        } catch let error as EvidenceError {
            throw error
        } catch let error as CanonError {
            throw damage("\(error).")
        } catch let error as LedgerError {
            throw damage(error.description)
        } catch {
            throw damage("it cannot be read.")
        }
    }

    private static func record(from reader: inout CBORReader) throws -> HistoryRecord {
        try reader.array(of: 4)
        let header = try reader.bytes(limit: LedgerLimits.header)
        let signature = try reader.skipNull() ? nil : try reader.signature()
        let start = reader.offset
        let body = try reader.skipNull() ? nil : try reader.bytes(limit: LedgerLimits.body)
        let key = try reader.skipNull() ? nil : try reader.bytes32()
        let disclosure: HistoryRecord.Disclosure?
        switch (body, key) {
        case (let body?, let key?): disclosure = HistoryRecord.Disclosure(body: body, changeKey: key)
        case (nil, nil): disclosure = nil
        default: throw CanonError(.unexpectedValue, at: start)
        }
        return try HistoryRecord(headerBytes: header, signature: signature, disclosure: disclosure)
    }
}
