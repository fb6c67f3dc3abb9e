import ArgumentParser
import HandselKit

/// `handsel passphrase`: what opens the device's key file.
struct PassphraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase",
        abstract: "Seal the device's key file with a passphrase.",
        discussion: """
            Every command then asks for it, or reads it from --passphrase-file. It keeps a stolen key file from signing in your \
            name. It does not seal the replica, which whoever reads your files can read.

            Example:
              handsel passphrase set
            """,
        subcommands: [PassphraseSet.self, PassphraseRemove.self])

    /// What `--json` prints.
    fileprivate struct Result: Encodable {
        let isSealed: Bool
    }
}

/// `handsel passphrase set`.
struct PassphraseSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set or change the passphrase.",
        discussion: """
            Asks twice for the new one; where there is no terminal, standard input has it. A passphrase that is forgotten cannot \
            be brought back; the recovery code brings back everything that it locked.

            Example:
              handsel passphrase set
              handsel passphrase set --passphrase-file old.txt --new-passphrase-file new.txt
            """)

    @Option(
        help: ArgumentHelp("The file whose first line is the new passphrase. (default: ask)", valueName: "file"),
        completion: .file())
    var newPassphraseFile: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try options.open()
        try await node.setPassphrase(try PassphraseArgument.new(file: newPassphraseFile))
        try options.show(PassphraseCommand.Result(isSealed: true)) { page in
            page.line("The device's key file is sealed.")
            page.line("Keep your recovery code: nothing else helps if the passphrase is forgotten.")
        }
    }
}

/// `handsel passphrase remove`.
struct PassphraseRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Leave the key file without a passphrase.",
        discussion: """
            Example:
              handsel passphrase remove
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await options.open().setPassphrase(nil)
        try options.show(PassphraseCommand.Result(isSealed: false)) { page in
            page.line("The device's key file has no passphrase. Whoever reads it can sign in your name.")
        }
    }
}
