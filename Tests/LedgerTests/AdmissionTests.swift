import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// Which changes enter a space: their place in its graph, and their author's membership.
struct AdmissionTests {
    /// A contract with both parties in it, in which everyone has written something.
    private struct Stage {
        var contract: MemorySpace.Contract
        let stranger: Device
        let messages: [Change]
        let join: Change
        var generator: SeededGenerator

        var space: MemorySpace { contract.space }

        init(seed: UInt64 = 1) throws {
            var generator = SeededGenerator(seed: seed)
            var contract = try MemorySpace.contract(using: &generator)
            join = try contract.join(using: &generator)
            try contract.space.write(by: contract.desk, .accept(join: join.id), using: &generator)
            messages = try [contract.bench, contract.desk, contract.bench].map { author in
                try contract.space.write(
                    by: author, .parties, epoch: contract.epoch, [Operation("message.send")], using: &generator)
            }
            stranger = try Person(using: &generator).device(using: &generator)
            self.contract = contract
            self.generator = generator
        }

        /// What the client's first device would write next, altered.
        mutating func next(_ audience: Audience = .control, _ alter: (inout Draft) throws -> Void) throws -> Change {
            try next(by: contract.desk, audience, saying: [], alter)
        }

        mutating func next(
            by device: Device, _ audience: Audience = .control, saying operations: [Operation] = [],
            _ alter: (inout Draft) throws -> Void = { _ in }
        ) throws -> Change {
            var draft = contract.space.draft(
                by: device.id, audience, epoch: audience.isSealed ? contract.epoch : nil, operations)
            try alter(&draft)
            return try draft.sealed(by: device.keys, salt: .random(using: &generator)).value
        }

        /// Why the space refuses a change; nil if it does not.
        func refusal(of change: Change) throws -> LedgerError.Code? {
            var control = space.control
            do {
                _ = try Admission.admit(change, history: space, control: &control)
                return nil
            } catch let error as LedgerError { return error.code }
        }
    }

    @Test("what members write next is admitted, in every audience")
    func members() throws {
        var stage = try Stage()
        for device in [stage.contract.desk, stage.contract.bench] {
            for audience in Audience.allCases {
                #expect(try stage.refusal(of: stage.next(by: device, audience)) == nil, "\(audience)")
            }
        }
    }

    @Test("a change that is here already is known, and its place does not move")
    func known() throws {
        let stage = try Stage()
        for change in stage.space.changes {
            var control = stage.space.control
            guard case .known = try Admission.admit(change.value, history: stage.space, control: &control) else {
                Issue.record("\(change.value.id) was admitted twice")
                continue
            }
        }
    }

    private struct Case: Sendable {
        let rule: String
        let code: LedgerError.Code
        let make: @Sendable (inout Stage) throws -> Change
    }

    private static let places = [
        Case(rule: "numbers leave no gap", code: .wrongPosition) { stage in try stage.next { $0.seq += 1 } },
        Case(rule: "a log begins at 0", code: .wrongPosition) { stage in
            let previous = stage.messages[0].id
            return try stage.next(by: stage.stranger) { ($0.seq, $0.previous) = (1, previous) }
        },
        Case(rule: "a change's number goes on from the one it follows", code: .wrongPosition) { stage in
            let older = stage.space.changes[0].value.id
            return try stage.next { $0.previous = older }
        },
        Case(rule: "a change does not follow another device's log", code: .wrongPosition) { stage in
            let foreign = stage.messages[2].id
            return try stage.next { $0.previous = foreign }
        },
        Case(rule: "every head named is here", code: .missingDependency) { stage in
            let unknown = ChangeID(.random(using: &stage.generator))
            return try stage.next { $0.parents = [unknown] }
        },
        Case(rule: "a change's other heads are other devices'", code: .wrongPosition) { stage in
            let own = stage.messages[1].id
            return try stage.next { $0.parents.append(own) }
        },
        Case(rule: "an older change of its own device is no other head either", code: .wrongPosition) { stage in
            let own = stage.space.changes[0].value.id
            return try stage.next { $0.parents.append(own) }
        },
    ]

