public import Replica

/// Something that waits for the agent, or for somebody else while money is held.
public struct DutyView: Codable, Hashable, Sendable {
    public let contract: String
    public let title: String
    public let milestone: Int?
    /// `serve`, `deposit`, `sign`, `dispute`, `payout` or `wait`.
    public let kind: String
    /// What it is, for people.
    public let sentence: String
    public let amount: MoneyView?
    /// The words on the payment that it waits for or makes.
    public let reference: String?
    /// When it comes due, in milliseconds since 1970 UTC.
    public let due: UInt64?
}

/// An act that an agent's command has signed.
public struct SignedView: Codable, Hashable, Sendable {
    public let contract: String
    public let title: String
    public let milestone: Int?
    public let sentence: String
    public let amount: MoneyView?
}

/// What was read from a bank's statement.
public struct StatementReport: Codable, Hashable, Sendable {
    public struct Line: Codable, Hashable, Sendable {
        public let day: String
        /// Negative for a debit.
        public let amount: MoneyView
        public let counterparty: String?
        public let text: String
        /// `funding`, `payout`, `refund`, `unmatched` or `known`.
        public let use: String
        /// What became of it, for people.
        public let sentence: String
    }

    public let statements: Int
    public let lines: [Line]
    /// Entries that are pending or for information only.
    public let unbooked: Int
    /// Statements whose opening balance and entries do not make their closing balance.
    public let inconsistent: [String]
}

/// Files of payments, and what they pay.
public struct PayoutReport: Codable, Hashable, Sendable {
    public struct Line: Codable, Hashable, Sendable {
        /// `payout` or `refund`.
        public let kind: String
        public let to: String
        public let destination: String
        public let amount: MoneyView
        public let reference: String
    }

    public let files: [String]
    public let lines: [Line]
    /// What cannot be paid yet, and why.
    public let waiting: [String]
}

/// One currency of an agent's books beside its bank.
public struct Reconciliation: Codable, Hashable, Sendable {
    public struct Line: Codable, Hashable, Sendable {
        public let name: String
        public let amount: MoneyView
    }

    public let currency: String
    /// What the signed receipts and accounts say is in the bank, line by line.
    public let books: [Line]
    public let expected: MoneyView
    /// What the statements say, line by line; nil without a statement in this currency.
    public let statement: MoneyView?
    public let difference: MoneyView?
    public let agrees: Bool
    /// Entries that were matched with nothing.
    public let unmatched: [String]
}

/// What a freelancer has earned and received, with every line that makes it.
public struct BalanceView: Codable, Hashable, Sendable {
    public struct Line: Codable, Hashable, Sendable {
        public let sentence: String
        public let amount: MoneyView
    }

    public struct Currency: Codable, Hashable, Sendable {
        public let currency: String
        /// Held on milestones: not yet anybody's.
        public let held: MoneyView
        /// What can be paid out now.
        public let available: MoneyView
        public let lines: [Line]
    }

    public let currencies: [Currency]
}

public struct PayoutMethodView: Codable, Hashable, Sendable {
    public let name: String
    public let kind: String
    public let destination: String
    public let holder: String
    public let agent: String
    /// When it may first be used; nil until the agent has seen it.
    public let usableFrom: UInt64?
}

public struct PayoutView: Codable, Hashable, Sendable {
    public let id: String
    public let amount: MoneyView
    public let method: String
    /// `requested`, `withdrawn`, `sent`, `settled` or `failed`.
    public let status: String
    public let time: UInt64?
    public let reason: String?
    public let reference: String
    public let agent: String
}
