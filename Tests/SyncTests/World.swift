import Ledger
import LedgerSupport
import Support
import Sync
import SyncSupport

/// A client with two devices, a freelancer and a relay, who share some contracts.
struct World {
    let desk: Device
    let laptop: Device
    let bench: Device
    let client: Person
    let contracts: [MemorySpace.Contract]
    let deskStore: MemoryStore
    let laptopStore: MemoryStore
    let benchStore: MemoryStore
    let relayStore: MemoryStore
    let relayKey: SigningKey
    var generator: SeededGenerator

    /// Every device has every contract to begin with, and has synced with nobody yet.
    init(seed: UInt64, contracts count: Int) throws {
        var generator = SeededGenerator(seed: seed)
        client = try Person(using: &generator)
        let freelancer = try Person(using: &generator)
        desk = try client.device(using: &generator)
        laptop = try client.device(using: &generator)
        bench = try freelancer.device(using: &generator)
        relayKey = try SigningKey(seed: .random(using: &generator))
        (deskStore, laptopStore, benchStore) = (MemoryStore(desk.id), MemoryStore(laptop.id), MemoryStore(bench.id))
        relayStore = MemoryStore(DeviceID(relayKey.publicKey), isRelay: true)
        var contracts: [MemorySpace.Contract] = []
        for _ in 0..<count {
            var contract = try MemorySpace.contract(
                between: client, at: desk, and: freelancer, at: bench, using: &generator)
            try contract.settle(using: &generator)
            try contract.space.write(by: desk, .addDevice(laptop.certificate), using: &generator)
            for store in [deskStore, laptopStore, benchStore] { try store.adopt(contract.space) }
            contracts.append(contract)
        }
        self.contracts = contracts
        self.generator = generator
    }

    var members: [(device: Device, store: MemoryStore)] { [(desk, deskStore), (laptop, laptopStore), (bench, benchStore)] }

    /// One message by a device of `members`.
    mutating func write(by member: Int, in contract: Int, blobs: [BlobID] = []) throws {
        let (device, store) = members[member]
        try store.write(
            in: contracts[contract].space.id, by: device, .parties, epoch: contracts[contract].epoch,
            [Operation("message.send")], blobs: blobs, using: &generator)
    }

    mutating func writeAtRandom(_ count: Int) throws {
        for _ in 0..<count { try write(by: generator.pick(0..<3), in: generator.pick(contracts.indices)) }
    }

    @discardableResult
    mutating func sync(_ dialing: MemoryStore, _ listening: MemoryStore) throws -> Dialog {
        try Dialog.sync(dialing, listening, isCarrier: listening.isRelay, using: &generator)
    }
}
