import Foundation

/// A seed, which an environment variable replaces so that a failure can be run again.
package func seed(_ standard: UInt64) -> UInt64 { number("HANDSEL_SEED").map { UInt64($0) } ?? standard }

/// How much to do: little in an ordinary run, as much as an environment variable says in a full one.
package func count(_ variable: String, standard: Int) -> Int { number(variable) ?? standard }

/// How many times as much memory and time are granted where a sanitizer takes its share of both.
package let allowance = count("HANDSEL_ALLOWANCE", standard: 1)

private func number(_ variable: String) -> Int? { ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } }
