import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Control operations as they stand in a body.
struct ControlTests {
    private static func examples(seed: UInt64) throws -> [ControlOperation] {
        var generator = SeededGenerator(seed: seed)
        let person = try Person(using: &generator)
        let device = try person.device(using: &generator)
        let link = Link(using: &generator)
        func id() -> ChangeID { ChangeID(.random(using: &generator)) }
        let seals = (0..<generator.pick(0..<3)).map { _ in
            SealedKey(
                recipient: .random(using: &generator), encapsulated: .random(using: &generator),
                ciphertext: generator.bytes(generator.pick(0..<129)))
        }
        let keys: [Audience: [SealedKey]] = generator.chance(50) ? [.parties: seals, .money: []] : [.money: seals]
        return [
            .create(.contract, .freelancer, device.certificate),
            .rotate(predecessor: nil, keys: keys, digests: keys.mapValues { _ in id().raw }),
            .rotate(predecessor: id(), keys: [:], digests: [:]), .share(epoch: id(), keys: keys),
            try link.invitation(as: .client, expiry: generator.next(), epoch: id(), keys: keys), .revokeInvite(id()),
            try link.join(id(), in: SpaceID(id().raw), by: device), .accept(join: id()), .addDevice(device.certificate),
            .removeDevice(device.id), .listSpace(seals), .create(.account, .freelancer, device.certificate),
            .addMember(.agent, device.certificate),
            try link.invitation(as: .agent, epoch: id()), try link.invitation(as: .mediator, epoch: id()),
        ]
    }

    @Test("each operation reads as it was written, and every kind is listed", arguments: seeds(10))
    func roundTrip(seed: UInt64) throws {
        let examples = try Self.examples(seed: seed)
        for operation in examples { #expect(try ControlOperation(operation.operation) == operation, "seed \(seed)") }
        #expect(Set(examples.map(\.operation.kind)) == ControlOperation.kinds)
        #expect(try ControlOperation(Operation("future.kind")) == nil)
    }

    @Test("damaged operations are refused, or are another operation in its one form", arguments: seeds(4))
    func damage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for example in try Self.examples(seed: seed) {
            let operation = example.operation
            for _ in 0..<100 {
                var payload = operation.payload
                switch generator.pick(0..<3) {
                case 0: payload[generator.pick(payload.indices)] ^= 1 << UInt8(generator.pick(0..<8))
                case 1: payload.removeLast(generator.pick(1..<payload.count + 1))
                default: payload.insert(UInt8(truncatingIfNeeded: generator.next()), at: generator.pick(payload.indices))
                }
                let damaged = Operation(operation.kind, on: operation.document, payload: payload)
                guard let read = try? ControlOperation(damaged) else { continue }
                #expect(read.operation == damaged, "seed \(seed): \(hex(payload))")
            }
        }
    }

    @Test("a document is named exactly where the kind needs one", arguments: seeds(1))
    func documents(seed: UInt64) throws {
        for example in try Self.examples(seed: seed) {
            let operation = example.operation
            let other = operation.document == nil ? ChangeID(.zero) : nil
            #expect(throws: LedgerError(.malformed, ""), "\(operation.kind)") {
                try ControlOperation(Operation(operation.kind, on: other, payload: operation.payload))
            }
        }
    }

    @Test("a certificate holds for its fields only")
    func certificates() throws {
        var generator = SeededGenerator(seed: 1)
        let person = try Person(using: &generator)
        let first = try person.device(using: &generator)
        let second = try person.device(certifiedBy: first, using: &generator)
        for certificate in [first.certificate, second.certificate] {
            #expect(certificate.hasValidSignatures)
            let bytes = certificate.encoded
            for bit in 0..<bytes.count * 8 {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                var reader = CBORReader(damaged.span)
                guard let read = try? Certificate(from: &reader), (try? reader.finish()) != nil else { continue }
                #expect(!read.hasValidSignatures, "bit \(bit)")
            }
        }
        #expect(first.certificate.isSignedByPerson && !second.certificate.isSignedByPerson)
    }

    @Test("what a space's kind fixes: who founds it, who is in it, and what they read")
    func kinds() {
        let kinds: [(SpaceKind, founders: [Role], readers: [Role: [Audience]])] = [
            (.identity, [.owner], [.owner: []]),
            (
                .contract, [.client, .freelancer],
                [.client: Audience.sealed, .freelancer: Audience.sealed, .agent: [.money], .mediator: [.money]]
            ),
            (.account, [.freelancer], [.freelancer: Audience.sealed, .agent: Audience.sealed]),
        ]
        for (kind, founders, readers) in kinds {
            #expect(kind.founders == founders && Set(kind.roles) == Set(readers.keys), "\(kind)")
            for role in [Role.owner, .client, .freelancer, .agent, .mediator] {
                #expect(kind.audiences(readBy: role) == readers[role] ?? [], "\(role) in \(kind)")
            }
            #expect(kind.sealedAudiences == (kind == .identity ? [] : [.money, .parties]), "\(kind)")
        }
        for role in [Role.client, .freelancer] { #expect(role.isParty && role.counterpart?.counterpart == role) }
        for role in [Role.owner, .agent, .mediator] { #expect(!role.isParty && role.counterpart == nil) }
    }
}
