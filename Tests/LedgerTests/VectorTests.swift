import Canon
import Foundation
import Ledger
import LedgerSupport
import Support
import Testing

/// The format as it was frozen: whoever derives other bytes from the same inputs speaks another protocol.
struct VectorTests {
    private static func id<ID: Identifier>(_ text: String) throws -> ID { ID(try Bytes32(hex: text)) }

    private struct UnknownAudience: Error {}

    private struct GivenOperation: Codable {
        let kind: String
        let document: String?
        let payload: String
    }

    private struct GivenChange: Codable {
        let signingSeed: String
        let space: String?
        let seq: UInt64
        let previous: String?
        let parents: [String]
        let membership: String?
        let audience: UInt8
        let epoch: String?
        let epochKey: String?
        let salt: String
        let claimedTime: UInt64
        let operations: [GivenOperation]
        let blobs: [String]

        func draft() throws -> Draft {
            let operations = try operations.map { operation in
                Operation(
                    operation.kind, on: try operation.document.map { try id($0) },
                    payload: try Support.bytes(hex: operation.payload))
            }
            guard let audience = Audience(rawValue: audience) else { throw UnknownAudience() }
            var keyed: Draft.Epoch?
            if let epoch, let epochKey { keyed = Draft.Epoch(id: try id(epoch), key: try Bytes32(hex: epochKey)) }
            return Draft(
                space: try space.map { try id($0) }, seq: seq, previous: try previous.map { try id($0) },
                parents: try parents.map { try id($0) }, membership: try membership.map { try id($0) }, audience: audience,
                epoch: keyed, claimedTime: claimedTime, operations: operations, blobs: try blobs.map { try id($0) })
        }
    }

    @Test("changes are encoded, sealed, hashed and signed as frozen")
    func changes() throws {
        let mismatches = try GoldenVector<GivenChange>.mismatches(in: "changes") { given in
            let keys = try DeviceKeys(signingSeed: Bytes32(hex: given.signingSeed), agreementSecret: .zero)
            let draft = try given.draft()
            let change = try draft.sealed(by: keys, salt: Bytes32(hex: given.salt)).value
            let changeKey = try #require(change.changeKey(epochKey: draft.epoch?.key))
            #expect(try change.open(changeKey: changeKey) == Body.encode(draft.operations))
            return [
                "device": hex(keys.device.bytes), "plaintext": hex(Body.encode(draft.operations)),
                "changeKey": hex(changeKey.bytes), "body": hex(change.body),
                "bodyDigest": hex(change.header.bodyDigest.bytes), "commitment": hex(change.header.commitment.bytes),
                "header": hex(change.headerBytes), "id": hex(change.id.bytes), "idText": change.id.description,
                "toBeSigned": hex(
                    COSESign1.toBeSigned(
                        kid: keys.device.raw, externalAAD: SignaturePurpose.change.label, payload: change.headerBytes)),
                "signature": hex(change.signature ?? []), "encoded": hex(CBORWriter.encode { $0.change(change) }),
            ]
        }
        #expect(mismatches == [])
    }

    private struct GivenCertificate: Codable {
        let personSeed: String
        let deviceSeed: String
        let agreementSecret: String
        let recoverySecret: String
        let issuerSeed: String
    }

    @Test("certificates are signed as frozen")
    func certificates() throws {
        let mismatches = try GoldenVector<GivenCertificate>.mismatches(in: "certificates") { given in
            let person = try SigningKey(seed: Bytes32(hex: given.personSeed))
            let keys = try DeviceKeys(
                signingSeed: Bytes32(hex: given.deviceSeed), agreementSecret: Bytes32(hex: given.agreementSecret))
            let certificate = try Certificate(
                person: PersonID(person.publicKey), keys: keys,
                recoveryKey: AgreementKey(secret: Bytes32(hex: given.recoverySecret)).publicKey,
                signedBy: SigningKey(seed: Bytes32(hex: given.issuerSeed)))
            #expect(certificate.hasValidSignatures)
            return ["certificate": hex(certificate.encoded)]
        }
        #expect(mismatches == [])
    }

    @Test("a recovery code gives the keys that were frozen")
    func recoveryCodes() throws {
        let mismatches = try GoldenVector<String>.mismatches(in: "recovery-codes") { text in
            let code = try RecoveryCode(text: text)
            let person = try code.personKey()
            let recovery = try code.recoveryKey()
            return [
                "written": code.text, "personSeed": hex(person.seed.bytes), "person": hex(person.publicKey.bytes),
                "recoverySecret": hex(recovery.secret.bytes), "recoveryKey": hex(recovery.publicKey.bytes),
            ]
        }
        #expect(mismatches == [])
    }

