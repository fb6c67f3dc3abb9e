import ArgumentParser
import Foundation
import HandselKit

/// What every command takes: which replica it works on, and how it prints.
///
/// The root command takes the same group, so that all of them may stand before the command's name too.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the replica is kept. (default: $HANDSEL_HOME, or ~/.handsel)", valueName: "directory"),
        completion: .directory)
    var home: String?

    @Option(
        help: ArgumentHelp(
            "The file whose first line opens a sealed key file. (default: $HANDSEL_PASSPHRASE_FILE, or ask)", valueName: "file"),
        completion: .file())
    var passphraseFile: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        if directory.isEmpty {
            throw ValidationError("Name a directory with --home, or leave HANDSEL_HOME unset for ~/.handsel.")
        }
    }

    /// The replica's directory.
    var directory: String { home ?? Node.defaultHome }

    /// Opens the replica, asking for a passphrase if it needs one; throws if there is none yet.
    func open() throws -> Node {
        try Node(home: directory) { try PassphraseArgument.current(file: PassphraseArgument.file(passphraseFile)) }
    }

    /// Prints `value` as JSON if that was asked for, and otherwise what `write` puts on the page.
    func show(_ value: some Encodable, _ write: (inout Page) -> Void) throws {
        guard !json else { return try Output.show(json: value) }
        var page = Page()
        write(&page)
        Output.show(page)
    }

    /// Where a command that may take long says what it is doing: a terminal, and nowhere else.
    var progress: @Sendable (String) -> Void {
        guard !json, Output.isTerminal(STDERR_FILENO) else { return { _ in } }
        return { sentence in Output.note(Line(sentence, .faint)) }
    }
}
