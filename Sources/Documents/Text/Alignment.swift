/// A stretch of one list that becomes a stretch of another.
struct Hunk: Equatable {
    var old: Range<Int>
    var new: Range<Int>

    var isEmpty: Bool { old.isEmpty && new.isEmpty }
}

/// Finds what two lists have in common, in time that stays near linear even when that is little.
///
/// Items that occur once in each list anchor the comparison (Bram Cohen's patience diff); between anchors Myers' algorithm finds
/// the shortest difference, whose cost grows with the square of what differs, hence the limit.
enum Alignment {
    /// Stretches longer than this together, and without any anchor, are replaced as a whole.
    private static let shortest = 2_000

    /// What differs, in order.
    static func hunks(_ old: [Int], _ new: [Int]) -> [Hunk] {
        var result: [Hunk] = []
        /// What remains to be compared, the first part last.
        var work = [Hunk(old: old.indices, new: new.indices)]
        while let next = work.popLast() {
            let hunk = next.trimmed(old, new)
            if hunk.isEmpty { continue }
            if hunk.old.isEmpty || hunk.new.isEmpty {
                result.append(hunk)
            } else if hunk.old.count + hunk.new.count <= shortest {
                result += shortestDifference(hunk, old, new)
            } else {
                let parts = split(hunk, at: anchors(hunk, old, new))
                if parts.count == 1 { result.append(hunk) } else { work += parts.reversed() }
            }
        }
        return result
    }

    private static func split(_ hunk: Hunk, at anchors: [(old: Int, new: Int)]) -> [Hunk] {
        var parts: [Hunk] = []
        var rest = hunk
        for anchor in anchors {
            parts.append(Hunk(old: rest.old.lowerBound..<anchor.old, new: rest.new.lowerBound..<anchor.new))
            rest = Hunk(old: anchor.old + 1..<hunk.old.upperBound, new: anchor.new + 1..<hunk.new.upperBound)
        }
        return parts + [rest]
    }

    private static func shortestDifference(_ hunk: Hunk, _ old: [Int], _ new: [Int]) -> [Hunk] {
        let difference = Array(new[hunk.new]).difference(from: Array(old[hunk.old]))
        var removed = Set<Int>()
        var inserted = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(hunk.old.lowerBound + offset)
            case .insert(let offset, _, _): inserted.insert(hunk.new.lowerBound + offset)
            }
        }
        var result: [Hunk] = []
        var place = (old: hunk.old.lowerBound, new: hunk.new.lowerBound)
        while place.old < hunk.old.upperBound || place.new < hunk.new.upperBound {
            let start = place
            while removed.contains(place.old) { place.old += 1 }
            while inserted.contains(place.new) { place.new += 1 }
            if place != start { result.append(Hunk(old: start.old..<place.old, new: start.new..<place.new)) }
            place = (place.old + 1, place.new + 1)
        }
        return result
    }

    /// The longest rising chain of items that occur once on each side.
    private static func anchors(_ hunk: Hunk, _ old: [Int], _ new: [Int]) -> [(old: Int, new: Int)] {
        let oldPlaces = uniquePlaces(in: old[hunk.old])
        let newPlaces = uniquePlaces(in: new[hunk.new])
        let pairs = hunk.old.compactMap { place -> (old: Int, new: Int)? in
            guard oldPlaces[old[place]] == place, let other = newPlaces[old[place]], other >= 0 else { return nil }
            return (place, other)
        }
        return longestRisingChain(pairs)
    }

    /// Where each item is; −1 for one that occurs more than once.
    private static func uniquePlaces(in items: ArraySlice<Int>) -> [Int: Int] {
        var places: [Int: Int] = [:]
        for index in items.indices { places[items[index]] = places[items[index]] == nil ? index : -1 }
        return places
    }

    /// By patience sorting: `pairs` rise in `old`; the result rises in `new` too.
    private static func longestRisingChain(_ pairs: [(old: Int, new: Int)]) -> [(old: Int, new: Int)] {
        /// For each length the pair that ends a chain of it the earliest.
        var ends: [Int] = []
        var previous: [Int?] = []
        for (index, pair) in pairs.enumerated() {
            var low = 0
            var high = ends.count
            while low < high {
                let middle = (low + high) / 2
                if pairs[ends[middle]].new < pair.new { low = middle + 1 } else { high = middle }
            }
            previous.append(low > 0 ? ends[low - 1] : nil)
            if low < ends.count { ends[low] = index } else { ends.append(index) }
        }
        var chain: [(old: Int, new: Int)] = []
        var next = ends.last
        while let index = next {
            chain.append(pairs[index])
            next = previous[index]
        }
        return chain.reversed()
    }
}
