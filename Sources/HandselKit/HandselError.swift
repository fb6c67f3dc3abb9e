import Banking
import Canon
import Documents
import Ledger
import Replica
import Store
import Sync
import Transport

/// What went wrong, as a sentence that a person can act on.
public struct HandselError: Error, CustomStringConvertible, Sendable {
    public enum Code: String, Codable, Sendable {
        case noReplica, alreadyExists, refused, notFound, ambiguous, usage, damaged, network
        /// The key file is sealed, and its passphrase was not given.
        case locked
        /// The replica is a copy, which is read alone.
        case copied
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// 1 refused, 2 wrong usage, 3 damaged or unverifiable data.
    public var exitCode: Int32 {
        switch code {
        case .usage: 2
        case .damaged: 3
        default: 1
        }
    }

    /// The sentence and exit code for an error of any part of Handsel.
    public static func from(_ error: any Error) -> HandselError {
        switch error {
        case let error as HandselError: error
        case let error as ReplicaError: HandselError(code(of: error), error.description)
        case let error as StoreError:
            HandselError([.damaged, .notAStore].contains(error.code) ? .damaged : .refused, error.description)
        case let error as LedgerError: HandselError(error.code == .badCode ? .usage : .damaged, error.description)
        case let error as CanonError: HandselError(.damaged, "The data is damaged: \(error.description).")
        case let error as DocumentError: HandselError(.refused, error.description)
        case let error as BankingError: HandselError(.refused, error.description)
        case let error as SyncError: HandselError(error.code == .refusedByPeer ? .refused : .damaged, error.description)
        case let error as TransportError: HandselError(.network, error.description)
        case is CancellationError: HandselError(.refused, "Stopped before it was through. Run it again to go on.")
        default: StoreError(error).map(from) ?? HandselError(.refused, String(describing: error))
        }
    }

    private static func code(of error: ReplicaError) -> Code {
        switch error.code {
        case .refused, .tooLong, .notReadable: .refused
        case .copied: .copied
        case .notFound: .notFound
        case .ambiguous: .ambiguous
        case .noIdentity: .noReplica
        case .alreadyExists: .alreadyExists
        case .damaged: .damaged
        }
    }
}
