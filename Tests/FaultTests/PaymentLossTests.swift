import Agreement
import Replica
import SimulatedDisk
import Store
import Support
import Testing

struct PaymentLossTests {
    @Test("payments that were put into a file are not forgotten when the power fails, so that none is ordered twice")
    func ordersAreKept() throws {
        let first = seed(501)
        for seed in seeds(runs(8), base: first) {
            var generator = SeededGenerator(seed: seed)
            let scene = try Scene()
            let order = BankOrder(
                reference: "HS-1", kind: .refund, item: [1], method: .bank, name: "Bob", destination: "DE89370400440532013000",
                bic: nil, amount: Money(minor: 50_000, currency: try #require(Currency(code: "EUR"))))
            let file = BankFile(name: "pain.001-1.xml", bytes: generator.bytes(2_000))
            // From here on no change arrives.
            try scene.replica.store.makeDurable(through: scene.replica.sequence())
            #expect(try scene.replica.note(order, after: 0))
            try scene.replica.keep([(file: file, orders: [order])], byHand: [])
            let replica = try scene.restart(using: &generator)
            #expect(try replica.bankOrders(.file(file.name)) == [order], "seed \(seed)")
            #expect(try replica.unwrittenFiles() == [file], "seed \(seed)")
        }
    }
}
