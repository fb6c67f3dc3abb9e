import Agreement
import Canon
package import Ledger

/// Which bodies of a history are shown; what is not keeps its place in it, sealed.
///
/// A term is a kind of operation such as `message.send`, a group of kinds such as `messages`, a person, or the beginning of a
/// change's id. A change is shown or withheld as a whole.
package struct Selection: Sendable {
    private enum Term: Sendable {
        case kind(String)
        case group(Group)
        case person(PersonID)
        case change(ChangeID)
    }

    /// Kinds that belong together, by the name that people know.
    package enum Group: String, CaseIterable, Sendable {
        case contract, milestones, disputes, weeks, escrow
        case money, diary, terms, statements, messages, files, names

        func contains(_ kind: String, in header: Header) -> Bool {
            switch self {
            case .contract: kind.hasPrefix("contract.")
            case .milestones: kind.hasPrefix("milestone.")
            case .disputes: kind.hasPrefix("dispute.") || kind.hasPrefix("hearing.")
            case .weeks: kind.hasPrefix("week.")
            case .escrow: kind.hasPrefix("escrow.")
            case .money: header.audience == .money
            case .diary: kind.hasPrefix("diary.")
            case .terms: kind.hasPrefix("terms.")
            case .statements: kind.hasPrefix("statement.") || kind.hasPrefix("hearing.")
            case .messages: kind.hasPrefix("message.")
            case .files: kind.hasPrefix("file.") || !header.blobs.isEmpty
            case .names: kind.hasPrefix("member.")
            }
        }
    }

    /// Nil shows everything that is not withheld.
    private let only: [Term]?
    private let withheld: [Term]

    /// Shows everything.
    package static let all = Selection(only: nil, withheld: [])

    private init(only: [Term]?, withheld: [Term]) {
        self.only = only
        self.withheld = withheld
    }

    /// Reads terms about these changes.
    ///
    /// One that says nothing about them is refused, since a slip of the pen would reveal what was meant to stay hidden.
    package init(
        only: [String]? = nil, withhold: [String] = [], among changes: [Change], roster: Roster
    ) throws(EvidenceError) {
        let names = Names(
            persons: Set(roster.certificates.values.map(\.person)),
            changes: Set(changes.filter(\.header.audience.isSealed).map(\.id)))
        self.only = try only.map { terms throws(EvidenceError) in try names.terms(terms) }
        withheld = try names.terms(withhold)
    }

    /// Whether a change with these operations is shown.
    ///
    /// Nil stands for a body that cannot be read: nobody knows what it would reveal, so that any choice withholds it.
    func shows(_ header: Header, id: ChangeID, by person: PersonID?, _ operations: [Operation]?) -> Bool {
        guard let operations else { return only == nil && withheld.isEmpty }
        func matches(_ term: Term, _ kind: String) -> Bool {
            switch term {
            case .kind(let named): named == kind
            case .group(let group): group.contains(kind, in: header)
            case .person(let named): named == person
            case .change(let named): named == id
            }
        }
        return operations.map(\.kind).allSatisfy { kind in
            (only?.contains { matches($0, kind) } ?? true) && !withheld.contains { matches($0, kind) }
        }
    }

    /// What terms can name.
    private struct Names {
        let persons: Set<PersonID>
        let changes: Set<ChangeID>

        func terms(_ texts: [String]) throws(EvidenceError) -> [Term] {
            var terms: [Term] = []
            for text in texts { terms.append(try term(text)) }
            return terms
        }

        private func term(_ text: String) throws(EvidenceError) -> Term {
            if let group = Group(rawValue: text) { return .group(group) }
            if text.hasPrefix(PersonID.prefix + "_") { return .person(try only(text, of: persons)) }
            if text.hasPrefix(ChangeID.prefix + "_") { return .change(try only(text, of: changes)) }
            if ControlOperation.kinds.contains(text) {
                throw EvidenceError(
                    .badSelection, "\"\(text)\" is always shown: outsiders need it to see who may write in this space.")
            }
            guard Assertion.isKind(text) else {
                throw EvidenceError(
                    .badSelection,
                    "\"\(text)\" is neither a kind of operation such as message.send, nor a person, nor a change, nor one of the "
                        + "groups \(Group.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            return .kind(text)
        }

        private func only<ID: Identifier>(_ text: String, of known: Set<ID>) throws(EvidenceError) -> ID {
            let matches = known.filter { $0.description.hasPrefix(text.lowercased()) }
            guard let match = matches.first, matches.count == 1 else {
                throw EvidenceError(
                    .badSelection,
                    matches.isEmpty
                        ? "There is no sealed change or person \"\(text)\" in this space."
                        : "\"\(text)\" names more than one \(ID.prefix).")
            }
            return match
        }
    }
}

extension Assertion {
    /// Whether this version knows the kind: with a payload that fits none it is refused rather than unknown.
    fileprivate static func isKind(_ kind: String) -> Bool {
        do { return try Assertion(Operation(kind)) != nil } catch { return true }
    }
}
