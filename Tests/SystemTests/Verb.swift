import Support

/// What the two sides do offline, by the command's own words.
enum Verb: String, CaseIterable, Sendable {
    case diaryAdd = "diary add"
    case diaryEdit = "diary edit"
    case diaryDelete = "diary delete"
    case diaryStart = "diary start"
    case diaryStop = "diary stop"
    case diaryStatus = "diary status"
    case diaryWeek = "diary week"
    case messageSend = "message send"
    case messageEdit = "message edit"
    case messageList = "message list"
    case messageSearch = "message search"
    case filePut = "file put"
    case fileGet = "file get"
    case fileList = "file list"
    case milestoneSubmit = "milestone submit"
    case milestoneChanges = "milestone changes"
    case milestoneList = "milestone list"
    case contractEdit = "contract edit"
    case contractShow = "contract show"
    case contractList = "contract list"
    case contractHistory = "contract history"

    /// The words before the contract's name.
    var words: [String] { rawValue.split(separator: " ").map(String.init) }

    private var isForFreelancer: Bool { self != .milestoneChanges }

    private var isForClient: Bool {
        switch self {
        case .diaryAdd, .diaryEdit, .diaryDelete, .diaryStart, .diaryStop, .milestoneSubmit: false
        default: true
        }
    }

    static func all(forClient isClient: Bool) -> [Verb] { allCases.filter { isClient ? $0.isForClient : $0.isForFreelancer } }

    /// A shuffled plan in which every verb has its share, and the one text that both sides edit a fifth of everything.
    ///
    /// It begins with what makes the things that others are done to.
    static func plan(_ count: Int, forClient isClient: Bool, using generator: inout SeededGenerator) -> [Verb] {
        let verbs = all(forClient: isClient)
        var plan = verbs.flatMap { Array(repeating: $0, count: $0 == .contractEdit ? share(20, of: count) : share(3, of: count)) }
        while plan.count < count { plan.append(generator.pick(verbs)) }
        let beginning = [diaryAdd, messageSend, filePut].filter(verbs.contains)
        for verb in beginning { plan.remove(at: plan.firstIndex(of: verb) ?? 0) }
        return beginning + plan.shuffled(using: &generator)
    }

    private static func share(_ percent: Int, of count: Int) -> Int { (count * percent + 99) / 100 }
}
