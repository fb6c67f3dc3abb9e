import Testing

/// The runner of the guides: what it reads, and that it notices what is wrong.
@Suite(.timeLimit(.minutes(1)))
struct GuideRunnerTests {
    private static func guide(_ text: String) -> Guide { Guide(path: "test.md", text: text) }

    @Test("only console blocks are commands, and the lines below a command are its output")
    func blocks() {
        let guide = Self.guide(
            """
            $ not a command
            ```console
            $ echo one
            one
            $ echo two \\
                three
            two three
            ```
            ```sh
            $ not this either
            ```
            ```console
            $ false  # exit 1
            $ server --port 0 &  # prints ADDRESS
            …
            $ true && true
            ```
            """)
        #expect(
            guide.steps == [
                Guide.Step(command: "echo one", line: 3, expected: ["one"]),
                Guide.Step(command: "echo two \\\n    three", line: 5, expected: ["two three"]),
                Guide.Step(command: "false ", line: 13, code: 1),
                Guide.Step(command: "server --port 0", line: 14, expected: ["…"], variable: "ADDRESS", isBackground: true),
                Guide.Step(command: "true && true", line: 16),
            ])
    }

    struct Comparison: Sendable {
        let output: [String]
        let expected: [String]
        let isMatch: Bool
    }

    static let comparisons = [
        Comparison(output: ["one"], expected: ["one"], isMatch: true),
        Comparison(output: ["one"], expected: ["two"], isMatch: false),
        Comparison(output: ["one", ""], expected: ["one"], isMatch: true),
        Comparison(output: ["one", "two"], expected: ["one"], isMatch: false),
        Comparison(output: ["one"], expected: ["one", "two"], isMatch: false),
        Comparison(output: ["one two three"], expected: ["one … three"], isMatch: true),
        Comparison(output: ["one two three"], expected: ["one [..]"], isMatch: true),
        Comparison(output: ["one two three"], expected: ["… two …"], isMatch: true),
        Comparison(output: ["one three"], expected: ["… two …"], isMatch: false),
        Comparison(output: ["ab"], expected: ["ab…ab"], isMatch: false),
        Comparison(output: ["one", "two", "three"], expected: ["one", "…", "three"], isMatch: true),
        Comparison(output: ["one", "three"], expected: ["one", "…", "three"], isMatch: true),
        Comparison(output: ["one", "two"], expected: ["one", "…", "three"], isMatch: false),
        Comparison(output: [], expected: [], isMatch: true),
        Comparison(output: ["surprise"], expected: [], isMatch: false),
    ]

    @Test("an ellipsis stands for anything, and nothing else does", arguments: comparisons)
    func matching(comparison: Comparison) {
        #expect(Expectation.matches(comparison.output, comparison.expected) == comparison.isMatch)
    }

    struct Sample: Sendable {
        let text: String
        /// The line at which the runner has to stop; nil if the guide is right.
        let wrongLine: Int?
    }

    static let samples = [
        Sample(text: "```console\n$ echo one\none\n```", wrongLine: nil),
        Sample(text: "```console\n$ echo one\ntwo\n```", wrongLine: 2),
        Sample(text: "```console\n$ true\n$ false\n```", wrongLine: 3),
        Sample(text: "```console\n$ false  # exit 1\n```", wrongLine: nil),
        Sample(text: "```console\n$ true  # exit 1\n```", wrongLine: 2),
        Sample(text: "```console\n$ echo oops >&2\noops\n```", wrongLine: nil),
        Sample(text: "```console\n$ echo secret  # prints WORD\n…\n$ echo \"is $WORD\"\nis secret\n```", wrongLine: nil),
        Sample(text: "```console\n$ echo secret  # prints WORD\n…\n$ echo \"is $WORD\"\nis open\n```", wrongLine: 4),
        Sample(text: "```console\n$ printf 'ready\\n' > a; cat a\nready\n$ cat a\nready\n```", wrongLine: nil),
        Sample(text: "```console\n$ sh -c 'trap \"exit 0\" TERM; echo up; while :; do sleep 1; done' &\nup\n```", wrongLine: nil),
        Sample(text: "```console\n$ sh -c 'trap \"exit 7\" TERM; echo up; while :; do sleep 1; done' &\nup\n```", wrongLine: 2),
        Sample(text: "```console\n$ echo down &\nup\n```", wrongLine: 2),
        Sample(text: "```console\n$ kill -9 $$\n```", wrongLine: 2),
    ]

    @Test("the runner stops where a guide is wrong, and nowhere else", arguments: samples)
    func running(sample: Sample) async throws {
        let wrong = try await GuideRunner.run(Self.guide(sample.text))
        #expect(wrong?.step.line == sample.wrongLine, "\(sample.text)")
    }
}
