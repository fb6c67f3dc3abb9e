import Agreement
import Canon
import Documents
import Evidence
import Foundation
import FuzzSubjects
import Ledger
import LedgerSupport
import Sync

/// What a corpus begins with: values of each kind, as the program writes them.
///
/// The test of the corpora writes them to a file each where `HANDSEL_FREEZE` is set in the environment, and the file is not there.
/// A timestamp is made by `openssl`, as in `EvidenceTests`.
struct Examples {
    let scene: Scene
    var contract: MemorySpace.Contract { scene.contract }
    var changes: [Change] { contract.space.changes.map(\.value) }

    init() throws { scene = try Scene() }

    func of(_ subject: Subject) throws -> [[UInt8]] {
        switch subject.name {
        case "cbor": values
        case "cose": changes.compactMap(\.coseSign1).prefix(1).map(\.encoded)
        case "headers": try pick(changes + [message()]).map(\.headerBytes)
        case "changes": try pick(changes + [message()]).map { change in CBORWriter.encode { $0.change(change) } }
        case "bodies", "control": control
        case "receipts": [CBORWriter.encode(try receipt().write)]
        case "identifiers":
            [contract.space.id.description, contract.desk.id.description, contract.client.code.text].map { Array($0.utf8) }
        case "links": links
        case "addresses":
            ["handsel-peer://\(contract.desk.id)@[::1]:4000", "handsel-relay://\(contract.bench.id)@example.org:443"]
                .map { Array($0.utf8) }
        case "words": ["2026-12-15", "500.25", "7", "DE89370400440532013000", "COBADEFFXXX"].map { Array($0.utf8) }
        case "statements": try ["v02", "v08", "provider"].map(Self.statement)
        case "texts": [try textHistory().edits]
        case "documents": [try textHistory().document.encoded]
        case "list-edits": [try listHistory().edits]
        case "lists": [try listHistory().document]
        case "assertions": try assertions()
        case "terms": try Self.allTerms().map(\.encoded)
        case "contracts": try Self.contracts().map(Self.history)
        case "accounts": [Self.history(try Self.account())]
        case "frames": try frames().map(\.encoded)
        case "bundles": [try bundle()]
        case "sessions": [try session()]
        case "exports": try exports()
        case "histories": [try export()[EvidenceFile.changes] ?? []]
        case "manifests": [try export()[EvidenceFile.manifest] ?? []]
        default: []
        }
    }

    private var values: [[UInt8]] {
        [
            CBORWriter.encode { writer in
                writer.map(2)
                writer.unsigned(1)
                writer.integer(-8)
                writer.unsigned(4)
                writer.text("é")
            },
            CBORWriter.encode { writer in
                writer.array(5)
                for number in [23, 24, 65_536, 1 << 40] as [UInt64] { writer.unsigned(number) }
                writer.optional(true) { $0.boolean($1) }
            },
            CBORWriter.encode { $0.array([[], [1, 2, 3]] as [[UInt8]]) { $0.bytes($1) } },
            [0x81, 0x81, 0xf6],
        ]
    }

    /// The first, the last, and one between.
    private func pick(_ changes: [Change]) throws -> [Change] {
        [changes[0], changes[changes.count / 2], changes[changes.count - 1]]
    }

    /// A sealed change.
    private func message() throws -> Change {
        var (space, generator) = (contract.space, scene.generator)
        return try space.write(
            by: contract.desk, .parties, epoch: contract.epoch, at: 1_000, [Edit.message(text: "Hello.", files: []).operation],
            blobs: [BlobID(Timeline.numbered(7))], using: &generator)
    }

    func receipt() throws -> Receipt {
        try Receipt(
            by: contract.bench.keys.signing, incarnation: Timeline.numbered(1), time: 1_000, changes: changes.prefix(2).map(\.id))
    }

    /// An operation of each kind.
    private var control: [[UInt8]] {
        let seals = [SealedKey(recipient: .zero, encapsulated: Timeline.numbered(2), ciphertext: [1, 2, 3])]
        let certificate = contract.bench.certificate
        let more: [ControlOperation] = [
            .rotate(
                predecessor: contract.epoch.id, keys: [.money: seals, .parties: seals],
                digests: [.money: .zero, .parties: Timeline.numbered(3)]),
            .share(epoch: contract.epoch.id, keys: [.money: seals]), .revokeInvite(contract.invite),
            .addMember(.freelancer, certificate), .addDevice(certificate), .listSpace(seals),
        ]
        let written = changes.filter { !$0.header.audience.isSealed }.map(\.body)
        return written.prefix(5) + more.map { Body.encode([$0.operation]) }
    }

    private var links: [[UInt8]] {
        let fields = CBORWriter.encode {
            $0.array(4)
            $0.identifier(contract.space.id)
            $0.identifier(contract.invite)
            $0.bytes(contract.link.secret.secret)
            $0.array(["handsel-peer://a@example.org:4000"]) { $0.text($1) }
        }
        let text = "handsel:" + TextForm.encode(prefix: "invite", fields).dropFirst("invite_".count)
        return [fields, Array(text.utf8)]
    }

    private func export() throws -> [String: [UInt8]] {
        let changes = changes.map { EvidenceChange($0, changeKey: $0.header.salt) }
        return try Evidence.export(scene.space, changes, by: contract.desk.keys, at: 1_765_800_000_000)
    }

    private static func statement(_ name: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(path: "BankingTests/Samples/camt.053.\(name).xml")))
    }
}
