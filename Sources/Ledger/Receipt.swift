package import Canon

/// A relay's signed word that it holds changes durably; deadlines can run from its time.
package struct Receipt: Hashable, Sendable {
    package let relay: DeviceID
    package let incarnation: Bytes32
    /// Milliseconds since 1970 UTC by the relay's clock.
    package let time: UInt64
    package let changes: [ChangeID]
    package let signature: [UInt8]

    package init(by relay: SigningKey, incarnation: Bytes32, time: UInt64, changes: [ChangeID]) throws(LedgerError) {
        self.relay = DeviceID(relay.publicKey)
        self.incarnation = incarnation
        self.time = time
        self.changes = changes
        let payload = Self.payload(relay: DeviceID(relay.publicKey), incarnation: incarnation, time: time, changes: changes)
        signature = try relay.sign(payload, for: .receipt)
    }

    package var isValid: Bool { SignaturePurpose.receipt.isValid(signature, over: payload, by: relay.raw) }

    /// The bytes that are signed.
    package var payload: [UInt8] {
        Self.payload(relay: relay, incarnation: incarnation, time: time, changes: changes)
    }

    private static func payload(relay: DeviceID, incarnation: Bytes32, time: UInt64, changes: [ChangeID]) -> [UInt8] {
        CBORWriter.encode {
            $0.array(4)
            $0.identifier(relay)
            $0.bytes32(incarnation)
            $0.unsigned(time)
            $0.array(changes) { $0.identifier($1) }
        }
    }

    package func write(to writer: inout CBORWriter) {
        writer.array(2)
        writer.raw(payload)
        writer.bytes(signature)
    }

    package init(from reader: inout CBORReader) throws(CanonError) {
        try reader.array(of: 2)
        try reader.array(of: 4)
        relay = try reader.identifier()
        incarnation = try reader.bytes32()
        time = try reader.unsigned(upTo: UInt64(Int64.max))
        var changes: [ChangeID] = []
        for _ in 0..<(try reader.array(limit: LedgerLimits.receipt)) { changes.append(try reader.identifier()) }
        self.changes = changes
        signature = try reader.signature()
    }

    package init(decoding bytes: [UInt8]) throws(CanonError) {
        var reader = CBORReader(bytes.span)
        try self.init(from: &reader)
        try reader.finish()
    }
}
