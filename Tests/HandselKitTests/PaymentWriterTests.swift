import Agreement
import Canon
import Ledger
import Replica
import Testing

@testable import HandselKit

/// Which payments an agent's run orders, and which it leaves.
struct PaymentWriterTests {
    private static func order(_ method: PayoutMethod.Kind, _ destination: String, _ currency: Currency) -> BankOrder {
        BankOrder(
            reference: "PO\(method == .bank ? 1 : 2)", kind: .payout, item: [1], method: method, name: "Ada Freelancer",
            destination: destination, bic: nil, amount: Money(minor: 5_000, currency: currency))
    }

    @Test("a payment that no file can hold is refused by itself, and the others are written")
    func badOrder() throws {
        let euro = try #require(Currency(code: "EUR"))
        let payer = PayerAccount(name: "Eve Escrow", iban: "DE89370400440532013000", bic: nil)
        let writer = try PaymentWriter(payer: payer, day: "2026-12-02", time: 0)
        let good = [Self.order(.bank, "DE02120300000000202051", euro), Self.order(.paypal, "ada@example.org", euro)]
        // Another program than ours may have signed these as the freelancer's methods.
        let bad = [Self.order(.bank, "DE02120300000000202052", euro), Self.order(.paypal, "no address", euro)]
        #expect(bad.allSatisfy { writer.reasonToRefuse($0)?.isEmpty == false })
        #expect(good.allSatisfy { writer.reasonToRefuse($0) == nil })
        let files = try writer.files(for: good)
        #expect(files.map { $0.file.name.prefix(7) } == ["pain.00", "paypal-"] && files.flatMap(\.orders) == good)
    }

    @Test("without the account that the money leaves from, bank payments wait and PayPal's do not")
    func noPayer() throws {
        let euro = try #require(Currency(code: "EUR"))
        let writer = try PaymentWriter(payer: nil, day: "2026-12-02", time: 0)
        #expect(writer.reasonToRefuse(Self.order(.bank, "DE02120300000000202051", euro))?.contains("--iban") == true)
        #expect(writer.reasonToRefuse(Self.order(.paypal, "ada@example.org", euro)) == nil)
    }

    @Test("of a freelancer's accounts with one agent, both sides choose the one with credits, else the first")
    func oneAccount() throws {
        let spaces = try (0..<3).map { try #require(SpaceID(bytes: [UInt8](repeating: UInt8($0), count: 32))) }
        let euro = try #require(Currency(code: "EUR"))
        var credited = AccountState()
        let stamp = Stamp(lamport: 1, device: DeviceID(.zero), seq: 0, change: ChangeID(.zero))
        credited.apply(
            SignedAct(
                .credit(contract: spaces[0], milestone: 1, total: 5, currency: euro, time: 1),
                at: Moment(stamp: stamp, past: VersionVector()), by: .agent))
        let none = spaces.map { ($0, AccountState()) }
        let one = [none[2], (spaces[1], credited), none[0]]
        #expect(Node.served(none.reversed(), \.1, \.0)?.0 == spaces[0])
        #expect(Node.served(one, \.1, \.0)?.0 == spaces[1])
    }
}
