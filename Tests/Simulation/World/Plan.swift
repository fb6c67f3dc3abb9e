import Support

/// What can happen in a simulated world.
package enum EventKind: String, CaseIterable, Sendable {
    /// People work on one machine.
    case work
    /// Two of the world's machines and relays exchange what they have.
    case exchange
    /// A bundle is carried from one machine to another.
    case bundle
    /// Days go by.
    case time
    /// A clock is set wrong, by up to days.
    case clock
    /// Frames of a connection are flipped, dropped, repeated, swapped, replayed, grafted or made up.
    case tampering
    /// A relay begins to lie, or stops.
    case lyingRelay
    case wipedRelay
    /// Some no longer reach others.
    case partition
    /// The power fails in the midst of what a machine does next.
    case powerLoss
    case fullDisk
    case failedSync
    /// A machine's files are copied, and later put back or used beside the originals, with the same key.
    case backup
    case restore
    case twin
    /// A member signs what they may not.
    case misdeed
    /// A person adds a device, removes one, loses one to a thief, or comes back by the recovery code.
    case newDevice
    case removal
    case recovery

    /// How often it happens among a hundred.
    fileprivate var weight: Int {
        switch self {
        case .work: 32
        case .exchange: 28
        case .tampering: 10
        case .misdeed, .time, .bundle, .powerLoss: 4
        case .lyingRelay, .backup, .partition: 2
        case .clock, .wipedRelay, .fullDisk, .failedSync, .restore, .newDevice, .removal, .recovery, .twin: 1
        }
    }

    /// Whether it is a fault rather than the life of honest people.
    package var isFault: Bool {
        switch self {
        case .work, .exchange, .bundle, .time, .newDevice, .removal, .recovery: false
        default: true
        }
    }
}

/// One thing that happens, with the seed of all that is random in it: it stays the same when others are left out.
package struct Event: Sendable {
    package let kind: EventKind
    package let seed: UInt64
}

/// Who is in a world, and what happens there; all of it follows from one seed.
package struct Plan: Sendable {
    package let seed: UInt64
    package let isHourly: Bool
    package let hasAgent: Bool
    package let hasMediator: Bool
    package let relays: Int
    /// Machines that the world starts with, besides one of each person.
    package let furtherDevices: Int
    package let events: [Event]

    /// The most machines to which events bring a world.
    package static let machines = 12
    private static let eventCounts = 50..<140

    package init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.seed = seed
        isHourly = generator.chance(30)
        hasAgent = generator.chance(75)
        hasMediator = generator.chance(30)
        relays = generator.pick(1..<4)
        // Mostly few, since every further machine costs a run as much as the others do.
        furtherDevices = generator.pick([0, 0, 0, 0, 1, 1, 4])
        let kinds = EventKind.allCases.flatMap { kind in Array(repeating: kind, count: kind.weight) }
        events = (0..<generator.pick(Self.eventCounts)).map { _ in Event(kind: generator.pick(kinds), seed: generator.next()) }
    }
}
