import Foundation
import Support

/// One side at work on the contract, knowing what it has done itself and what arrived with the last sync.
struct Worker: Sendable {
    /// How often a verb was done, and how often it was refused with a sentence.
    struct Tally: Sendable {
        var done = 0
        var refused = 0
    }

    let person: Person
    let isClient: Bool
    private(set) var words: Words
    private(set) var tallies: [Verb: Tally] = [:]
    private var plan: [Verb]
    /// Messages of one's own, and of the other side.
    private var own: [String] = []
    private var messages: [String] = []
    private var slots: [UInt64] = []
    private var files: [String] = []
    private var contents: [String: [UInt8]] = [:]

    init(_ person: Person, isClient: Bool, operations: Int, seed: UInt64) {
        self.person = person
        self.isClient = isClient
        var generator = SeededGenerator(seed: seed)
        plan = Verb.plan(operations, forClient: isClient, using: &generator)
        words = Words(seed: generator.next())
    }

    var operations: Int { tallies.values.reduce(0) { $0 + $1.done + $1.refused } }

    /// Takes note of what is in the contract now.
    mutating func look() async throws {
        let contract = try await person.contract()
        messages = contract.messages.map(\.id).filter { !own.contains($0) }
        slots = contract.diary.map(\.start)
        files = contract.files.map(\.name)
    }

    /// Does the next part of the plan, and returns who it has become by that.
    func working(_ count: Int) async throws -> Worker {
        var worker = self
        for verb in plan.prefix(count) { try await worker.perform(verb) }
        worker.plan.removeFirst(min(count, plan.count))
        return worker
    }

    private mutating func perform(_ verb: Verb) async throws {
        let outcome = try await person.attempt(verb.words + (try await arguments(of: verb)) + ["--json"])
        if outcome.isRefusal {
            tallies[verb, default: Tally()].refused += 1
        } else if outcome.end == .exited(0) {
            tallies[verb, default: Tally()].done += 1
            try learn(from: outcome, of: verb)
        } else {
            throw CommandFailed(outcome: outcome)
        }
    }

    private mutating func learn(from outcome: Outcome, of verb: Verb) throws {
        switch verb {
        case .messageSend: own.append(try outcome.answer(MessageAnswer.self).id)
        case .diaryAdd, .diaryStop: slots += try outcome.answer(SlotsAnswer.self).slots.map(\.start)
        case .filePut: files.append(try outcome.answer(ContractAnswer.File.self).name)
        case .fileGet:
            let name = try outcome.answer(ContractAnswer.File.self).name
            let got = try Data(contentsOf: person.folder.appendingPathComponent(downloadName))
            guard contents[name].map({ Data($0) == got }) ?? true else {
                throw Unexpected("\(name) came back with other content")
            }
        default: break
        }
    }
}

extension Worker {
    /// What follows the verb's own words.
    private mutating func arguments(of verb: Verb) async throws -> [String] {
        let contract = Scene.contract
        switch verb {
        case .diaryStop: return ["--memo", words.sentence()]
        case .diaryStatus, .contractList: return []
        case .messageSearch: return ["--in", contract, words.pick(of: words.marks) ?? "nothing"]
        case .diaryAdd:
            return [contract, "--from", time(newSlot()), "--slots", String(words.pick(1..<5)), "--memo", words.sentence()]
        case .diaryEdit:
            return [
                contract, "--start", time(knownSlot()), "--memo", words.sentence(), "--activity", String(words.pick(0..<500)),
            ]
        case .diaryDelete: return [contract, "--start", time(knownSlot())]
        case .diaryStart: return [contract, "--memo", words.sentence()]
        case .diaryWeek: return [contract, "--of", String(time(knownSlot()).prefix(10))]
        case .messageSend: return [contract, words.sentence()] + (words.chance(10) ? ["--file", try newFile()] : [])
        case .messageEdit: return [contract, words.pick(of: words.chance(85) ? own : messages) ?? "change_0", words.sentence()]
        case .filePut: return [contract, try newFile()]
        case .fileGet: return [contract, words.pick(of: files) ?? "nothing", "--to", try freshDownload()]
        case .milestoneSubmit, .milestoneChanges:
            return [contract, words.chance(75) ? "Design" : "2", "--note", words.sentence()]
        case .contractEdit: return [contract, "--terms", try await newDraft()]
        case .messageList, .fileList, .milestoneList, .contractShow, .contractHistory: return [contract]
        }
    }

    private var downloadName: String { "download-\(person.name)" }

    /// A place for a download, without what was there before.
    private func freshDownload() throws -> String {
        let file = person.folder.appendingPathComponent(downloadName)
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        return file.path
    }

    private mutating func newFile() throws -> String {
        let name = words.mark() + ".txt"
        let content = words.content()
        contents[name] = content
        let file = person.folder.appendingPathComponent(name)
        try Data(content).write(to: file)
        return file.path
    }

    private mutating func newDraft() async throws -> String {
        let text = words.edited(try await person.contract().terms.text)
        let file = person.folder.appendingPathComponent("draft-\(person.name).txt")
        try Data(text.utf8).write(to: file)
        return file.path
    }

    /// One of the slots of a few days, so that time is often entered where some was before.
    private mutating func newSlot() -> UInt64 {
        let start: UInt64 = 1_795_942_800_000
        return start + UInt64(words.pick(0..<300)) * 600_000
    }

    private mutating func knownSlot() -> UInt64 { words.pick(of: slots) ?? newSlot() }

    private func time(_ milliseconds: UInt64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }
}
