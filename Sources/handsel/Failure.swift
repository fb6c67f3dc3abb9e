import ArgumentParser
import Foundation
import HandselKit

/// A failure of which a report was printed already, so that only the sentence and the exit code are left.
struct Reported: Error {
    let error: HandselError

    init(_ code: HandselError.Code, _ sentence: String) { error = HandselError(code, sentence) }
}

/// Why a command ends early, and what is printed then.
enum Failure {
    /// No failure at all: help, the version or a completion script was asked for.
    case answer(String)
    /// The arguments make no sense. The text has the usage in it.
    case usage(message: String, text: String)
    /// The command was understood and could not be done.
    case refusal(HandselError)
    /// The same, with the command's own object printed already.
    case reported(HandselError)
    /// All was said; only the code is left.
    case said(ExitCode)

    init(_ error: any Error) {
        switch error {
        case let reported as Reported: self = .reported(reported.error)
        case let code as ExitCode: self = .said(code)
        default: self = Self.unreported(error)
        }
    }

    private static func unreported(_ error: any Error) -> Failure {
        switch Handsel.exitCode(for: error) {
        case .success:
            return .answer(Handsel.fullMessage(for: error))
        case .validationFailure:
            let text = Handsel.fullMessage(for: error)
            let prefix = "Error: "
            return .usage(
                message: Handsel.message(for: error),
                text: String(text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...]))
        default:
            return .refusal(HandselError.from(error))
        }
    }

    /// Prints it and gives the exit code.
    ///
    /// The sentence goes to standard error. With `--json` standard output has an object too, so that a script always finds
    /// exactly one there.
    func report() -> Int32 {
        switch self {
        case .answer(let text):
            print(text)
            return 0
        case .usage(let message, let text):
            Output.fail(text)
            printObject(code: "usage", message)
            return 2
        case .refusal(let error):
            Output.fail(error.description)
            printObject(code: error.code.rawValue, error.description)
            return error.exitCode
        case .reported(let error):
            Output.fail(error.description)
            return error.exitCode
        case .said(let code): return code.rawValue
        }
    }

    /// The arguments were perhaps not understood, so `--json` is looked for among them as they are.
    private func printObject(code: String, _ message: String) {
        guard CommandLine.arguments.dropFirst().prefix(while: { $0 != "--" }).contains("--json") else { return }
        try? Output.show(json: ["error": ["code": code, "message": message]])
    }
}
