import Canon
import Ledger
import LedgerSupport
import Support
import Testing

@testable import Evidence

/// Something an exporter tries, and what it has to be refused with.
struct Cheat: Sendable, CustomStringConvertible {
    let description: String
    let code: EvidenceError.Code
    /// Whether it is found without rendering the history again, which the Python script does not do.
    var isInChanges = true
    let apply: @Sendable (inout Forgery, Story) throws -> Void

    func files(_ story: Story) throws -> [String: [UInt8]] {
        var forgery = try Forgery(try story.export(withhold: ["messages"]), by: story.client.keys)
        try apply(&forgery, story)
        return try forgery.sealed()
    }

    static let all = dropping + swapping + signing + claiming
}

extension Forgery {
    /// The last change of the other side, which the exporter has seen and signed for.
    fileprivate func lastSeen(of device: DeviceID, by other: DeviceID) -> Int {
        let parents = records.filter { $0.header.device == other }.flatMap(\.header.parents)
        return last { $0.header.device == device && parents.contains($0.id) }
    }
}

extension Cheat {
    private static let dropping = [
        Cheat(description: "a change is dropped", code: .gap) { forgery, story in
            let index = forgery.lastSeen(of: story.freelancer.id, by: story.client.id)
            forgery.records.remove(at: index)
            forgery.claimHeads()
        },
        Cheat(description: "the last changes of the other side are dropped, though they were signed for", code: .gap) {
            let (device, exporter) = ($1.freelancer.id, $1.client.id)
            let seq = $0.records[$0.lastSeen(of: device, by: exporter)].header.seq
            $0.records.removeAll { $0.header.device == device && $0.header.seq >= seq }
            $0.claimHeads()
        },
        Cheat(description: "the exporter's own last changes are dropped, though the other side signed for them", code: .gap) {
            let (device, exporter) = ($1.client.id, $1.freelancer.id)
            let seq = $0.records[$0.lastSeen(of: device, by: exporter)].header.seq
            $0.records.removeAll { $0.header.device == device && $0.header.seq >= seq }
            $0.claimHeads()
        },
        Cheat(description: "the founding is dropped", code: .gap) { forgery, _ in forgery.records.removeFirst() },
        Cheat(description: "an unsealed body is withheld", code: .malformed) { forgery, _ in
            try forgery.replace(1, disclosure: .some(nil))
        },
    ]

    private static let swapping = [
        Cheat(description: "a body is swapped for another", code: .badDigest) { forgery, story in
            let offer = forgery.last { $0.id == story.offer }
            let other = forgery.last { $0.id == story.acceptance }
            let key = try #require(forgery.records[offer].disclosure).changeKey
            let body = try #require(forgery.records[other].disclosure).body
            try forgery.replace(offer, disclosure: HistoryRecord.Disclosure(body: body, changeKey: key))
        },
        Cheat(description: "a key is swapped for another", code: .badCommitment) { forgery, story in
            let offer = forgery.last { $0.id == story.offer }
            let body = try #require(forgery.records[offer].disclosure).body
            try forgery.replace(offer, disclosure: HistoryRecord.Disclosure(body: body, changeKey: .zero))
        },
        Cheat(description: "an unsealed body has a key that is not its salt", code: .badCommitment) { forgery, _ in
            let body = try #require(forgery.records[1].disclosure).body
            try forgery.replace(1, disclosure: HistoryRecord.Disclosure(body: body, changeKey: .zero))
        },
        Cheat(description: "two changes stand in the other order", code: .wrongOrder) { forgery, _ in
            forgery.records.swapAt(8, 9)
        },
        Cheat(description: "two changes that had not seen one another stand in the other order", code: .wrongOrder) {
            forgery, _ in
            forgery.records.swapAt(forgery.records.count - 2, forgery.records.count - 1)
        },
        Cheat(description: "a change stands there twice", code: .wrongOrder) { forgery, _ in
            forgery.records.insert(forgery.records[5], at: 6)
        },
        Cheat(description: "a withheld change of the exporter's is replaced by another", code: .gap) { forgery, story in
            let index = forgery.last { $0.id == story.secret }
            try forgery.alterHeader(index, signedBy: story.client.keys.signing) { $0.claimedTime += 1 }
        },
        Cheat(description: "a withheld change of the other side is replaced by another", code: .gap) { forgery, story in
            let index = forgery.first { $0.disclosure == nil && $0.header.device == story.freelancer.id }
            try forgery.replace(index, signature: .some(nil))
            try forgery.alterHeader(index) { $0.claimedTime += 1 }
        },
        Cheat(description: "the exporter makes another change in the place of one of their own", code: .wrongHeads) {
            forgery, story in
            let index = forgery.last { $0.header.device == story.client.id && $0.header.audience.isSealed }
            let original = forgery.records[index]
            try forgery.alterHeader(index, signedBy: story.client.keys.signing) { $0.claimedTime += 1 }
            forgery.records.insert(original, at: index)
        },
    ]

    private static let signing = [
        Cheat(description: "the last change of a log is another's", code: .badSignature) { forgery, story in
            let index = forgery.last { $0.header.device == story.freelancer.id }
            try forgery.alterHeader(index) { $0.claimedTime += 1 }
            forgery.claimHeads()
        },
        Cheat(description: "the exporter signs for the other side", code: .badSignature) { forgery, story in
            let index = forgery.last { $0.header.device == story.freelancer.id }
            let header = forgery.records[index].headerBytes
            try forgery.replace(index, signature: try story.client.keys.signing.sign(header, for: .change))
        },
        Cheat(description: "the signature at the end of a log is removed", code: .unproven) { forgery, story in
            try forgery.replace(forgery.last { $0.header.device == story.freelancer.id }, signature: .some(nil))
        },
        Cheat(description: "a stranger's change is added", code: .badAuthor) { forgery, story in
            var generator = SeededGenerator(seed: 9)
            let stranger = try Person(using: &generator).device(using: &generator)
            let tip = try #require(forgery.records.last)
            let draft = Draft(
                space: story.space, parents: [tip.id], membership: forgery.records[0].id, claimedTime: 0, operations: [])
            let change = try draft.sealed(by: stranger.keys, salt: .random(using: &generator)).value
            forgery.records.append(HistoryRecord(change, changeKey: change.header.salt))
            forgery.claimHeads()
        },
    ]

    private static let claiming = [
        Cheat(description: "the manifest names another head", code: .wrongHeads) { forgery, _ in
            let heads = forgery.manifest.heads
            forgery.claim(heads: heads.map { Manifest.Head(device: $0.device, seq: $0.seq + 1, change: $0.change) })
        },
        Cheat(description: "the manifest names another person", code: .badAuthor) { forgery, story in
            forgery.claim(exporter: Exporter(device: story.client.id, person: story.freelancer.person))
        },
        Cheat(description: "there is a file more", code: .unknownFile) { forgery, _ in forgery.put([1], as: "notes.txt") },
        Cheat(description: "the page says something else", code: .wrongRendering, isInChanges: false) { forgery, _ in
            let page = forgery.files[EvidenceFile.page] ?? []
            forgery.put(
                Array(String(decoding: page, as: UTF8.self).replacing("500.00", with: "900.00").utf8), as: EvidenceFile.page)
        },
        Cheat(description: "the guide says something else", code: .wrongRendering, isInChanges: false) { forgery, _ in
            forgery.put(Array("Trust me.".utf8), as: EvidenceFile.guide)
        },
    ]
}
