import Agreement
import Canon
import Documents
import Ledger

/// Folds the disclosed changes of a history, in their linear order, as a replica does.
struct ChronicleFold {
    struct Message {
        let sent: CheckedHistory.Entry
        let stamp: Stamp
        let person: PersonID
        let files: [FileReference]
        var text = Register<String>()
        var wordings: [(time: UInt64, text: String)] = []
    }

    struct SignedOperation {
        let act: Act
        let entry: CheckedHistory.Entry
        let void: String?
    }

    private static let notAMember = "its author is not a member"
    private static let cannotSign = "its device signs no acts: an agent or a mediator signs on one device alone"

    let history: CheckedHistory
    private(set) var names: [PersonID: Register<String>] = [:]
    private(set) var prose: [Bytes32: Prose] = [:]
    private(set) var messages: [ChangeID: Message] = [:]
    private(set) var diary: [SlotKey: Register<DiaryEntry?>] = [:]
    private(set) var fold = ActFold<ContractState>()
    private(set) var acts: [SignedOperation] = []
    private(set) var shown: [PersonID?: [String: Int]] = [:]
    private(set) var void: [(entry: CheckedHistory.Entry, reason: String)] = []

    init(_ history: CheckedHistory) {
        self.history = history
        for entry in history.entries { take(entry) }
    }

    /// Whether every change about money is shown, so that the rules can be applied.
    var isMoneyShown: Bool {
        history.entries.allSatisfy { $0.record.header.audience != .money || $0.record.disclosure != nil }
    }

    private mutating func take(_ entry: CheckedHistory.Entry) {
        guard entry.record.disclosure != nil else { return }
        guard let plaintext = entry.plaintext else { return hold(entry, "its body does not match its commitment") }
        guard let operations = try? Body.decode(plaintext) else { return hold(entry, "its body is damaged") }
        let person = history.roster.author(of: entry.device)
        for operation in operations { shown[person, default: [:]][operation.kind, default: 0] += 1 }
        if let cause = history.control.standing.cause(against: entry.placement) { return hold(entry, cause.rawValue) }
        guard entry.record.header.audience != .control else { return takeControl(entry) }
        guard let person else { return hold(entry, Self.notAMember) }
        var assertions: [Assertion] = []
        for operation in operations {
            do {
                guard let assertion = try Assertion(operation) else {
                    return hold(entry, "it contains something that this version does not know")
                }
                assertions.append(assertion)
            } catch { return hold(entry, "its body is damaged: \(error)") }
        }
        for (ordinal, assertion) in assertions.enumerated() {
            let moment = Moment(stamp: entry.placement.stamp.operation(ordinal), past: entry.placement.past)
            if assertion.audience != entry.record.header.audience {
                hold(entry, "it was sealed for the wrong audience")
            } else if let reason = take(assertion, of: entry, by: person, at: moment) {
                hold(entry, reason)
            }
        }
    }

    private mutating func takeControl(_ entry: CheckedHistory.Entry) {
        if (try? Admission.controlOperations(of: entry.record.change))?.isEmpty ?? true {
            hold(entry, "it contains something that this version does not know")
        }
    }

    private mutating func hold(_ entry: CheckedHistory.Entry, _ reason: String) { void.append((entry, reason)) }

    /// Why an edit has no effect; acts are kept with their own reasons.
    private mutating func take(
        _ assertion: Assertion, of entry: CheckedHistory.Entry, by person: PersonID, at moment: Moment
    ) -> String? {
        switch assertion {
        case .act(let act):
            guard let role = history.roster.signingRole(of: entry.device, knownAt: moment.past) else { return Self.cannotSign }
            let reason = fold.append(SignedAct(act, at: moment, by: role, of: person))
            acts.append(SignedOperation(act: act, entry: entry, void: reason))
        case .edit(.diary(let slot, let device, let record)):
            let key = SlotKey(slot: slot, device: device ?? entry.device)
            guard history.roster.roles[person] == .freelancer, history.roster.certificates[key.device]?.person == person else {
                return "only the freelancer edits time, and only their own"
            }
            diary[key, default: Register()].write(record, at: moment)
        case .edit(.statement(let statement)), .edit(.hearing(let statement)): prose[statement.hash] = statement
        case .edit(.message(let text, let files)): return send(text, files, of: entry, by: person, at: moment)
        case .edit(.editMessage(let message, let text)): return reword(message, text, of: entry, by: person, at: moment)
        case .edit(.name(let name)): names[person, default: Register()].write(name, at: moment)
        case .edit(.memo), .edit(.terms), .edit(.file): break
        case .account: return "it counts in an account only"
        }
        return nil
    }

    private mutating func send(
        _ text: String, _ files: [FileReference], of entry: CheckedHistory.Entry, by person: PersonID, at moment: Moment
    ) -> String? {
        guard messages[entry.record.id] == nil else { return "its change has sent a message already" }
        var message = Message(sent: entry, stamp: moment.stamp, person: person, files: files)
        message.text.write(text, at: moment)
        message.wordings.append((entry.record.header.claimedTime, text))
        messages[entry.record.id] = message
        return nil
    }

    private mutating func reword(
        _ id: ChangeID, _ text: String, of entry: CheckedHistory.Entry, by person: PersonID, at moment: Moment
    ) -> String? {
        guard let message = messages[id], moment.hasSeen(message.stamp) else { return "there is no such message" }
        guard message.person == person else { return "only its author edits a message" }
        messages[id]?.text.write(text, at: moment)
        messages[id]?.wordings.append((entry.record.header.claimedTime, text))
        return nil
    }
}