    private static let memberships = [
        Case(rule: "a membership is known", code: .staleMembership) { stage in
            let unknown = ChangeID(.random(using: &stage.generator))
            return try stage.next { $0.membership = unknown }
        },
        Case(rule: "a membership is a control change", code: .staleMembership) { stage in
            let message = stage.messages[1].id
            return try stage.next { $0.membership = message }
        },
        Case(rule: "a membership is in the past of the change that names it", code: .staleMembership) { stage in
            var elsewhere = stage.space
            let concurrent = try elsewhere.write(
                by: stage.contract.desk, .rotate(predecessor: nil, keys: [:], digests: [:]), using: &stage.generator)
            let change = try stage.next(by: stage.contract.bench) { $0.membership = concurrent.id }
            try stage.contract.space.take(from: elsewhere)
            return change
        },
        Case(rule: "a membership is not older than the one its author named last", code: .staleMembership) { stage in
            let genesis = ChangeID(stage.space.id.raw)
            return try stage.next { $0.membership = genesis }
        },
        Case(rule: "a stranger writes nothing", code: .notAMember) { stage in try stage.next(by: stage.stranger, .parties) },
        Case(rule: "a stranger changes nothing", code: .notAMember) { stage in
            try stage.next(
                by: stage.stranger,
                saying: [
                    ControlOperation.rotate(predecessor: nil, keys: [:], digests: [:]), .revokeInvite(stage.contract.invite),
                ].map(
                    \.operation))
        },
        Case(rule: "a stranger hides nothing behind what this version does not know", code: .notAMember) { stage in
            let certificate = stage.stranger.certificate
            return try stage.next(
                by: stage.stranger, saying: [ControlOperation.addDevice(certificate).operation, Operation("future.kind")])
        },
        Case(rule: "a stranger adds no device", code: .badInvite) { stage in
            try stage.next(by: stage.stranger, saying: [ControlOperation.addDevice(stage.stranger.certificate).operation])
        },
        Case(rule: "an invite that was used lets nobody in", code: .badInvite) { stage in
            let join = try stage.contract.link.join(stage.contract.invite, in: stage.space.id, by: stage.stranger)
            return try stage.next(by: stage.stranger, saying: [join.operation])
        },
        Case(rule: "a member is one by the membership it names", code: .notAMember) { stage in
            let genesis = ChangeID(stage.space.id.raw)
            let device = try stage.contract.freelancer.device(using: &stage.generator)
            try stage.contract.space.write(by: stage.contract.bench, .addDevice(device.certificate), using: &stage.generator)
            return try stage.next(by: device) { $0.membership = genesis }
        },
        Case(rule: "an epoch is known", code: .unknownEpoch) { stage in
            let unknown = ChangeID(.random(using: &stage.generator))
            return try stage.next(.money) { $0.epoch = Draft.Epoch(id: unknown, key: .zero) }
        },
        Case(rule: "an epoch is in the past of the change that names it", code: .unknownEpoch) { stage in
            var elsewhere = stage.space
            let concurrent = try elsewhere.write(
                by: stage.contract.desk, .rotate(predecessor: nil, keys: [:], digests: [:]), using: &stage.generator)
            let change = try stage.next(by: stage.contract.bench, .parties) {
                $0.epoch = Draft.Epoch(id: concurrent.id, key: .zero)
            }
            try stage.contract.space.take(from: elsewhere)
            return change
        },
        Case(rule: "an epoch is a control change", code: .unknownEpoch) { stage in
            let message = stage.messages[0].id
            return try stage.next(.parties) { $0.epoch = Draft.Epoch(id: message, key: .zero) }
        },
    ]

