/// Rows in aligned columns.
struct Table {
    /// A heading, and the side on which its cells line up.
    struct Column: ExpressibleByStringLiteral {
        let heading: String
        var isNumber = false

        init(stringLiteral heading: String) { self.heading = heading }

        /// A column whose cells line up on the right.
        static func number(_ heading: String) -> Column {
            var column = Column(stringLiteral: heading)
            column.isNumber = true
            return column
        }
    }

    /// The columns of a cell that is written by people; more is cut off, since `--json` has all of it.
    static let widestCell = 48

    private let columns: [Column]
    private let rows: [[Line]]

    init(_ columns: [Column], _ rows: [[Line]]) {
        self.columns = columns
        self.rows = rows.map { row in row.map { $0.clipped(to: Self.widestCell) } }
    }

    var lines: [Line] {
        let headings = columns.map { Line($0.heading, .bold) }
        let widths = columns.indices.map { index in
            ([headings] + rows).map { $0[index].width }.max() ?? 0
        }
        return ([headings] + rows).map { line(of: $0, widths) }
    }

    /// No spaces after the last cell, so that nothing but text is copied from a terminal.
    private func line(of cells: [Line], _ widths: [Int]) -> Line {
        var line: Line = ""
        for (index, cell) in cells.enumerated() {
            let gap = Line(String(repeating: " ", count: widths[index] - cell.width))
            let isLast = index == cells.count - 1
            if columns[index].isNumber { line.append(gap) }
            line.append(cell)
            if !isLast { line.append(columns[index].isNumber ? "  " : "\(gap)  ") }
        }
        return line
    }
}
