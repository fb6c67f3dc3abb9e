import Foundation

/// One measured figure, and what it is held against.
struct Figure: Encodable {
    enum Unit: String, Encodable {
        case seconds = "s"
        case milliseconds = "ms"
        case bytes = "bytes"
        case mebibytes = "MiB"
        case perSecond = "/s"
        case ratio = "×"
        case times = "times"
    }

    let name: String
    let value: Double
    let unit: Unit
    /// What is asked for, in words; empty for a figure that only stands beside others.
    let wanted: String

    init(_ name: String, _ value: Double, _ unit: Unit, wanted: String = "") {
        (self.name, self.value, self.unit, self.wanted) = (name, value, unit, wanted)
    }

    /// Three significant digits, or a whole number.
    var text: String {
        let isWhole = unit == .bytes || value >= 1_000
        return "\(isWhole ? "\(Int(value.rounded()))" : String(format: "%.3g", value)) \(unit.rawValue)"
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
}

/// The median time of some runs of `body`, in seconds.
func median(of runs: Int, _ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    for _ in 0..<runs {
        let start = ContinuousClock.now
        try body()
        times.append(start.duration(to: .now).seconds)
    }
    return times.median
}

extension [Double] {
    /// Of an odd number of values.
    var median: Double { sorted()[count / 2] }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
}
