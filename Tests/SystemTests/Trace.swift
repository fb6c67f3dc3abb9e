import Foundation

/// What a process asked of the kernel, as `strace -f -yy` wrote it down, one completed call after another.
struct Trace {
    struct Call {
        /// The line of the trace on which it was complete.
        let line: Int
        let name: String
        /// What its first argument, a file descriptor, stands for.
        let target: String
        let result: Int
    }

    static let program = SQLite.tool("strace")
    /// Calls that write to files and sockets, and calls that make what was written survive.
    static let options = ["-f", "-yy", "-e", "trace=fsync,fdatasync,pwrite64,pwritev,write,writev,sendto,sendmsg,openat"]

    let calls: [Call]

    /// Reads a trace; a call that others interrupted stands on two lines, which belong together by the thread.
    init(_ text: String) {
        var calls: [Call] = []
        var begun: [Substring: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard parts.count == 2 else { continue }
            let (thread, rest) = (parts[0], parts[1].drop { $0 == " " })
            if let cut = rest.range(of: " <unfinished ...>") {
                begun[thread] = String(rest[..<cut.lowerBound])
            } else if rest.hasPrefix("<... "), let end = rest.range(of: " resumed>") {
                let whole = (begun.removeValue(forKey: thread) ?? "") + rest[end.upperBound...]
                if let call = Self.call(whole, line: index + 1) { calls.append(call) }
            } else if let call = Self.call(String(rest), line: index + 1) {
                calls.append(call)
            }
        }
        self.calls = calls
    }

    /// Such as `fdatasync(7</tmp/replica.sqlite-wal>) = 0`.
    private static func call(_ text: String, line: Int) -> Call? {
        guard let match = text.firstMatch(of: /^(\w+)\(\d+<(.*?)>[,)].*= (-?\d+)/), let result = Int(match.3) else { return nil }
        return Call(line: line, name: String(match.1), target: String(match.2), result: result)
    }
}
