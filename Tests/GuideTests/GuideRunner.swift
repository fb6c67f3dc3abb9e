import Foundation

/// Where a guide says something else than what happens.
struct Mismatch: Equatable, CustomStringConvertible {
    let guide: String
    let step: Guide.Step
    let output: [String]
    let code: Int32?

    var description: String {
        """
        \(guide):\(step.line): $ \(step.command)
        expected (exit \(step.code)):
        \(step.expected.joined(separator: "\n"))
        got (\(code.map { "exit \($0)" } ?? "no end")):
        \(output.joined(separator: "\n"))
        """
    }
}

/// Executes a guide in an empty folder, with the shell's own quoting, pipes and variables.
struct GuideRunner {
    private static let shell = URL(filePath: "/bin/sh")

    private let workshop: Workshop
    private var variables: [String: String] = [:]
    private var services: [(step: Guide.Step, service: Service)] = []

    /// The first place where the guide is wrong; nil if it is right to its end, and all that it started ends well.
    static func run(_ guide: Guide) async throws -> Mismatch? {
        var runner = GuideRunner(workshop: try Workshop())
        for step in guide.steps {
            if let wrong = try await runner.run(step, of: guide) { return wrong }
        }
        for (step, service) in runner.services {
            let code = await service.stop()
            if code != step.code { return Mismatch(guide: guide.path, step: step, output: [], code: code) }
        }
        return nil
    }

    private init(workshop: Workshop) { self.workshop = workshop }

    private mutating func run(_ step: Guide.Step, of guide: Guide) async throws -> Mismatch? {
        let (output, code) = step.isBackground ? (try await start(step), step.code) : try await finish(step)
        if let variable = step.variable {
            variables[variable] = output.first { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }
        }
        let isAsShown = code == step.code && Expectation.matches(output, step.expected)
        return isAsShown ? nil : Mismatch(guide: guide.path, step: step, output: output, code: code)
    }

    private func finish(_ step: Guide.Step) async throws -> ([String], Int32?) {
        let finished = try await workshop.run(
            Self.shell, ["-c", step.command], environment: variables, mergingErrors: true)
        return (lines(finished.output), finished.code)
    }

    /// Starts a process and reads as many lines as the guide shows; the shell gives way to it, so that it gets the signals.
    private mutating func start(_ step: Guide.Step) async throws -> [String] {
        let process = workshop.process(Self.shell, ["-c", "exec \(step.command)"], environment: variables)
        let service = try Service(process)
        services.append((step, service))
        var output: [String] = []
        while output.count < step.expected.count, let line = await service.nextLine() { output.append(line) }
        return output
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}
