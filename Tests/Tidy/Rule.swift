/// One rule of style: what it says, and where a file breaks it.
struct Rule: Sendable, CustomStringConvertible {
    let description: String
    /// The lines of a file at which the rule is broken, and how.
    let check: @Sendable (TextFile) -> [(line: Int, message: String)]

    init(_ description: String, check: @escaping @Sendable (TextFile) -> [(line: Int, message: String)]) {
        self.description = description
        self.check = check
    }

    func findings(in file: TextFile) -> [Finding] {
        check(file).map { Finding(path: file.path, line: $0.line, message: $0.message) }
    }

    static let all = [
        imports, purity, actors, length, unfinished, shortcuts, sleeps, machinePaths, registryHosts, expectations,
    ]
}

extension Rule {
    static let imports = Rule("a module imports only what the table of modules allows it") { file in
        guard let module = file.module, let code = file.swift?.code else { return [] }
        guard ImportTable.allowed(in: module) != nil else { return [(1, "\(module) is not in the table of modules")] }
        return importedModules(code).filter { !ImportTable.allows($0.name, in: module) }
            .map { ($0.line, "\(module) may not import \($0.name)") }
    }

    /// The modules that import declarations name, without access level, attributes, kind and submodule.
    private static func importedModules(_ code: [UInt8]) -> [(line: Int, name: Substring)] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return code.occurrences(of: "import").compactMap { occurrence in
            let words = occurrence.rest.split(separator: " ").drop { kinds.contains($0) }
            return words.first?.split(separator: ".").first.map { (occurrence.line, $0) }
        }
    }

    static let purity = Rule("a pure module has no clock, file, task or hidden randomness") { file in
        guard let module = file.module, ImportTable.pure.contains(module) else { return [] }
        let impure = [
            "Date()", "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "randomElement()", "shuffled()",
            "shuffle()",
            "Task", "FileManager",
        ]
        // With a generator from the caller, randomness is an input like any other.
        let hidden = file.swift?.code.occurrences(of: ".random(").filter { !$0.rest.contains("using:") } ?? []
        return mentions(of: impure, in: file.swift?.code, "a pure module may not use")
            + hidden.map { ($0.line, "a pure module is given its randomness: use .random(using:)") }
    }

    static let actors = Rule("only HandselKit and Relay hold actors") { file in
        guard let module = file.module, !ImportTable.withActors.contains(module), let code = file.swift?.code else { return [] }
        return code.occurrences(of: "actor").filter { $0.rest.hasPrefix(" ") && $0.rest.dropFirst().first?.isUppercase == true }
            .map { ($0.line, "actors live in HandselKit and Relay") }
    }

    static let length = Rule("a source file has at most 500 lines") { file in
        guard file.module != nil || file.isTest, file.path.hasSuffix(".swift") || file.path.hasSuffix(".sql") else { return [] }
        return file.lineCount > 500 ? [(501, "the file has \(file.lineCount) lines; split it by subject")] : []
    }

    static let unfinished = Rule("nothing is marked as unfinished") { file in
        mentions(of: ["TODO", "FIXME", "XXX"], in: file.swift?.comments ?? file.bytes, "finish it, or leave it out:")
    }

    static let shortcuts = Rule("no code evades the compiler's checks or ends the process") { file in
        mentions(
            of: ["try!", "fatalError(", "@unchecked Sendable", "nonisolated(unsafe)"], in: file.swift?.code, "do not use")
    }

    static let sleeps = Rule("a test waits for a condition, not for time to pass") { file in
        // The helper that polls a condition.
        guard file.isTest, file.path != "Tests/Support/Eventually.swift" else { return [] }
        return mentions(
            of: ["Task.sleep", "Thread.sleep", "usleep(", "nanosleep("], in: file.swift?.code, "wait for a condition instead of")
    }

    /// Where any of `words` occurs in `text`.
    private static func mentions(of words: [String], in text: [UInt8]?, _ complaint: String) -> [(line: Int, message: String)] {
        guard let text else { return [] }
        return words.flatMap { word in text.occurrences(of: word).map { ($0.line, "\(complaint) \(word)") } }
    }
}

extension Rule {
    static let machinePaths = Rule("no file names a path of the machine it was written on") { file in
        ["work", "opt", "root"].map { "/\($0)/" }.flatMap { path in
            file.bytes.occurrences(of: path).map { ($0.line, "\(path) exists on one machine only") }
        }
    }

    static let registryHosts = Rule("packages come from where everyone finds them") { file in
        file.bytes.occurrences(of: "://").compactMap { occurrence in
            let host = occurrence.rest.prefix { $0.isLetter || $0.isNumber || "-.".contains($0) }
            let isPackage = file.path == "Package.swift" && host != "github.com"
            let isRegistry = ["registry", "mirror", "proxy", "artifact"].contains { host.contains($0) }
            return isPackage || isRegistry ? (occurrence.line, "\(host) is not where everyone finds packages") : nil
        }
    }

    static let expectations = Rule("a file of tests expects something") { file in
        guard file.isTest, let code = file.swift?.code, let first = code.occurrences(of: "@Test").first else { return [] }
        let expectations = ["#expect(", "#require(", "#expect(throws:", "Issue.record(", "confirmation("]
        guard expectations.allSatisfy({ code.occurrences(of: $0).isEmpty }) else { return [] }
        return [(first.line, "a test without an expectation cannot fail")]
    }
}

/// What may be at the top of the repository, besides names that begin with a dot.
enum TopLevel {
    private static let allowed: Set<String> = ["Package.swift", "Sources", "Tests", "Docs", "README.md"]

    static func strays(among names: [String]) -> [String] {
        names.filter { !allowed.contains($0) && !$0.hasPrefix(".") }
    }
}
