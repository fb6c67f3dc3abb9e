import Foundation

/// A guide as it is executed: the commands of its `console` blocks, in order.
struct Guide: Sendable, CustomStringConvertible {
    /// One command, and what it says.
    struct Step: Sendable, Equatable {
        /// As a shell takes it; lines that end in a backslash are continued.
        var command: String
        /// In the file, from 1.
        var line: Int
        /// The lines below it; `…` or `[..]` stands for any text, and alone on a line for any lines.
        var expected: [String] = []
        /// Asked for by `# exit 1` behind the command.
        var code: Int32 = 0
        /// Asked for by `# prints NAME`: the variable that takes the first line of a single word.
        var variable: String?
        /// Whether it ends in `&`, and so runs until the guide ends.
        var isBackground = false
    }

    let path: String
    let steps: [Step]

    var description: String { path }

    init(path: String, text: String) {
        self.path = path
        steps = Self.steps(in: text)
    }

    private static func steps(in text: String) -> [Step] {
        var steps: [Step] = []
        var isConsole = false
        var isContinued = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                isConsole = line == "```console"
                isContinued = false
            } else if isConsole, isContinued {
                steps[steps.count - 1].command += "\n" + line
                isContinued = line.hasSuffix("\\")
            } else if isConsole, line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2)), line: index + 1))
                isContinued = line.hasSuffix("\\")
            } else if isConsole, !steps.isEmpty {
                steps[steps.count - 1].expected.append(String(line))
            }
        }
        return steps.map(withDirectives)
    }

    /// Reads what the comment behind a command asks for.
    private static func withDirectives(_ step: Step) -> Step {
        var step = step
        if let exit = step.command.firstMatch(of: /\s# exit (\d+)\s*$/) {
            step.code = Int32(exit.output.1) ?? 0
            step.command.removeSubrange(exit.range)
        }
        if let prints = step.command.firstMatch(of: /\s# prints ([A-Z_]+)\s*$/) {
            step.variable = String(prints.output.1)
            step.command.removeSubrange(prints.range)
        }
        if let background = step.command.firstMatch(of: /\s*&\s*$/), !step.command.hasSuffix("&&") {
            step.isBackground = true
            step.command.removeSubrange(background.range)
        }
        return step
    }
}

/// Whether output is what a guide shows.
enum Expectation {
    private static let wildcards = ["…", "[..]"]

    /// Compares all lines; the blank ones at the end do not count.
    static func matches(_ output: [String], _ expected: [String]) -> Bool {
        matches(trimmed(output)[...], trimmed(expected)[...])
    }

    private static func matches(_ output: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
        guard let first = expected.first else { return output.isEmpty }
        if wildcards.contains(first.trimmingCharacters(in: .whitespaces)) {
            return (output.startIndex...output.endIndex).contains { matches(output[$0...], expected.dropFirst()) }
        }
        guard let line = output.first, matches(line: line, first) else { return false }
        return matches(output.dropFirst(), expected.dropFirst())
    }

    static func matches(line: String, _ expected: String) -> Bool {
        var pieces = expected.replacing("[..]", with: "…").split(separator: "…", omittingEmptySubsequences: false)
        guard pieces.count > 1 else { return line == expected }
        let (start, end) = (pieces.removeFirst(), pieces.removeLast())
        guard line.hasPrefix(start), line.hasSuffix(end), line.count >= start.count + end.count else { return false }
        var rest = line.dropFirst(start.count).dropLast(end.count)
        for piece in pieces where !piece.isEmpty {
            guard let range = rest.firstRange(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    private static func trimmed(_ lines: [String]) -> [String] {
        var lines = lines
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        return lines
    }
}
