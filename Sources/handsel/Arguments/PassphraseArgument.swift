import ArgumentParser
import Foundation
import HandselKit

/// Passphrases, which come from files and terminals and never from a command line, where others could see them.
enum PassphraseArgument {
    /// `HANDSEL_PASSPHRASE_FILE`, which `--passphrase-file` overrides.
    static let variable = "HANDSEL_PASSPHRASE_FILE"

    /// The file that a command was given, or else the environment's; nil if there is none.
    static func file(_ given: String?) -> String? {
        given ?? ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The first line of a file; `-` stands for standard input.
    static func read(file path: String) throws -> Passphrase {
        let text = try TextArgument.read(file: path)
        return try Passphrase(String(text.prefix { !$0.isNewline }))
    }

    /// The passphrase that a key file is sealed with already.
    static func current(file: String?) throws -> Passphrase {
        if let file { return try read(file: file) }
        guard PassphrasePrompt.isPossible else { return try Node.noPassphrase() }
        return try PassphrasePrompt.ask("Passphrase: ")
    }

    /// A new passphrase: from a file, or asked for twice at a terminal, or else from standard input.
    static func new(file: String?) throws -> Passphrase {
        guard file == nil, PassphrasePrompt.isPossible else { return try read(file: file ?? "-") }
        let passphrase = try PassphrasePrompt.ask("New passphrase: ")
        guard try PassphrasePrompt.ask("The same again: ") == passphrase else {
            throw HandselError(.refused, "The two passphrases are not the same, so nothing was changed. Try again.")
        }
        return passphrase
    }
}

/// Whether a command that makes a device seals its key file.
struct SealOption: ParsableArguments {
    @Flag(help: "Seal the device's key file with a passphrase, which is asked for or read from --passphrase-file.")
    var passphrase = false

    func read(_ options: GlobalOptions) throws -> Passphrase? {
        passphrase ? try PassphraseArgument.new(file: PassphraseArgument.file(options.passphraseFile)) : nil
    }
}
