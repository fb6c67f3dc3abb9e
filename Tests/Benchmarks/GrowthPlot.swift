import Foundation

/// The growth of rows as a picture: both axes logarithmic, so that what grows with n is a line of the same slope as the dashed ones.
struct GrowthPlot {
    let series: [GrowthRows.Series]

    private static let (width, height, left, bottom) = (760.0, 460.0, 60.0, 40.0)
    private static let (plotWidth, plotHeight) = (460.0, 390.0)
    /// Powers of ten at the ends of the axes.
    private static let (counts, seconds) = (3.0...6.0, -4.0...3.0)
    private static let colours = ["#1b6ca8", "#c0392b", "#27824b", "#8e5bb5", "#b7791f", "#4a5568", "#0f8b8d", "#a0305f"]

    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(Self.height)" font-family="sans-serif" font-size="12">
        <rect width="100%" height="100%" fill="#ffffff"/>
        \((Self.grid + Self.slopes + lines).joined(separator: "\n"))
        </svg>

        """
    }

    private static func place(_ count: Double, _ seconds: Double) -> (x: Double, y: Double) {
        let across = (log10(count) - counts.lowerBound) / (counts.upperBound - counts.lowerBound)
        let up = (log10(seconds) - Self.seconds.lowerBound) / (Self.seconds.upperBound - Self.seconds.lowerBound)
        return (left + across * plotWidth, height - bottom - up * plotHeight)
    }

    private static func line(_ points: [(x: Double, y: Double)], _ style: String) -> String {
        let path = points.map { String(format: "%.1f,%.1f", $0.x, $0.y) }.joined(separator: " ")
        return "<polyline points=\"\(path)\" fill=\"none\" \(style)/>"
    }

    private static func text(_ text: String, _ x: Double, _ y: Double, _ style: String = "fill=\"#333\"") -> String {
        "<text x=\"\(Int(x))\" y=\"\(Int(y))\" \(style)>\(text)</text>"
    }

    private static var grid: [String] {
        let faint = "stroke=\"#ddd\""
        let upright = stride(from: counts.lowerBound, through: counts.upperBound, by: 1).flatMap { power -> [String] in
            let count = pow(10, power)
            let ends = [pow(10, seconds.lowerBound), pow(10, seconds.upperBound)].map { place(count, $0) }
            return [line(ends, faint), text("n = 10^\(Int(power))", ends[0].x - 22, height - 18)]
        }
        let level = stride(from: seconds.lowerBound, through: seconds.upperBound, by: 1).flatMap { power -> [String] in
            let ends = [pow(10, counts.lowerBound), pow(10, counts.upperBound)].map { place($0, pow(10, power)) }
            return [line(ends, faint), text("10^\(Int(power)) s", 8, ends[0].y + 4)]
        }
        return upright + level
    }

    /// What grows with n, through each power of ten.
    private static var slopes: [String] {
        (-7...(-2)).map { power in
            let points = stride(from: counts.lowerBound, through: counts.upperBound, by: 0.05).map {
                (pow(10, $0), pow(10, $0 + Double(power)))
            }
            .filter { seconds.contains(log10($0.1)) }
            return line(points.map { place($0.0, $0.1) }, "stroke=\"#bbb\" stroke-dasharray=\"2 4\"")
        }
    }

    private var lines: [String] {
        let ends = series.map { $0.points.last.map { Self.place(Double($0.count), $0.seconds).y } ?? 0 }
        return zip(series, Self.colours).enumerated().flatMap { index, pair -> [String] in
            let (series, colour) = pair
            let points = series.points.map { Self.place(Double($0.count), $0.seconds) }
            // Names stand apart even where lines end together.
            let rank = ends.filter { $0 < ends[index] }.count
            let y = 60 + Double(rank) * 40
            let last = points.last ?? (0, 0)
            let right = Self.left + Self.plotWidth
            return [
                Self.line(points, "stroke=\"\(colour)\" stroke-width=\"2\""),
                Self.line([last, (right + 12, y - 4)], "stroke=\"\(colour)\" stroke-dasharray=\"1 3\""),
                Self.text(series.name, right + 16, y, "fill=\"\(colour)\""),
            ]
        }
    }
}