    private struct GivenInvite: Codable {
        let secret: String
        let space: String
        let invite: String
        let personSeed: String
        let deviceSeed: String
    }

    @Test("an invite's secret gives the keys and the proof that were frozen")
    func invites() throws {
        let mismatches = try GoldenVector<GivenInvite>.mismatches(in: "invites") { given in
            let secret = try #require(InviteSecret(secret: bytes(hex: given.secret)))
            let key = try secret.signingKey()
            let person = try SigningKey(seed: Bytes32(hex: given.personSeed))
            let keys = try DeviceKeys(signingSeed: Bytes32(hex: given.deviceSeed), agreementSecret: .zero)
            let certificate = try Certificate(
                person: PersonID(person.publicKey), keys: keys, recoveryKey: .zero, signedBy: person)
            let payload = Invite.joinPayload(
                space: try Self.id(given.space), invite: try Self.id(given.invite), certificate: certificate)
            return [
                "signingSeed": hex(key.seed.bytes), "signingKey": hex(key.publicKey.bytes),
                "agreementSecret": hex(try secret.agreementKey().secret.bytes),
                "agreementKey": hex(try secret.agreementKey().publicKey.bytes), "certificate": hex(certificate.encoded),
                "joinPayload": hex(payload), "proof": hex(try key.sign(payload, for: .join)),
            ]
        }
        #expect(mismatches == [])
    }

    @Test("ids are written for people as frozen")
    func textForms() throws {
        let mismatches = try GoldenVector<String>.mismatches(in: "text-forms") { text in
            let raw = try Bytes32(hex: text)
            return [
                "change": ChangeID(raw).description, "space": SpaceID(raw).description, "device": DeviceID(raw).description,
                "person": PersonID(raw).description, "blob": BlobID(raw).description,
            ]
        }
        #expect(mismatches == [])
    }

    private struct GivenDigests: Codable {
        let salt: String
        let prose: String
        let structured: String
        let chunks: [String]
    }

    @Test("prose, terms and attachments are hashed as frozen")
    func digests() throws {
        let mismatches = try GoldenVector<GivenDigests>.mismatches(in: "digests") { given in
            let prose = Derivation.proseHash(salt: try Bytes32(hex: given.salt), prose: try bytes(hex: given.prose))
            let chunks = try given.chunks.map { Derivation.chunkDigest(try bytes(hex: $0)) }
            return [
                "prose": hex(prose.bytes),
                "terms": hex(Derivation.termsHash(structured: try bytes(hex: given.structured), prose: prose).bytes),
                "chunks": hex(chunks.flatMap(\.bytes)), "blob": hex(Derivation.blobID(chunks: chunks).bytes),
            ]
        }
        #expect(mismatches == [])
    }

    private struct GivenChunk: Codable {
        let key: String
        let index: Int
        let chunk: String
    }

    @Test("a chunk of an attachment is sealed as frozen")
    func attachments() throws {
        let mismatches = try GoldenVector<GivenChunk>.mismatches(in: "attachments") { given in
            let key = try Bytes32(hex: given.key)
            let sealed = try Attachment.seal(try bytes(hex: given.chunk), key: key, index: given.index)
            #expect(try Attachment.open(sealed, key: key, index: given.index) == bytes(hex: given.chunk))
            return ["sealed": hex(sealed), "digest": hex(Derivation.chunkDigest(sealed).bytes)]
        }
        #expect(mismatches == [])
    }

    private struct GivenSeal: Codable {
        let label: String
        let space: String
        let audience: UInt8
        let epoch: String?
        let recipientSecret: String
        let encapsulated: String
        let ciphertext: String
    }

    @Test("a key sealed long ago still opens")
    func seals() throws {
        let mismatches = try GoldenVector<GivenSeal>.mismatches(in: "seals") { given in
            let key = try AgreementKey(secret: Bytes32(hex: given.recipientSecret))
            let audience = try #require(Audience(rawValue: given.audience))
            let context = SealContext(
                label: given.label, space: try Self.id(given.space), audience: audience,
                epoch: try given.epoch.map { try Self.id($0) })
            let sealed = SealedKey(
                recipient: key.publicKey, encapsulated: try Bytes32(hex: given.encapsulated),
                ciphertext: try bytes(hex: given.ciphertext))
            let opened = try #require(HPKESealing().open([sealed], with: [key], in: context))
            return [
                "recipient": hex(key.publicKey.bytes), "info": hex(context.info(recipient: key.publicKey)),
                "opened": hex(opened.bytes),
            ]
        }
        #expect(mismatches == [])
    }
}
