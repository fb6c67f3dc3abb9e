import Foundation
import Testing

/// Input that nobody meant.
@Suite(.timeLimit(.minutes(10)))
struct StrangeInputTests {
    static let values = [
        "", "🧶🇪🇺é", String(repeating: "x", count: 100_000), "change_0", "99999999999999999999", "1e999",
        "a\u{0301}\u{202e}\u{1b}[2J\n", "../../nowhere/at/all", "' OR 1=1 --",
    ]

    /// What plays on its own, or runs until it is stopped, when its input is good.
    private static let leftOut: Set = ["demo"]

    @Test("no command crashes, hangs or leaks an inner error on strange input", arguments: values)
    func strangeInput(value: String) async throws {
        let workshop = try Workshop()
        try await workshop.offer(through: nil)
        for call in try await CommandTree.read(in: workshop).leaves where !Self.leftOut.contains(call.name) {
            let hasContract = call.command.arguments?.contains { $0.valueName == "contract" } ?? false
            for contract in hasContract ? [value, "Landing page"] : [value] {
                let arguments = Self.arguments(of: call, contract: contract, value: value)
                let finished = try await workshop.handsel(["--home", "bob"] + arguments)
                let what = "\(call.name), \(contract.prefix(20)), \(value.prefix(20)): \(finished.errors.suffix(400))"
                let code = try #require(finished.code, "a crash: \(what)")
                #expect((0...3).contains(code), "\(what)")
                #expect((code == 0) == finished.errors.isEmpty, "\(what)")
                #expect(code == 0 || finished.errors.hasPrefix("handsel: "), "\(what)")
                #expect(!finished.errors.contains("Error Domain"), "\(what)")
            }
        }
    }

    /// Every argument and option of a command, with the strange value wherever it takes one.
    private static func arguments(of call: CommandTree.Call, contract: String, value: String) -> [String] {
        var options: [String] = []
        var positional: [String] = []
        for argument in call.command.arguments ?? [] {
            let name = "--\(argument.preferredName?.name ?? "")"
            switch argument.kind {
            case "positional": positional.append(argument.valueName == "contract" ? contract : value)
            case "option" where name != "--home": options.append("\(name)=\(value)")
            default: continue
            }
        }
        return call.words + options + ["--"] + positional
    }
}
