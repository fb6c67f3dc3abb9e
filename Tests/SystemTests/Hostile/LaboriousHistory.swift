import Canon
import Ledger
import Support

/// Changes of a member that are in order one by one, and together made to be as laborious as can be.
struct LaboriousHistory: Sendable {
    let name: String
    let changes: [Change]
    /// A part of the sentence with which it is refused; empty for one that is taken.
    var refusal = ""

    /// One of each kind, by members that `member` brings forth.
    static func all(
        by member: (inout SeededGenerator) throws -> Member, using generator: inout SeededGenerator
    ) throws -> [(history: LaboriousHistory, member: Member)] {
        try [nestedBodies, manyParents, equivocation, longControlLog].map { make in
            let member = try member(&generator)
            return (try make(member, &generator), member)
        }
    }

    /// Two histories with one key: each change has a twin in the same place.
    static func equivocation(by member: Member, using generator: inout SeededGenerator) throws -> LaboriousHistory {
        var pen = member.pen(using: &generator)
        var changes = member.genesis
        for _ in 0..<600 {
            var twin = pen
            changes.append(try twin.write())
            changes.append(try pen.write(.revokeInvite(ChangeID(.zero))))
        }
        return LaboriousHistory(name: "two histories with one key", changes: changes, refusal: "in more than 16 places")
    }

    /// Each change names the one before as its membership, so that a roster of its own belongs to each.
    static func longControlLog(by member: Member, using generator: inout SeededGenerator) throws -> LaboriousHistory {
        var pen = member.pen(using: &generator)
        var changes = member.genesis
        for _ in 0..<2_100 { changes.append(try pen.write(member.rotation)) }
        return LaboriousHistory(
            name: "keys changed without end", changes: changes, refusal: "more than the 2048 membership changes")
    }

    /// As many devices as a change may name, each of whose changes names the last of all others.
    static func manyParents(by member: Member, using generator: inout SeededGenerator) throws -> LaboriousHistory {
        var own = member.pen(using: &generator)
        var changes = member.genesis
        var pens: [Pen] = []
        for _ in 0..<LedgerLimits.parents {
            let (keys, entry) = try member.furtherDevice(using: &generator)
            let change = try own.write(entry)
            changes.append(change)
            pens.append(Pen(keys, after: change, seed: generator.next()))
        }
        for round in 0..<20 {
            for index in pens.indices {
                let others = pens[..<index] + pens[(index + 1)...]
                let parents = round == 0 ? [own.previous] : others.map(\.previous)
                changes.append(try pens[index].write(parents: parents.compactMap(\.self)))
            }
        }
        return LaboriousHistory(name: "the longest lists of parents", changes: changes)
    }

    static func nestedBodies(by member: Member, using generator: inout SeededGenerator) throws -> LaboriousHistory {
        var pen = member.pen(using: &generator)
        let nested = [UInt8](repeating: 0x81, count: LedgerLimits.body - 1_000) + [0]
        let changes = try (0..<20).map { _ in try pen.write([Operation("member.accept", payload: nested)]) }
        return LaboriousHistory(name: "lists inside lists in bodies", changes: member.genesis + changes)
    }
}
