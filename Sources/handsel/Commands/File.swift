import ArgumentParser
import HandselKit

/// `handsel file`: files that belong to a contract.
struct FileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file",
        abstract: "Share files of any size, sealed for the other side.",
        discussion: """
            Example:
              handsel file list "Landing page"
            """,
        subcommands: [FilePut.self, FileGet.self, FileList.self])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel file put`.
struct FilePut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Share a file.",
        discussion: """
            Example:
              handsel file put "Landing page" logo.svg
            """)

    @OptionGroup var about: ContractArgument

    @Argument(help: "The file.", completion: .file())
    var path: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let file = try await options.open().putFile(about.contract, path: path)
        try options.show(file) { page in
            page.line("\(file.name, .bold) is shared, \(ByteCount(file.size)).")
            page.saveForSync()
        }
    }
}

/// The command `handsel file get`.
struct FileGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Write a shared file to disk.",
        discussion: """
            A file that is there already is never overwritten.

            Example:
              handsel file get "Landing page" logo.svg --to downloads/logo.svg
            """)

    @OptionGroup var about: ContractArgument

    @Argument(help: "The file's name, its id or the beginning of its id.")
    var name: String

    @Option(help: ArgumentHelp("Where to write it. (default: its own name, here)", valueName: "path"), completion: .file())
    var to: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let file = try await options.open().getFile(about.contract, name: name, to: to)
        try options.show(file) { page in
            page.line("Wrote \(to ?? file.name, .bold), \(ByteCount(file.size)).")
        }
    }
}

/// The command `handsel file list`.
struct FileList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the files of a contract.",
        discussion: """
            Example:
              handsel file list "Landing page"
            """)

    @OptionGroup var about: ContractArgument
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let files = try await options.open().files(about.contract)
        try options.show(["files": files]) { page in
            guard !files.isEmpty else {
                page.line("There are no files yet. Share one with `handsel file put \"\(about.contract)\" FILE`.")
                return
            }
            page.files(files)
        }
    }
}
