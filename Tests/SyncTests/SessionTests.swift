import Canon
import Ledger
import LedgerSupport
import Support
import Sync
import SyncSupport
import Testing

/// Two stores and a session between them.
struct SessionTests {
    @Test("two stores converge, with nothing sent twice, and both sides know that they are through", arguments: seeds(24))
    func convergence(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 1 + Int(seed % 4))
        for round in 0..<4 {
            try world.writeAtRandom(world.generator.pick(0..<20))
            // Later rounds begin with cursors; sometimes one store has lost its own.
            if world.generator.chance(30) { world.deskStore.cursors = [:] }
            if world.generator.chance(30) { world.benchStore.incarnationSeed += 1 }
            let dialog = try world.sync(world.deskStore, world.benchStore)
            #expect(dialog.isSettled, "seed \(seed), round \(round)")
            #expect(world.deskStore.content == world.benchStore.content, "seed \(seed), round \(round)")
            for statistics in [dialog.dialer.statistics, dialog.listener.statistics] {
                #expect(statistics.changesKnown == 0 && statistics.refused.isEmpty, "seed \(seed), round \(round)")
                #expect(statistics.roundTrips > 0, "seed \(seed), round \(round): an answer came before it was waited for")
            }
            #expect(dialog.dialer.statistics.changesSent == dialog.listener.statistics.changesReceived)
            #expect(dialog.listener.statistics.changesSent == dialog.dialer.statistics.changesReceived)
        }
    }

    @Test("changes travel between devices that never meet, over others and over a relay", arguments: seeds(20))
    func gossip(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 3)
        let (desk, laptop, bench, relay) = (world.deskStore, world.laptopStore, world.benchStore, world.relayStore)
        let pairs = [(desk, relay), (bench, relay), (laptop, relay), (desk, laptop)]
        for _ in 0..<12 {
            try world.writeAtRandom(world.generator.pick(0..<6))
            let (dialing, listening) = world.generator.pick(pairs)
            try world.sync(dialing, listening)
        }
        for _ in 0..<2 { for (dialing, listening) in pairs { try world.sync(dialing, listening) } }
        for store in [laptop, bench, relay] { #expect(store.content == desk.content, "seed \(seed)") }
        for contract in world.contracts {
            #expect(Set([desk, laptop, bench, relay].map { $0.spaces[contract.space.id]?.roster }).count == 1, "seed \(seed)")
        }
    }

    /// What a session between two stores costs, in frames that say something and in times each side waited.
    private struct Cost: Equatable, CustomStringConvertible {
        let frames: [UInt64]
        let waits: [Int]

        init(frames: [UInt64], waits: [Int]) { (self.frames, self.waits) = (frames, waits) }

        init(_ dialog: Dialog) {
            let both = [dialog.dialer.statistics, dialog.listener.statistics]
            self.init(frames: both.map(\.framesSent), waits: both.map(\.roundTrips))
        }

        var description: String { "frames \(frames), waits \(waits)" }
    }

    @Test("with nothing new, a session is a greeting each way, whatever the number of spaces")
    func nothingNew() throws {
        var world = try World(seed: 1, contracts: 40)
        try world.sync(world.deskStore, world.benchStore)
        var dialog = try Dialog(world.deskStore, world.benchStore)
        try dialog.run()
        #expect(dialog.isSettled && Cost(dialog) == Cost(frames: [1, 1], waits: [1, 1]), "\(Cost(dialog))")
    }

    @Test("without cursors, equal stores compare one digest, whatever the number of spaces")
    func nothingNewWithoutCursors() throws {
        let world = try World(seed: 2, contracts: 40)
        var dialog = try Dialog(world.deskStore, world.benchStore)
        try dialog.run()
        #expect(dialog.isSettled && Cost(dialog) == Cost(frames: [2, 2], waits: [2, 2]), "\(Cost(dialog))")
    }

    @Test("news wait until earlier ones are confirmed, and then go out together")
    func gatheredNews() throws {
        var world = try World(seed: 5, contracts: 1)
        var dialog = try Dialog(world.deskStore, world.benchStore)
        try dialog.run()
        try world.write(by: 0, in: 0)
        try dialog.tellDialerOfNews()
        try dialog.run()
        let before = Cost(dialog)
        try world.write(by: 0, in: 0)
        try dialog.tellDialerOfNews()
        try dialog.sendFromDialer()
        for _ in 0..<2 {
            try world.write(by: 0, in: 0)
            try dialog.tellDialerOfNews()
            try dialog.sendFromDialer()
        }
        #expect(Cost(dialog).frames[0] == before.frames[0] + 1, "one is on its way")
        try dialog.run()
        #expect(dialog.isSettled && world.deskStore.content == world.benchStore.content)
        #expect(Cost(dialog).frames[0] == before.frames[0] + 2, "\(Cost(dialog))")
    }

    @Test("whoever did not know a space, but does before it answers, is not taken to have told of it", arguments: seeds(10))
    func knownMeanwhile(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 1)
        var dialog = try Dialog(world.benchStore, world.relayStore, isCarrier: true)
        try dialog.run(limit: 2 + world.generator.pick(0..<4), using: &world.generator)
        // The relay gets the space from another device, with more than this one has.
        try world.write(by: 0, in: 0)
        try world.sync(world.deskStore, world.relayStore)
        for _ in 0..<2 {
            try dialog.run()
            #expect(dialog.isSettled && world.benchStore.content == world.relayStore.content, "seed \(seed)")
            try world.write(by: 0, in: 0)
            try world.sync(world.deskStore, world.relayStore)
            try dialog.tellListenerOfNews()
        }
        #expect(dialog.dialer.statistics.refused.isEmpty && dialog.dialer.statistics.changesKnown == 0, "seed \(seed)")
    }

    @Test("of many spaces that changed, those that both got elsewhere take 38 bytes each, and are known to be there")
    func manyChanged() throws {
        var world = try World(seed: 4, contracts: 40)
        try world.sync(world.deskStore, world.benchStore)
        for contract in 0..<30 { try world.write(by: 0, in: contract) }
        try world.sync(world.deskStore, world.relayStore)
        try world.sync(world.benchStore, world.relayStore)
        try world.write(by: 2, in: 7)
        var dialog = try Dialog(world.deskStore, world.benchStore)
        try dialog.run()
        #expect(dialog.isSettled && world.deskStore.content == world.benchStore.content)
        #expect(Cost(dialog) == Cost(frames: [4, 5], waits: [4, 4]), "\(Cost(dialog))")
        for contract in world.contracts.prefix(30) {
            let space = contract.space.id
            let noted = world.deskStore.notes[space]?[world.bench.id]
            #expect(noted == Set(world.benchStore.tips(of: space)))
        }
    }

    @Test("with both sides changed, one space among many takes tips, changes and an end each way")
    func bothChanged() throws {
        var world = try World(seed: 3, contracts: 40)
        try world.sync(world.deskStore, world.benchStore)
        try world.write(by: 0, in: 7)
        try world.write(by: 2, in: 7)
        var dialog = try Dialog(world.deskStore, world.benchStore)
        try dialog.run()
        #expect(dialog.isSettled && world.deskStore.content == world.benchStore.content)
        #expect(Cost(dialog) == Cost(frames: [4, 4], waits: [3, 3]), "\(Cost(dialog))")
    }

    @Test(
        "a session that is cut off at any frame leaves a sound store, and the next one fetches only the rest", arguments: seeds(4)
    )
    func cutOff(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 2)
        if seed.isMultiple(of: 2) { try world.sync(world.deskStore, world.benchStore) }
        try world.writeAtRandom(24)
        let chunks = (0..<5).map { [UInt8](repeating: UInt8($0), count: 10) }
        try world.write(by: 0, in: 0, blobs: [world.deskStore.attach(chunks)])
        var whole = try Dialog(world.deskStore.copy(), world.benchStore.copy())
        try whole.run(using: &world.generator)
        let end = whole.delivered
        #expect(end > 10)
        for cut in 0..<end {
            let (desk, bench) = (world.deskStore.copy(), world.benchStore.copy())
            var generator = SeededGenerator(seed: seed)
            var dialog = try Dialog(desk, bench)
            try dialog.run(limit: cut, using: &generator)
            let next = try Dialog.sync(desk, bench, using: &generator)
            #expect(next.isSettled && desk.content == bench.content, "seed \(seed), cut at \(cut)")
            for (first, second) in [(dialog.dialer, next.dialer), (dialog.listener, next.listener)] {
                #expect(second.statistics.changesKnown == 0, "seed \(seed), cut at \(cut)")
                #expect(first.statistics.chunksReceived + second.statistics.chunksReceived <= chunks.count)
            }
            #expect(bench.spacesWithMissingBlobs().isEmpty, "seed \(seed), cut at \(cut)")
        }
    }

    @Test("what is stored while a session is open reaches the peer, more than a frame of it too", arguments: seeds(10))
    func live(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 3)
        var dialog = try Dialog(world.deskStore, world.benchStore)
        try dialog.run()
        for _ in 0..<6 {
            try world.writeAtRandom(world.generator.pick(1..<15))
            try dialog.tellDialerOfNews()
            if world.generator.chance(50) { try dialog.tellListenerOfNews() }
            try dialog.run(using: &world.generator)
            #expect(dialog.isSettled && world.deskStore.content == world.benchStore.content, "seed \(seed)")
        }
        #expect(dialog.dialer.statistics.changesKnown + dialog.listener.statistics.changesKnown == 0)
        try world.writeAtRandom(3)
        try world.sync(world.deskStore, world.benchStore)
        #expect(world.deskStore.content == world.benchStore.content)
    }

    /// Whether cursors tell what changed, and which of the two writes before the session and which during it.
    private static let moments = [true, false].flatMap { fresh in [0, 2].flatMap { first in [0, 2].map { (fresh, first, $0) } } }

    @Test("what is written while the answer is on its way is not forgotten", arguments: moments.indices)
    func writtenMeanwhile(index: Int) throws {
        let (isFresh, first, second) = Self.moments[index]
        for cut in 0..<16 {
            var world = try World(seed: UInt64(index), contracts: 1)
            if isFresh { try world.sync(world.deskStore, world.benchStore) }
            for _ in 0..<4 { try world.write(by: first, in: 0) }
            var dialog = try Dialog(world.deskStore, world.benchStore)
            try dialog.run(limit: cut, using: &world.generator)
            try world.write(by: second, in: 0)
            if second == 0 { try dialog.tellDialerOfNews() } else { try dialog.tellListenerOfNews() }
            try dialog.run(using: &world.generator)
            #expect(dialog.isSettled && world.deskStore.content == world.benchStore.content, "case \(index), after \(cut) frames")
        }
    }

    @Test("a new device gets a whole space after another, those first in which something happened last", arguments: seeds(6))
    func newestFirst(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 5)
        let order = world.contracts.indices.shuffled(using: &world.generator)
        for (time, contract) in order.reversed().enumerated() {
            world.deskStore.now = UInt64(time + 1)
            for _ in 0..<30 { try world.write(by: 0, in: contract) }
        }
        // Two frames each, of which the first says that the device belongs there.
        world.deskStore.frameChanges = 25
        let fresh = MemoryStore(world.laptop.id)
        var dialog = try Dialog(fresh, world.deskStore)
        try dialog.run()
        #expect(dialog.isSettled && fresh.content == world.deskStore.content, "seed \(seed)")
        let spaces = fresh.arrivals.map(\.space)
        let runs = spaces.indices.filter { $0 == 0 || spaces[$0 - 1] != spaces[$0] }.map { spaces[$0] }
        #expect(runs == order.map { world.contracts[$0].space.id }, "seed \(seed)")
    }

    @Test("a device that a session lets in gets what it lacks in the same session")
    func letIn() throws {
        var world = try World(seed: 5, contracts: 1)
        let space = world.contracts[0].space.id
        let phone = try world.client.device(using: &world.generator)
        let phoneStore = MemoryStore(phone.id)
        var elsewhere = world.contracts[0].space
        try elsewhere.write(by: phone, .addDevice(phone.certificate), using: &world.generator)
        try phoneStore.adopt(elsewhere)
        try world.write(by: 0, in: 0)
        let dialog = try world.sync(phoneStore, world.deskStore)
        #expect(dialog.isSettled && phoneStore.content == world.deskStore.content)
        #expect(world.deskStore.spaces[space]?.roster.role(of: phone.id) == .client)
    }

    @Test("a space that one side refuses keeps no other from being synced, and is offered again the next time")
    func refusedSpace() throws {
        var world = try World(seed: 10, contracts: 3)
        // The desk's store is copied again and again, and each copy goes on from there, until there are too many branches.
        let restored = world.deskStore.copy()
        for copy in 0..<LedgerLimits.branches {
            let store = restored.copy()
            store.incarnationSeed += 100 + UInt64(copy)
            try store.write(
                in: world.contracts[1].space.id, by: world.desk, .parties, epoch: world.contracts[1].epoch,
                [Operation("copy")], using: &world.generator)
            try world.sync(store, world.benchStore)
        }
        for contract in [1, 2] {
            try restored.write(
                in: world.contracts[contract].space.id, by: world.desk, .parties, epoch: world.contracts[contract].epoch,
                [Operation("other")], using: &world.generator)
        }
        for round in 0..<2 {
            restored.incarnationSeed += 1
            let dialog = try world.sync(restored, world.benchStore)
            #expect(dialog.isSettled, "round \(round)")
            let spaces = world.contracts.map(\.space.id)
            let statistics = [dialog.listener.statistics, dialog.dialer.statistics]
            // Whoever refuses first sends nothing more, so that the other side may have had nothing to refuse.
            #expect(statistics.contains { !$0.refused.isEmpty }, "round \(round)")
            for (one, other) in [(statistics[0], statistics[1]), (statistics[1], statistics[0])] {
                #expect(Set(one.refused.keys).union(one.refusedByPeer.keys) == [spaces[1]], "round \(round)")
                #expect(one.refused == other.refusedByPeer, "round \(round)")
            }
            #expect(restored.content[spaces[1]] != world.benchStore.content[spaces[1]])
            #expect(restored.content[spaces[2]] == world.benchStore.content[spaces[2]])
            #expect(world.benchStore.cursors[world.desk.id]?.incarnation != restored.incarnation(), "round \(round)")
        }
    }

    @Test("a log that forked is carried with all its branches, and both sides come to the same", arguments: seeds(10))
    func forked(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 2)
        let restored = world.deskStore.copy()
        restored.incarnationSeed += 1
        for store in [world.deskStore, restored] {
            for _ in 0...world.generator.next() % 4 {
                try store.write(
                    in: world.contracts[0].space.id, by: world.desk, .parties, epoch: world.contracts[0].epoch,
                    [Operation("said")], using: &world.generator)
            }
        }
        for store in [world.deskStore, restored] { try world.sync(store, world.benchStore) }
        try world.sync(world.deskStore, world.benchStore)
        let space = world.contracts[0].space.id
        #expect(world.benchStore.tips(of: space).count { $0.device == world.desk.id } == 2, "seed \(seed)")
        for store in [world.deskStore, restored] {
            #expect(store.content == world.benchStore.content, "seed \(seed)")
            #expect(store.spaces[space]?.standing == world.benchStore.spaces[space]?.standing, "seed \(seed)")
        }
        let again = try world.sync(world.deskStore, world.benchStore)
        #expect(again.dialer.statistics.changesSent == 0 && again.listener.statistics.changesSent == 0, "seed \(seed)")
    }

    @Test("two devices that both forked are carried, whichever side has the longer branch of which", arguments: seeds(10))
    func forkedCrosswise(seed: UInt64) throws {
        var world = try World(seed: seed, contracts: 1)
        try world.sync(world.deskStore, world.benchStore)
        let contract = world.contracts[0]
        let authors = [world.desk, world.bench]
        for (store, first) in [(world.deskStore, 0), (world.benchStore, 1)] {
            // Each builds on the other's branch here.
            for (author, count) in [(authors[first], 1), (authors[1 - first], 4)] {
                for _ in 0..<count {
                    try store.write(
                        in: contract.space.id, by: author, .parties, epoch: contract.epoch, [Operation("said")],
                        using: &world.generator)
                }
            }
        }
        try world.sync(world.deskStore, world.benchStore)
        #expect(world.deskStore.content == world.benchStore.content, "seed \(seed)")
        for author in authors {
            #expect(world.deskStore.tips(of: contract.space.id).count { $0.device == author.id } == 2, "seed \(seed)")
        }
    }

    @Test("a cursor ends where the peer's word ends")
    func cursors() throws {
        var world = try World(seed: 6, contracts: 1)
        try world.writeAtRandom(5)
        try world.sync(world.deskStore, world.benchStore)
        let expected = StoreCursor(incarnation: world.benchStore.incarnation(), sequence: world.benchStore.sequence())
        #expect(world.deskStore.cursors[world.bench.id] == expected)
    }

    @Test("every change a relay takes is receipted, and the receipts are kept")
    func receipts() throws {
        var world = try World(seed: 7, contracts: 1)
        world.relayStore.receiptKey = world.relayKey
        world.relayStore.now = 77
        try world.writeAtRandom(5)
        try world.sync(world.deskStore, world.relayStore)
        let receipted = Set(world.deskStore.receipts.flatMap(\.changes))
        #expect(receipted == world.deskStore.content[world.contracts[0].space.id])
        #expect(world.deskStore.receipts.allSatisfy { $0.isValid && $0.relay == world.relayStore.device && $0.time == 77 })
    }

    @Test("an attachment travels with its change, and later to whoever asked before it was there")
    func attachments() throws {
        var world = try World(seed: 8, contracts: 1)
        let chunks = (0..<20).map { [UInt8](repeating: UInt8($0), count: 100) }
        let blob = world.deskStore.attach(chunks)
        try world.write(by: 0, in: 0, blobs: [blob])
        try world.sync(world.deskStore, world.benchStore)
        #expect(world.benchStore.missingChunks(of: blob) == [])

        // The relay has the change but not the attachment yet when the laptop asks.
        let relay = world.relayStore
        for space in world.deskStore.spaces.values { try relay.adopt(space) }
        var dialog = try Dialog(world.laptopStore, relay, isCarrier: true)
        try dialog.run()
        #expect(dialog.isSettled && world.laptopStore.missingChunks(of: blob) == nil)
        try world.sync(world.deskStore, relay)
        try dialog.tellListenerOfNews()
        try dialog.run()
        #expect(dialog.isSettled && world.laptopStore.missingChunks(of: blob) == [])
    }

    @Test("a claim opens a space to whoever holds its link, until it expires")
    func claims() throws {
        var generator = SeededGenerator(seed: 9)
        let contract = try MemorySpace.contract(using: &generator)
        for (time, isOpen) in [(UInt64(0), true), (.max >> 1, true), (.max, false)] {
            let host = MemoryStore(contract.desk.id)
            host.now = time
            try host.adopt(contract.space)
            let guest = MemoryStore(contract.bench.id, isRelay: true)
            var before = try Dialog(guest, host)
            try before.run()
            #expect(before.isSettled && guest.spaces.isEmpty && guest.cursors[host.device] != nil, "without a claim")
            // The cursors say that nothing has changed, and the claim opens what was there before.
            let claim = try Claim(by: contract.link.secret.signingKey(), prover: guest.device, verifier: host.device)
            var dialog = try Dialog(guest, host, dialerClaims: [claim])
            try dialog.run()
            #expect(dialog.isSettled && guest.spaces.isEmpty == !isOpen, "at \(time)")
            let thief = MemoryStore(DeviceID(.random(using: &generator)), isRelay: true)
            var theft = try Dialog(thief, host, dialerClaims: [claim])
            try theft.run()
            #expect(theft.isSettled && thief.spaces.isEmpty, "with another's claim")
        }
    }
}
