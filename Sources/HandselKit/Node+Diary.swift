import Agreement
import Canon
import Foundation
import Ledger
public import Replica

/// The running timer.
public struct TimerView: Codable, Hashable, Sendable {
    public let contract: String
    public let title: String
    public let started: UInt64
    public let memo: String
}

/// A day of a week's diary.
public struct DayView: Codable, Hashable, Sendable {
    public let day: String
    public let slots: Int
    public let minutes: Int
}

/// A week of the diary, Monday to Sunday UTC.
public struct WeekView: Codable, Hashable, Sendable {
    public let contract: String
    public let monday: String
    public let slots: [SlotView]
    public let perDay: [DayView]
    public let totalMinutes: Int
}

extension Node {
    /// Slots that one command may record: a week.
    private static let slotLimit = 7 * 24 * 6

    public func startTimer(_ ref: String, memo: String) throws -> TimerView {
        let contract = try replica.contract(try replica.resolve(ref))
        guard contract.viewer.role == Role.freelancer.rawValue else {
            throw HandselError(.refused, "Only the freelancer keeps a work diary.")
        }
        try checkMemo(memo)
        if let running = try timer() {
            throw HandselError(
                .refused, "The timer is running already, on \"\(running.title)\". Stop it with `handsel diary stop`.")
        }
        guard let space = SpaceID(text: contract.id) else { throw HandselError(.notFound, "There is no contract \(ref).") }
        try replica.setTimer(RunningTimer(space: space, started: now, memo: memo))
        return TimerView(contract: contract.id, title: contract.title, started: now, memo: memo)
    }

    public func timer() throws -> TimerView? {
        guard let timer = try replica.timer() else { return nil }
        return TimerView(
            contract: timer.space.description, title: try replica.contract(timer.space).title, started: timer.started,
            memo: timer.memo)
    }

    /// Stops the timer and records the slots in which it ran at least half the time, or the one it ran in most.
    public func stopTimer(memo: String?, activity: UInt64?) throws -> [SlotView] {
        guard let timer = try replica.timer() else {
            throw HandselError(.refused, "No timer is running. Start one with `handsel diary start`.")
        }
        let slots = Self.slots(from: timer.started, to: now)
        let recorded = try record(
            Array(slots.prefix(Self.slotLimit)), in: timer.space, memo: memo ?? timer.memo, isManual: false,
            activity: (activity ?? 0) / UInt64(max(1, slots.count)))
        try replica.setTimer(nil)
        return recorded
    }

    static func slots(from start: UInt64, to end: UInt64) -> [Slot] {
        let first = Slot(containing: start)
        let last = Slot(containing: max(start, end))
        func overlap(_ slot: Slot) -> UInt64 { min(end, slot.start + Slot.milliseconds) - max(start, slot.start) }
        let all = (first.number...last.number).map(Slot.init(number:))
        let half = all.filter { overlap($0) >= Slot.milliseconds / 2 }
        return half.isEmpty ? all.max { overlap($0) < overlap($1) }.map { [$0] } ?? [] : half
    }

    /// Enters time by hand.
    public func addTime(_ ref: String, from: UInt64, slots: Int, memo: String, activity: UInt64) throws -> [SlotView] {
        guard (1...Self.slotLimit).contains(slots) else {
            throw HandselError(.usage, "Enter between 1 and \(Self.slotLimit) slots of ten minutes at a time.")
        }
        guard from < UInt64(Int64.max) / 2 else { throw HandselError(.usage, "That time is too far in the future.") }
        let first = Slot(containing: from).number
        let numbers = (first..<first + UInt64(slots)).map(Slot.init(number:))
        return try record(numbers, in: try replica.resolve(ref), memo: memo, isManual: true, activity: activity)
    }

