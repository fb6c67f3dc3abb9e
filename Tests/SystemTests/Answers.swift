/// What the tests read of the objects that `--json` prints.
struct ContractAnswer: Decodable {
    struct Terms: Decodable { let text: String }
    struct File: Decodable {
        let id: String
        let name: String
        let size: Int
    }
    struct Milestone: Decodable {
        let title: String
        let status: String
        let round: Int
    }

    let id: String
    let title: String
    let status: String
    let terms: Terms
    let messages: [MessageAnswer]
    let diary: [SlotsAnswer.Slot]
    let files: [File]
    let milestones: [Milestone]
}

struct MessageAnswer: Decodable {
    let id: String
    let text: String
}

struct SlotsAnswer: Decodable {
    struct Slot: Decodable {
        let start: UInt64
        let memo: String?
    }

    let slots: [Slot]
}

struct SyncAnswer: Decodable {
    struct Peer: Decodable {
        let ok: Bool
        let sentence: String
        let changesSent: Int
        let changesReceived: Int
        let roundTrips: Int
        let milliseconds: Int
    }

    let peers: [Peer]
}

struct StatusAnswer: Decodable {
    struct Space: Decodable {
        let id: String
        let kind: String
        let changes: Int
    }

    let spaces: [Space]

    /// Changes of the contracts; each person has an identity space besides.
    var contractChanges: Int { spaces.filter { $0.kind == "contract" }.reduce(0) { $0 + $1.changes } }
}

struct DoctorAnswer: Decodable {
    struct Row: Decodable, Hashable {
        let table: String
        let key: String
        let problem: String
    }

    let isHealthy: Bool
    let rows: Int
    let damaged: [Row]
    let isSearchSound: Bool
}

struct WhoAmIAnswer: Decodable {
    let name: String
    let person: String
    let device: String
}

struct InviteAnswer: Decodable { let link: String }

struct BundleAnswer: Decodable {
    let changes: Int
    let known: Int
}

struct SearchAnswer: Decodable {
    struct Hit: Decodable { let kind: String }

    let hits: [Hit]
}

struct InitAnswer: Decodable {
    struct Replica: Decodable { let device: String }

    let replica: Replica
    let recoveryCode: String
}
