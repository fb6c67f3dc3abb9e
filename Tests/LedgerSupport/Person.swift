import Canon
package import Ledger
package import Support

/// A person with a recovery code, all of it made from a seed.
package struct Person: Sendable {
    package let code: RecoveryCode
    package let key: SigningKey
    package let recovery: AgreementKey

    package init(using generator: inout SeededGenerator) throws {
        code = RecoveryCode(using: &generator)
        key = try code.personKey()
        recovery = try code.recoveryKey()
    }

    package var id: PersonID { PersonID(key.publicKey) }

    /// A new device that the person's own key certifies.
    package func device(using generator: inout SeededGenerator) throws -> Device {
        try Device(keys: DeviceKeys(using: &generator), of: self, certifiedBy: key)
    }

    /// A new device that one of the person's devices certifies.
    package func device(certifiedBy other: Device, using generator: inout SeededGenerator) throws -> Device {
        try Device(keys: DeviceKeys(using: &generator), of: self, certifiedBy: other.keys.signing)
    }
}

/// A device and the certificate that binds it to its person.
package struct Device: Sendable {
    package let keys: DeviceKeys
    package let certificate: Certificate

    package init(keys: DeviceKeys, of person: Person, certifiedBy issuer: SigningKey) throws {
        self.keys = keys
        certificate = try Certificate(
            person: person.id, keys: keys, recoveryKey: person.recovery.publicKey, signedBy: issuer)
    }

    package var id: DeviceID { keys.device }
    package var person: PersonID { certificate.person }
}

/// The secret of an invite link, and what its holder does with it.
package struct Link: Sendable {
    package let secret: InviteSecret

    package init(using generator: inout SeededGenerator) { secret = InviteSecret(using: &generator) }

    package func invitation(
        as role: Role = .freelancer, expiry: UInt64 = .max >> 1, epoch: ChangeID, keys: [Audience: [SealedKey]] = [:]
    ) throws -> ControlOperation {
        .invite(
            Invite(
                signingKey: try secret.signingKey().publicKey, agreementKey: try secret.agreementKey().publicKey, role: role,
                expiry: expiry, epoch: epoch, keys: keys))
    }

    /// Takes up the invite for `device`; `certificate` is another one only where a test cheats.
    package func join(
        _ invite: ChangeID, in space: SpaceID, by device: Device, certificate: Certificate? = nil
    ) throws -> ControlOperation {
        let certificate = certificate ?? device.certificate
        let payload = Invite.joinPayload(space: space, invite: invite, certificate: certificate)
        return .join(invite: invite, certificate, proof: try secret.signingKey().sign(payload, for: .join))
    }
}
