/// Why a history could not be exported, or cannot be trusted as it is.
package struct EvidenceError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The export was refused: nothing is damaged.
        case refused
        /// What was asked to be shown or withheld does not exist, or cannot be withheld.
        case badSelection
        case missingFile, unknownFile
        case malformed, badKey, badSignature, badDigest, badCommitment
        case wrongOrder, gap, unproven
        case badAuthor, wrongHeads, wrongRendering
    }

    package let code: Code
    /// The file at fault; nil if it is none.
    package let file: String?
    /// A sentence for people: what is wrong, with what, and where it helps what to do.
    package let description: String

    package init(_ code: Code, in file: String? = nil, _ description: String) {
        self.code = code
        self.file = file
        self.description = description
    }

    package static func == (first: EvidenceError, second: EvidenceError) -> Bool {
        first.code == second.code && first.file == second.file
    }

    /// Whether something that was handed over is not what it says, rather than something asked for being refused.
    package var isDamage: Bool { code != .refused && code != .badSelection }
}
