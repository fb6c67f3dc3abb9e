import Agreement
import Canon
import GRDB
import Ledger
import Replica
import Store
import Support
import Testing

@Suite("When something happened last in a space")
struct LastTimeTests {
    @Test("is what the last change claims, and 0 where there is no space")
    func lastTime() throws {
        let pair = try Pair()
        #expect(try pair.client.lastTime(in: pair.space) == pair.client.store.clock())
        #expect(try pair.client.lastTime(in: SpaceID(.zero)) == 0)
        let path = pair.client.store.database.path
        try pair.client.store.database.close()
        let later = try Replica(path: path, keys: pair.client.keys, clock: { 1_760_000_007_777 })
        let other = try later.createSpace(.contract, as: .client)
        #expect(try later.lastTime(in: pair.space) == 1_760_000_000_000)
        _ = try later.commit(in: pair.space) { try $0.write([.edit(.name("Bob"))]) }
        #expect(try later.lastTime(in: pair.space) == 1_760_000_007_777)
        #expect(try later.lastTime(in: other) == 1_760_000_007_777)
    }
}
