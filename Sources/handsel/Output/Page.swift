/// What a command prints for people to read.
struct Page {
    private(set) var lines: [Line] = []

    mutating func line(_ line: Line) { lines.append(line) }

    mutating func blank() { lines.append("") }

    /// A heading after a blank line.
    mutating func heading(_ title: String) {
        if !lines.isEmpty { blank() }
        lines.append(Line(title, .bold))
    }

    mutating func table(_ columns: [Table.Column], _ rows: [[Line]]) { lines += Table(columns, rows).lines }

    /// What somebody wrote, each of its lines with the indentation in front.
    mutating func quote(_ text: String, indentation: String = "  ") {
        for paragraph in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            lines.append(paragraph.isEmpty ? "" : "\(indentation)\(paragraph)")
        }
    }
}
