import Foundation
import HandselKit

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Asks for a passphrase at the terminal without showing what is typed.
enum PassphrasePrompt {
    /// Whether somebody can be asked.
    static var isPossible: Bool { Output.isTerminal(STDIN_FILENO) && Output.isTerminal(STDERR_FILENO) }

    /// Ctrl-C, as everyone types it.
    private static let interrupt: UInt8 = 3
    private static let endOfLine = UInt8(ascii: "\n")

    static func ask(_ question: String) throws -> Passphrase {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return try Node.noPassphrase() }
        let before = settings
        // Signals are off, so that none ends the process with a terminal that shows nothing more; Ctrl-C ends the line instead.
        settings.c_lflag &= ~tcflag_t(ECHO | ISIG)
        settings.c_lflag |= tcflag_t(ICANON)
        withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(VEOL)] = interrupt }
        // Drops what was typed before the question, which was shown.
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) == 0 else { return try Node.noPassphrase() }
        try? FileHandle.standardError.write(contentsOf: Data(question.utf8))
        let line = readLine()
        var restored = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
        try? FileHandle.standardError.write(contentsOf: Data("\n".utf8))
        guard line.last != interrupt else { throw CancellationError() }
        guard let text = String(bytes: line.last == endOfLine ? line.dropLast() : line[...], encoding: .utf8) else {
            throw HandselError(.refused, "The passphrase is not UTF-8. Check the terminal's encoding.")
        }
        return try Passphrase(text)
    }

    /// One line with what ended it; not buffered, so that nothing beyond it is taken.
    private static func readLine() -> [UInt8] {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count <= Passphrase.limit, read(STDIN_FILENO, &byte, 1) == 1 {
            line.append(byte)
            if byte == endOfLine || byte == interrupt { break }
        }
        return line
    }
}
