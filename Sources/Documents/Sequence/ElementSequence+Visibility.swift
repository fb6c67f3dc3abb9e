extension ElementSequence {
    /// Shows or hides consecutive elements of one change, wherever they lie by now.
    mutating func setVisible(_ isVisible: Bool, from first: ElementKey, count: Int) {
        var done = 0
        while done < count {
            var place = place(of: first.advanced(by: done))
            let length = min(runs[place].length - place.offset, count - done)
            if runs[place].isVisible != isVisible {
                place = isolate(place, length: length)
                runs.update(place) { $0.isVisible = isVisible }
                runs.joinNextRun(at: place)
                runs.joinNextRun(at: Runs.Place(leaf: place.leaf, run: place.run - 1, offset: 0))
            }
            done += length
        }
    }

    /// Cuts a run so that `length` places from `place` on are a run of their own, and returns its place.
    private mutating func isolate(_ place: Runs.Place, length: Int) -> Runs.Place {
        let key = runs[place].first.advanced(by: place.offset)
        var place = place
        if place.offset > 0 {
            noteMoves(to: runs.cut(at: place))
            place = self.place(of: key)
        }
        if length < runs[place].length {
            noteMoves(to: runs.cut(at: Runs.Place(leaf: place.leaf, run: place.run, offset: length)))
            place = self.place(of: key)
        }
        return place
    }
}
