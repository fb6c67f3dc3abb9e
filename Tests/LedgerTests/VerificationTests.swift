import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// One valid signature covers its change and all before it in its device's chain.
struct VerificationTests {
    /// What becomes of a change's signature before verification.
    private enum Mark: Character {
        case valid = "v"
        case bad = "x"
        case missing = "-"
    }

    /// A run of changes, one a letter, each of the device and with the signature that the letters say.
    private struct Run {
        let changes: [Change]

        /// `devices` and `marks` have a letter for each change.
        init(devices: String, marks: String) throws {
            var generator = SeededGenerator(seed: 1)
            let space = SpaceID(.random(using: &generator))
            var keys: [Character: DeviceKeys] = [:]
            var tips: [Character: (seq: UInt64, id: ChangeID)] = [:]
            var changes: [Change] = []
            for (device, letter) in zip(devices, marks) {
                let signer = try keys[device] ?? DeviceKeys(using: &generator)
                keys[device] = signer
                let tip = tips[device]
                let draft = Draft(
                    space: space, seq: tip.map { $0.seq + 1 } ?? 0, previous: tip?.id,
                    parents: tip == nil ? [ChangeID(space.raw)] : [], membership: ChangeID(space.raw), claimedTime: 0,
                    operations: [])
                let change = try draft.sealed(by: signer, salt: .random(using: &generator)).value
                tips[device] = (change.header.seq, change.id)
                changes.append(Self.marked(change, Mark(rawValue: letter) ?? .valid))
            }
            self.changes = changes
        }

        private static func marked(_ change: Change, _ mark: Mark) -> Change {
            let bad = change.signature?.map { ~$0 }
            let signature = mark == .valid ? change.signature : mark == .bad ? bad : nil
            return Change(header: change.header, signature: signature, body: change.body)
        }
    }

    /// For each change: checked itself (`c`), covered by a later one (`.`), or unproven (`?`).
    private func outcome(_ changes: [Change]) -> String {
        let result = Verification.verify(changes)
        let checked = Dictionary(uniqueKeysWithValues: result.verified.map { ($0.value.id, $0.isSignatureChecked) })
        #expect(result.verified.map(\.value.id) == changes.map(\.id).filter { checked[$0] != nil })
        #expect(result.unproven == changes.map(\.id).filter { checked[$0] == nil })
        return String(changes.map { checked[$0.id].map { $0 ? "c" : "." } ?? "?" })
    }

    private static let cases: [(devices: String, marks: String, outcome: String)] = [
        ("", "", ""), ("a", "v", "c"), ("a", "x", "?"), ("a", "-", "?"),
        // One signature covers a run, whatever the earlier ones are.
        ("aaaaa", "----v", "....c"), ("aaaaa", "vvvvv", "....c"), ("aaaaa", "x-x-v", "....c"),
        // Without a good last signature, an earlier one proves what it covers.
        ("aaaaa", "--v-x", "..c??"), ("aaaaa", "v---x", "c????"), ("aaaaa", "-----", "?????"), ("aaaaa", "xvxvx", "...c?"),
        // Each device's run stands on its own.
        ("ababab", "----vv", "....cc"), ("ababab", "----v-", ".?.?c?"), ("ababab", "---vv-", "...cc?"),
        ("abcabc", "vxv-xv", "c?.??c"),
        ("aabbb", "-v--x", ".c???"), ("abaabbab", "-v--xv-v", "?.??..?c"),
    ]

    @Test("one signature a run is checked, and what none covers is unproven", arguments: cases.indices)
    func runs(index: Int) throws {
        let (devices, marks, expected) = Self.cases[index]
        #expect(outcome(try Run(devices: devices, marks: marks).changes) == expected, "\(devices) \(marks)")
    }

    @Test("a signature does not reach over a gap in the chain")
    func brokenChain() throws {
        var changes = try Run(devices: "aaaaa", marks: "--v-v").changes
        changes.remove(at: 3)
        #expect(outcome(changes) == "..cc")
        changes.remove(at: 1)
        #expect(outcome(changes) == "?cc")
    }

    @Test("a change before the one it follows is covered by nothing")
    func wrongOrder() throws {
        #expect(outcome(try Run(devices: "aa", marks: "-v").changes.reversed()) == "c?")
    }

    @Test("a device cannot vouch for another's change")
    func foreignChain() throws {
        let victim = try Run(devices: "b", marks: "-").changes[0]
        var generator = SeededGenerator(seed: 2)
        let draft = Draft(
            space: victim.space, seq: 1, previous: victim.id, membership: ChangeID(.zero), claimedTime: 0, operations: [])
        let thief = try draft.sealed(by: DeviceKeys(using: &generator), salt: .zero).value
        #expect(outcome([victim, thief]) == "?c")
    }

    @Test("how changes are batched does not matter, as long as every batch ends on a signature")
    func batches() throws {
        let signed = try Run(devices: "abaabbab", marks: "vvvvvvvv").changes
        for cut in 0...signed.count {
            let parts = [Array(signed[..<cut]), Array(signed[cut...])]
            #expect(parts.flatMap { Verification.verify($0).unproven }.isEmpty, "cut at \(cut)")
        }
    }

    @Test("a signature covers no change of another device, even if its change names that as the one before")
    func otherDevice() throws {
        var generator = SeededGenerator(seed: 3)
        let (victim, thief) = (try DeviceKeys(using: &generator), try DeviceKeys(using: &generator))
        let space = SpaceID(.random(using: &generator))
        func change(_ seq: UInt64, after previous: ChangeID?, by keys: DeviceKeys) throws -> Change {
            try Draft(
                space: space, seq: seq, previous: previous, parents: previous == nil ? [ChangeID(space.raw)] : [],
                membership: ChangeID(space.raw), claimedTime: 0, operations: []
            ).sealed(by: keys, salt: .random(using: &generator)).value
        }
        let signed = try change(0, after: nil, by: victim)
        let forged = Change(header: signed.header, signature: nil, body: signed.body)
        let cover = try change(1, after: forged.id, by: thief)
        #expect(Verification.verify([forged, cover]).unproven == [forged.id])
    }
}
