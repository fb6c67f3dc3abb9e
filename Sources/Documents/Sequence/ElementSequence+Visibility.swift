extension ElementSequence {
    /// Shows or hides consecutive elements of one change, wherever they lie by now.
    mutating func setVisible(_ isVisible: Bool, from first: ElementKey, count: Int) {
        var done = 0
        while done < count { done += setVisible(isVisible, at: place(of: first.advanced(by: done)), atMost: count - done) }
    }

    /// Hides elements at visible places from `position` on.
    mutating func hide(_ count: Int, atVisible position: Int) {
        var done = 0
        while done < count { done += setVisible(false, at: runs.seek(visible: position), atMost: count - done) }
    }

    /// Shows or hides up to `count` elements of the run at `place`, and returns how many it had.
    private mutating func setVisible(_ isVisible: Bool, at place: Runs.Place, atMost count: Int) -> Int {
        let length = min(runs[place].length - place.offset, count)
        guard runs[place].isVisible != isVisible else { return length }
        if runs.pass(length, at: place, change: { $0.isVisible = isVisible }) { return length }
        let place = isolate(place, length: length)
        runs.update(place) { $0.isVisible = isVisible }
        runs.joinNextRun(at: place)
        runs.joinNextRun(at: Runs.Place(leaf: place.leaf, run: place.run - 1, offset: 0))
        return length
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
