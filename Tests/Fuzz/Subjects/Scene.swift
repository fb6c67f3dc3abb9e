package import Ledger
package import LedgerSupport
package import Support
package import Sync
package import SyncSupport

/// One and the same small world, in which what a fuzzer sends comes from a member's own device.
package struct Scene: Sendable {
    package let contract: MemorySpace.Contract
    package let agent: Device
    package let generator: SeededGenerator

    /// A contract of two parties who have settled, with an agent.
    package init() throws {
        var generator = SeededGenerator(seed: 1)
        var contract = try MemorySpace.contract(using: &generator)
        try contract.settle(using: &generator)
        agent = try Person(using: &generator).device(using: &generator)
        try contract.appoint(agent, as: .agent, using: &generator)
        self.contract = contract
        self.generator = generator
    }

    package var space: SpaceID { contract.space.id }
    package var authors: [Device] { [contract.desk, contract.bench, agent] }

    /// The freelancer's side of a session with the client's first device.
    package func session() throws -> (store: MemoryStore, session: SyncSession<MemoryStore>) {
        let store = MemoryStore(contract.bench.id)
        try store.adopt(contract.space)
        let session = try SyncSession(
            store: store, device: contract.bench.id, peer: contract.desk.id, isDialer: false, nonce: Timeline.numbered(1),
            claims: [])
        return (store, session)
    }
}