    /// One change for the memos, one for the time that cites them.
    private func record(
        _ slots: [Slot], in space: SpaceID, memo: String, isManual: Bool, activity: UInt64
    ) throws -> [SlotView] {
        try checkMemo(memo)
        try replica.commit(in: space) { composer in
            try Self.checkFreelancer(composer)
            let salts = slots.map { _ in composer.randomSalt() }
            let isNoted = !memo.isEmpty
            if isNoted {
                try composer.write(zip(slots, salts).map { .edit(.memo($0, device: nil, salt: $1, text: memo)) })
            }
            try composer.write(
                zip(slots, salts).map { slot, salt in
                    let hash = isNoted ? Derivation.proseHash(salt: salt, prose: Array(memo.utf8)) : nil
                    return .edit(.diary(slot, device: nil, DiaryEntry(activity: activity, isManual: isManual, memo: hash)))
                })
        }
        let own = replica.device.description
        let recorded = Set(slots.map(\.start))
        return try entries(of: space, from: slots.first, to: slots.last).filter {
            $0.device == own && recorded.contains($0.start)
        }
    }

    private static nonisolated func checkFreelancer(_ composer: Composer) throws {
        guard try composer.role() == .freelancer else {
            throw HandselError(.refused, "Only the freelancer edits time; the client comments on it.")
        }
    }

    private func checkMemo(_ memo: String) throws {
        guard memo.utf8.count <= AgreementLimits.memo else {
            throw HandselError(.refused, "A memo has at most \(AgreementLimits.memo) bytes. Shorten it.")
        }
    }

    private func entries(of space: SpaceID, from: Slot?, to: Slot?) throws -> [SlotView] {
        guard let from, let to else { return [] }
        return try replica.diary(of: space, from: from, to: Slot(number: to.number + 1))
    }

    /// One's own entry in the slot that begins at, or contains, `start`.
    private func entry(_ space: SpaceID, at start: UInt64) throws -> (view: SlotView, slot: Slot, device: DeviceID) {
        let slot = Slot(containing: start)
        let person = try replica.identity().person.description
        guard let view = try entries(of: space, from: slot, to: slot).first(where: { $0.person == person }),
            let device = DeviceID(text: view.device)
        else {
            throw HandselError(.notFound, "Nothing of yours is recorded in that slot. `handsel diary week` shows what is.")
        }
        return (view, slot, device)
    }

    public func editSlot(_ ref: String, start: UInt64, memo: String?, activity: UInt64?) throws -> SlotView {
        let space = try replica.resolve(ref)
        if let memo { try checkMemo(memo) }
        let (view, slot, device) = try entry(space, at: start)
        try replica.commit(in: space) { composer in
            try Self.checkFreelancer(composer)
            let text = memo ?? view.memo ?? ""
            let salt = composer.randomSalt()
            try composer.write([.edit(.memo(slot, device: device, salt: salt, text: text))])
            let hash = Derivation.proseHash(salt: salt, prose: Array(text.utf8))
            let entry = DiaryEntry(activity: activity ?? view.activity, isManual: view.isManual, memo: hash)
            try composer.write([.edit(.diary(slot, device: device, entry))])
        }
        return try entry(space, at: start).view
    }

    /// Removes an entry of one's own; returns it as it was.
    public func deleteSlot(_ ref: String, start: UInt64) throws -> SlotView {
        let space = try replica.resolve(ref)
        let (view, slot, device) = try entry(space, at: start)
        try replica.commit(in: space) { composer in
            try Self.checkFreelancer(composer)
            try composer.write([.edit(.diary(slot, device: device, nil))])
        }
        return view
    }

    /// The week that contains a time, by default the present one.
    public func week(_ ref: String, containing time: UInt64?) throws -> WeekView {
        let space = try replica.resolve(ref)
        let day: UInt64 = 86_400_000
        let epochMonday: UInt64 = 4 * day  // 5 January 1970
        let monday = ((time ?? now) + 7 * day - epochMonday) / (7 * day) * (7 * day) + epochMonday - 7 * day
        let slots = try replica.diary(of: space, from: Slot(containing: monday), to: Slot(containing: monday + 7 * day))
        let perDay = (UInt64(0)..<7).map { index in
            let start = monday + index * day
            let worked = Set(slots.filter { $0.start >= start && $0.start < start + day }.map(\.start)).count
            return DayView(day: Self.dayText(start), slots: worked, minutes: worked * 10)
        }
        return WeekView(
            contract: space.description, monday: Self.dayText(monday), slots: slots, perDay: perDay,
            totalMinutes: perDay.reduce(0) { $0 + $1.minutes })
    }

    private static func dayText(_ time: UInt64) -> String {
        Date(timeIntervalSince1970: Double(time) / 1_000).formatted(.iso8601.year().month().day())
    }
}
