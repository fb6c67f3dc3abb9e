import Agreement
import Canon
import Ledger
import LedgerSupport
import Support

/// Who is in a world, by the roles that they have in its contract.
struct People {
    let roles: [(role: Role, person: Person)]

    init(_ plan: Plan, using generator: inout SeededGenerator) throws {
        var names: [Role] = [.client, .freelancer]
        if plan.hasAgent { names.append(.agent) }
        if plan.hasMediator { names.append(.mediator) }
        roles = try names.map { ($0, try Person(using: &generator)) }
    }

    func person(_ role: Role) -> Person? { roles.first { $0.role == role }?.person }

    /// Terms for them: some milestones, or hours.
    func terms(_ plan: Plan, relays: [DeviceID], using generator: inout SeededGenerator) throws -> Terms {
        struct NoCurrency: Error {}
        guard let currency = Currency(code: "EUR") else { throw NoCurrency() }
        let milestones = (1...generator.pick(1..<4)).map { number in
            MilestoneTerms(
                number: number, title: "Part \(number) \(World.secret)", amount: Int64(generator.pick(10..<90)) * 1_000, due: nil)
        }
        return Terms(
            title: "Work \(World.secret)", currency: currency,
            pricing: plan.isHourly ? .hourly(rate: 6_000, weeklyHours: 30, depositWeeks: 2) : .fixed(milestones),
            relays: relays, agent: person(.agent)?.id, mediator: person(.mediator)?.id)
    }
}
