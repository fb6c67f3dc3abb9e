package import Canon

/// Binds a device's two keys to a person, signed by the person's key or by another device of theirs, and by the device itself.
package struct Certificate: Hashable, Sendable {
    package let person: PersonID
    package let device: DeviceID
    /// The device's X25519 key, to which epoch keys are sealed.
    package let agreementKey: Bytes32
    /// The X25519 key of the person's recovery code, to which every epoch key is sealed as well.
    package let recoveryKey: Bytes32
    /// The key that signs: the person's, or that of a device that is already certified.
    package let issuer: Bytes32
    package let signature: [UInt8]
    /// The device's own signature: without it a member could claim another's device, and with it all that the device wrote.
    package let possession: [UInt8]

    private init(
        person: PersonID, device: DeviceID, agreementKey: Bytes32, recoveryKey: Bytes32, issuer: Bytes32, signature: [UInt8],
        possession: [UInt8]
    ) {
        self.person = person
        self.device = device
        self.agreementKey = agreementKey
        self.recoveryKey = recoveryKey
        self.issuer = issuer
        self.signature = signature
        self.possession = possession
    }

    package init(person: PersonID, keys: DeviceKeys, recoveryKey: Bytes32, signedBy issuer: SigningKey) throws(LedgerError) {
        let unsigned = Certificate(
            person: person, device: keys.device, agreementKey: keys.agreement.publicKey, recoveryKey: recoveryKey,
            issuer: issuer.publicKey, signature: [], possession: [])
        let fields = unsigned.signedFields
        self.init(
            person: person, device: keys.device, agreementKey: keys.agreement.publicKey, recoveryKey: recoveryKey,
            issuer: issuer.publicKey, signature: try issuer.sign(fields, for: .certificate),
            possession: try keys.signing.sign(fields, for: .certificate))
    }

    /// The X25519 keys that everything meant for this device's person is sealed to.
    package var sealingKeys: [Bytes32] { [agreementKey, recoveryKey] }

    package var isSignedByPerson: Bool { issuer == person.raw }

    /// Whether both signatures hold; whether the issuer may certify for the person depends on the space.
    package var hasValidSignatures: Bool {
        let fields = signedFields
        return SignaturePurpose.certificate.isValid(signature, over: fields, by: issuer)
            && SignaturePurpose.certificate.isValid(possession, over: fields, by: device.raw)
    }

    private var signedFields: [UInt8] {
        CBORWriter.encode {
            $0.array(5)
            writeFields(&$0)
        }
    }

    private func writeFields(_ writer: inout CBORWriter) {
        writer.identifier(person)
        writer.identifier(device)
        writer.bytes32(agreementKey)
        writer.bytes32(recoveryKey)
        writer.bytes32(issuer)
    }

    package func write(to writer: inout CBORWriter) {
        writer.array(7)
        writeFields(&writer)
        writer.bytes(signature)
        writer.bytes(possession)
    }

    package var encoded: [UInt8] { CBORWriter.encode { write(to: &$0) } }

    package init(from reader: inout CBORReader) throws(CanonError) {
        try reader.array(of: 7)
        self.init(
            person: try reader.identifier(), device: try reader.identifier(), agreementKey: try reader.bytes32(),
            recoveryKey: try reader.bytes32(), issuer: try reader.bytes32(),
            signature: try reader.signature(), possession: try reader.signature())
    }
}
