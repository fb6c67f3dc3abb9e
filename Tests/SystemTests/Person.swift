import Foundation

/// Somebody with a replica in a folder of their own, who does everything through the command line.
struct Person: Sendable {
    /// The command as it was built, beside the tests' own executable.
    static let program = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]))
        .deletingLastPathComponent().appendingPathComponent("handsel")

    let name: String
    let home: URL
    /// Where its processes run and leave their output.
    let folder: URL
    /// By how many days its clock is ahead of the true time.
    var daysAhead = 0

    /// Runs a program at another time, where it is installed.
    private static let timeMachine = URL(fileURLWithPath: "/usr/bin/faketime")
    /// Runs a program with variables in its environment.
    static let environment = URL(fileURLWithPath: "/usr/bin/env")
    static var canTravel: Bool { FileManager.default.isExecutableFile(atPath: timeMachine.path) }

    var replica: URL { home.appendingPathComponent("replica.sqlite") }

    init(_ name: String, in folder: URL, home: String? = nil) {
        self.name = name
        self.folder = folder
        self.home = folder.appendingPathComponent(home ?? name)
    }

    /// Starts a command and does not wait.
    func start(_ arguments: [String]) throws -> Job {
        let arguments = ["--home", home.path] + arguments
        guard daysAhead != 0 else { return try Job(Self.program, arguments, in: folder) }
        // The times of files stay true: a replica whose file was made at another time is another file.
        let travel = ["NO_FAKE_STAT=1", Self.timeMachine.path, "-m", "--exclude-monotonic", "-f", "+\(daysAhead)d"]
        return try Job(Self.environment, travel + [Self.program.path] + arguments, in: folder)
    }

    /// The same person some days later.
    func later(days: Int) -> Person {
        var person = self
        person.daysAhead += days
        return person
    }

    /// Runs a command, whatever comes of it.
    func attempt(_ arguments: [String]) async throws -> Outcome { try await start(arguments).outcome() }

    /// Runs a command that has to work, and returns what it printed.
    @discardableResult
    func run(_ arguments: String...) async throws -> String {
        let outcome = try await attempt(arguments)
        guard outcome.end == .exited(0) else { throw CommandFailed(outcome: outcome) }
        return outcome.text
    }

    /// Runs a command that has to work, with `--json`, and reads its answer.
    func ask<Answer: Decodable>(_ arguments: String..., as _: Answer.Type = Answer.self) async throws -> Answer {
        let outcome = try await attempt(arguments + ["--json"])
        guard outcome.end == .exited(0) else { throw CommandFailed(outcome: outcome) }
        return try outcome.answer()
    }
}

extension Outcome {
    /// Reads the JSON object that was printed.
    func answer<Answer: Decodable>(_: Answer.Type = Answer.self) throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: output)
    }
}

extension Person {
    /// The contract as `contract show --json` prints it, without the one key in which two sides differ.
    func contractText(_ contract: String = Scene.contract) async throws -> String {
        let lines = try await run("contract", "show", contract, "--json").split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("  \"viewer\" : {") }),
            let end = lines[start...].firstIndex(where: { $0.hasPrefix("  }") })
        else { throw Unexpected("contract show --json has no key \"viewer\" at its top level") }
        return (lines[..<start] + lines[(end + 1)...]).joined(separator: "\n")
    }

    func contract(_ contract: String = Scene.contract) async throws -> ContractAnswer {
        try await ask("contract", "show", contract)
    }

    /// The ids of all changes in a replica or relay's file, but for those of the two people's identity spaces.
    ///
    /// A contract is the only kind of space with changes for its parties alone, which is audience 3.
    static func contractChanges(in file: URL) async throws -> [String] {
        try await SQLite.query(
            file,
            """
            SELECT hex(id) FROM change WHERE space IN (SELECT space FROM change WHERE audience = 3) ORDER BY hex(id)
            """)
    }

    func contractChanges() async throws -> [String] { try await Self.contractChanges(in: replica) }
}

/// Something that a test relies on and that is not so.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
