import Agreement
import Canon
import Documents
import Foundation
import Ledger
import Replica
import Store
import Support

/// What a person does at random in the contract: each time one action, in one transaction but for a file.
struct Work {
    let replica: Replica
    let space: SpaceID
    let role: Role

    func act(using generator: inout SeededGenerator) throws {
        switch generator.pick(0..<12) {
        case 0..<4: try send("note \(generator.next())")
        // Longer than a page of the database, so that a transaction has many frames.
        case 4: try send(String(repeating: "long \(generator.next()) ", count: generator.pick(200..<2_000)))
        case 5: try attach(using: &generator)
        case 6, 7: try editTerms(using: &generator)
        case 8: try actOnMilestone()
        default: if role == .freelancer { try record(using: &generator) } else { try send("well \(generator.next())") }
        }
    }

    func send(_ text: String) throws {
        try replica.commit(in: space) { _ = try $0.write([.edit(.message(text: text, files: []))]) }
    }

    private func attach(using generator: inout SeededGenerator) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("handsel-file-\(UUID().uuidString)")
        try Data(generator.bytes(generator.pick(1..<20_000))).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try replica.attach(path: url.path)
        try replica.commit(in: space) { _ = try $0.write([.edit(.message(text: "a file", files: [file]))], blobs: [file.blob]) }
    }

    private func editTerms(using generator: inout SeededGenerator) throws {
        let count = try replica.termsText(of: space).unicodeScalars.count
        let position = generator.pick(0..<min(count, 4) + 1)
        let deleted = generator.pick(0..<min(count - position, 2) + 1)
        let inserted = "t\(generator.pick(0..<100)) "
        try replica.commit(in: space) { composer in
            let operations = try composer.termsOperations(for: [TextPatch(position, deleting: deleted, inserting: inserted)])
            try composer.write([.edit(.terms(payload: TextOperation.encoded(operations)))])
        }
    }

    private func actOnMilestone() throws {
        try replica.commit(in: space) { composer in
            let prose = Prose(salt: composer.randomSalt(), text: "as agreed")
            guard let milestone = try composer.state().milestone(1) else { return }
            let act: Act =
                role == .freelancer
                ? .submit(milestone: 1, round: milestone.round + 1, statement: prose.hash)
                : .requestChanges(milestone: 1, round: milestone.round, statement: prose.hash)
            guard try composer.state().reasonToRefuse(act, by: role) == nil else { return }
            try composer.write([.edit(.statement(prose))])
            try composer.sign(act)
        }
    }

    private func record(using generator: inout SeededGenerator) throws {
        let slot = Slot(number: 2_900_000 + UInt64(generator.pick(0..<6)))
        let memo = "memo \(generator.pick(0..<9))"
        try replica.commit(in: space) { composer in
            try composer.write([.edit(.memo(slot, device: nil, salt: composer.randomSalt(), text: memo))])
            try composer.write([.edit(.diary(slot, device: nil, DiaryEntry(activity: 3, isManual: true, memo: nil)))])
        }
    }
}