    @Test("a change out of place is refused", arguments: places.indices)
    func positions(index: Int) throws {
        var stage = try Stage()
        let change = try Self.places[index].make(&stage)
        #expect(try stage.refusal(of: change) == Self.places[index].code, "\(Self.places[index].rule)")
    }

    @Test("a change that its author may not make is refused", arguments: memberships.indices)
    func authors(index: Int) throws {
        var stage = try Stage()
        let change = try Self.memberships[index].make(&stage)
        #expect(try stage.refusal(of: change) == Self.memberships[index].code, "\(Self.memberships[index].rule)")
    }

    @Test("what a refused change says stays out of the space")
    func untouched() throws {
        var stage = try Stage()
        let change = try stage.next(by: stage.stranger, .parties)
        var space = stage.space
        let verified = Verification.verify([change]).verified
        #expect(throws: LedgerError(.notAMember, "")) { try space.take(verified[0]) }
        #expect(space.ids == stage.space.ids && space.roster == stage.space.roster)
    }

    @Test("a membership may stay the same while others change it")
    func laggingMembership() throws {
        var stage = try Stage()
        let named = try #require(stage.space.changes.last?.value.header.membership)
        try stage.contract.space.write(
            by: stage.contract.desk, .rotate(predecessor: nil, keys: [:], digests: [:]), using: &stage.generator)
        #expect(try stage.refusal(of: stage.next(by: stage.contract.bench) { $0.membership = named }) == nil)
    }
}

/// What founds a space.
struct GenesisTests {
    private func refusal(_ operations: [Operation], by device: Device) throws -> LedgerError.Code? {
        let genesis = try Draft(space: nil, claimedTime: 0, operations: operations).sealed(by: device.keys, salt: .zero)
        var space = MemorySpace(genesis.value.space)
        do {
            try space.take(genesis)
            return nil
        } catch let error as LedgerError { return error.code }
    }

    @Test("a genesis founds one space, for its author, in a role of its kind")
    func geneses() throws {
        var generator = SeededGenerator(seed: 1)
        let person = try Person(using: &generator)
        let device = try person.device(using: &generator)
        let other = try person.device(using: &generator)
        let uncertified = try person.device(certifiedBy: other, using: &generator)
        let create = ControlOperation.create(.contract, .freelancer, device.certificate).operation
        let cases: [(String, [Operation], Device, LedgerError.Code?)] = [
            ("a contract", [create], device, nil),
            ("an identity", [ControlOperation.create(.identity, .owner, device.certificate).operation], device, nil),
            ("nothing", [], device, .malformed),
            ("two spaces", [create, create], device, .malformed),
            ("a space for someone else", [create], other, .malformed),
            (
                "a role of another kind", [ControlOperation.create(.contract, .owner, device.certificate).operation], device,
                .malformed
            ),
            ("no space", [ControlOperation.rotate(predecessor: nil, keys: [:], digests: [:]).operation], device, .malformed),
            ("an unknown operation", [create, Operation("future.kind")], device, .malformed),
            (
                "an unknown kind of space",
                [
                    Operation("space.create") {
                        $0.array(3)
                        $0.text("future")
                        $0.text("owner")
                        device.certificate.write(to: &$0)
                    }
                ], device, .malformed
            ),
            (
                "a device that only another device vouches for",
                [ControlOperation.create(.contract, .client, uncertified.certificate).operation], uncertified, .malformed
            ),
        ]
        for (name, operations, author, code) in cases { #expect(try refusal(operations, by: author) == code, "\(name)") }
    }

    @Test("nothing else enters a space before its genesis")
    func order() throws {
        var generator = SeededGenerator(seed: 2)
        let space = try MemorySpace.contract(using: &generator).space
        var empty = MemorySpace(space.id)
        for change in space.changes.dropFirst() {
            #expect(throws: LedgerError(.missingDependency, "")) { try empty.take(change) }
        }
        let other = try MemorySpace.contract(using: &generator).space
        #expect(throws: LedgerError(.wrongSpace, "")) { try empty.take(other.changes[0]) }
    }
}
