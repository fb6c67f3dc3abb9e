package import Canon
package import Ledger

/// Proof that a device also holds an invite's or a person's key.
///
/// It names both devices, and TLS proves that the sender is the one named, so nobody else can use it and it needs no nonce.
package struct Claim: Hashable, Sendable {
    package let key: Bytes32
    package let signature: [UInt8]

    package init(by key: SigningKey, prover: DeviceID, verifier: DeviceID) throws(LedgerError) {
        self.key = key.publicKey
        signature = try key.sign(Self.payload(prover: prover, verifier: verifier), for: .claim)
    }

    init(from reader: inout CBORReader) throws(CanonError) {
        try reader.array(of: 2)
        key = try reader.bytes32()
        signature = try reader.signature()
    }

    func write(to writer: inout CBORWriter) {
        writer.array(2)
        writer.bytes32(key)
        writer.bytes(signature)
    }

    package func isValid(prover: DeviceID, verifier: DeviceID) -> Bool {
        SignaturePurpose.claim.isValid(signature, over: Self.payload(prover: prover, verifier: verifier), by: key)
    }

    private static func payload(prover: DeviceID, verifier: DeviceID) -> [UInt8] {
        CBORWriter.encode {
            $0.array(2)
            $0.identifier(prover)
            $0.identifier(verifier)
        }
    }
}

/// Who is at the other end: the device that TLS proved, and the keys it has proved besides.
package struct PeerIdentity: Hashable, Sendable {
    package let device: DeviceID
    package let keys: Set<Bytes32>
    /// Whether this side has chosen the peer as its relay, which carries every space and reads none.
    package let isCarrier: Bool

    package init(device: DeviceID, keys: Set<Bytes32> = [], isCarrier: Bool = false) {
        self.device = device
        self.keys = keys
        self.isCarrier = isCarrier
    }

    /// What of a roster's readers this peer can be.
    package var provenKeys: Set<Bytes32> { keys.union([device.raw]) }

    /// Whether this peer may at `time` fetch a space with such a roster and append to it.
    package func mayShare(_ roster: Roster, at time: UInt64) -> Bool {
        let readers = roster.readers
        return isCarrier || provenKeys.contains { key in readers[key].map { time <= $0 } ?? false }
    }
}

extension Roster {
    /// Whoever proves one of these keys may fetch the space and append to it: participants, their devices, and holders of open
    /// invites, up to the given time in milliseconds since 1970 UTC.
    package var readers: [Bytes32: UInt64] {
        let participants = participants
        let own = certificates.values.filter { participants.contains($0.person) && !isRemoved($0.device) }.map(\.device.raw)
        var readers: [Bytes32: UInt64] = [:]
        for place in openInvites.values { readers[place.invite.signingKey] = place.invite.expiry }
        for key in own + participants.map(\.raw) { readers[key] = .max }
        return readers
    }
}
