import Canon
import Ledger
import LedgerSupport
import Support
import Transport

/// A device that belongs to a space, and signs there whatever it likes.
struct Member: Sendable {
    let keys: DeviceKeys
    let person: PersonID
    let space: SpaceID
    /// The space's genesis, if it is the member's own, which nobody else has yet.
    private(set) var genesis: [Change] = []
    /// What the device would write next, after everything that is in the space.
    private let next: Draft

    /// New keys for the space, which only its readers could make, and none of them could open.
    let rotation: ControlOperation

    /// Goes on where the device's log ends in `space`.
    init(_ keys: DeviceKeys, in space: MemorySpace, using generator: inout SeededGenerator) throws {
        var space = space
        let draft = space.draft(by: keys.device)
        guard let person = space.roster.person(of: keys.device) else {
            throw Unexpected("the device is not a member of the space")
        }
        (self.keys, self.person, self.space) = (keys, person, space.id)
        next = draft
        rotation = space.rotation(using: &generator)
    }

    /// Founds a space of which there is no other member.
    static func founding(using generator: inout SeededGenerator) throws -> Member {
        let owner = try LedgerSupport.Person(using: &generator)
        return try founding(at: try owner.device(using: &generator), using: &generator)
    }

    static func founding(at device: Device, using generator: inout SeededGenerator) throws -> Member {
        let space = try MemorySpace.founded(by: device, using: &generator)
        var member = try Member(device.keys, in: space, using: &generator)
        member.genesis = space.changes.map(\.value)
        return member
    }

    func attacker(against target: DeviceAddress) throws -> Attacker { try Attacker(keys, against: target) }

    func pen(using generator: inout SeededGenerator) -> Pen {
        Pen(keys, next, seed: generator.next())
    }

    /// Keys of a further device, and the change's operation that lets it in.
    func furtherDevice(using generator: inout SeededGenerator) throws -> (keys: DeviceKeys, entry: ControlOperation) {
        let further = try DeviceKeys(using: &generator)
        let certificate = try Certificate(person: person, keys: further, recoveryKey: .zero, signedBy: keys.signing)
        return (further, .addDevice(certificate))
    }
}

/// Signs one change after another with a device's keys, whatever anybody thinks of them.
struct Pen {
    private let keys: DeviceKeys
    private var next: Draft
    private var generator: SeededGenerator

    init(_ keys: DeviceKeys, _ next: Draft, seed: UInt64) {
        (self.keys, self.next) = (keys, next)
        generator = SeededGenerator(seed: seed)
    }

    /// Begins the log of a device that `entry` has made a member.
    init(_ keys: DeviceKeys, after entry: Change, seed: UInt64) {
        let first = Draft(
            space: entry.space, parents: [entry.id], membership: entry.id, claimedTime: 0, operations: [])
        self.init(keys, first, seed: seed)
    }

    /// The device's last change.
    var previous: ChangeID? { next.previous }

    /// A control change, which is the membership that the next one names.
    mutating func write(_ operations: [Operation] = [], parents: [ChangeID] = []) throws -> Change {
        next.operations = operations
        if !parents.isEmpty { next.parents = parents }
        let change = try next.sealed(by: keys, salt: .random(using: &generator)).value
        (next.seq, next.previous, next.parents, next.membership) = (next.seq + 1, change.id, [], change.id)
        return change
    }

    mutating func write(_ operation: ControlOperation) throws -> Change { try write([operation.operation]) }
}
