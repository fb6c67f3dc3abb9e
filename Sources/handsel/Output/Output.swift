import Foundation
import HandselKit

/// The two streams that a command writes to.
enum Output {
    /// Prints a page; styles appear only where somebody can see them.
    static func show(_ page: Page) {
        let isStyled = isTerminal(STDOUT_FILENO) && isColourWanted
        let text = page.lines.map { $0.rendered(withStyles: isStyled) + "\n" }.joined()
        write(text, to: .standardOutput)
    }

    /// Prints a text of somebody's: to a file or pipe exactly as it is, so that it can be edited and given back.
    static func show(text: String) {
        guard isTerminal(STDOUT_FILENO) else { return write(text, to: .standardOutput) }
        var page = Page()
        page.quote(text, indentation: "")
        show(page)
    }

    /// Prints one line at once, for commands that keep running.
    static func show(_ line: Line) {
        var page = Page()
        page.line(line)
        show(page)
    }

    /// Prints one object with sorted keys, so that equal objects are equal text.
    static func show(json value: some Encodable, onOneLine isLine: Bool = false) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if !isLine { encoder.outputFormatting.insert(.prettyPrinted) }
        write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n", to: .standardOutput)
    }

    /// Prints a line to standard error, where it does not mix with results.
    static func note(_ line: Line) {
        let isStyled = isTerminal(STDERR_FILENO) && isColourWanted
        write(line.rendered(withStyles: isStyled) + "\n", to: .standardError)
    }

    /// Prints why a command failed; a usage error brings several lines.
    static func fail(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() { note(index == 0 ? "handsel: \(line)" : "\(line)") }
    }

    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// See no-color.org.
    private static var isColourWanted: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }

    /// A reader that has gone away, such as `head`, is no failure of ours.
    private static func write(_ text: String, to stream: FileHandle) { try? stream.write(contentsOf: Data(text.utf8)) }
}
