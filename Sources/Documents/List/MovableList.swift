package import Ledger

/// A list whose items can be inserted, changed, moved and deleted by several replicas at once.
///
/// As Kleppmann describes in "Moving Elements in List CRDTs" (2020), places in the list are slots of a sequence, and the slot
/// that an item is in is a register: moving the item writes another slot to it, so concurrent moves leave it in one place.
///
/// Deleting loses against a concurrent insertion, change or move of the item: a deletion takes back only what its author had
/// seen, so that no edit is lost. To write to a deleted item, having seen the deletion, brings it back.
package struct MovableList<Value> {
    /// An item, deleted or not.
    package struct Item {
        package internal(set) var value: Register<Value>
        /// The slot it is in; those that lost are where concurrent moves would have put it.
        package internal(set) var slot: Register<ElementID>
        /// Added to by every insertion, change and move.
        package internal(set) var presence: Presence
        /// The slot in which the sequence shows it.
        var shown: ElementKey?
    }

    /// The slots in order.
    private(set) var slots: ElementSequence
    /// The item that each slot was made for, by the place that the slot's run names as its content.
    var owners: [ElementID]
    /// Every item ever inserted, by its id: the slot it was inserted into.
    package internal(set) var items: [ElementID: Item]

    package init() { self.init(slots: ElementSequence(), owners: [], items: [:]) }

    init(slots: ElementSequence, owners: [ElementID], items: [ElementID: Item]) {
        self.slots = slots
        self.owners = owners
        self.items = items
    }

    package var count: Int { slots.visibleCount }

    /// The ids of the items that are in the list, in order.
    package var order: [ElementID] {
        var order: [ElementID] = []
        for run in slots.runs where run.isVisible {
            order += owners[run.content..<run.content + run.length]
        }
        return order
    }

    /// The values of the items that are in the list, in order.
    package var values: [Value] { order.compactMap { items[$0]?.value.value } }
}

extension MovableList: Sendable where Value: Sendable {}
extension MovableList.Item: Sendable where Value: Sendable {}

extension MovableList {
    /// Applies one operation, or refuses it.
    ///
    /// With `asAnchors` it only makes the slots that later operations may name as origins, for a change that is known but not
    /// in force. What concerns an item whose insertion is not in force has no effect either.
    package mutating func apply(
        _ operation: ListOperation<Value>, at moment: Moment, asAnchors: Bool = false
    ) throws(DocumentError) {
        switch operation {
        case .insert(let left, let right, let value):
            let id = try makeSlot(left: left, right: right, for: nil, at: moment)
            if asAnchors { return }
            items[id] = Item(value: Register(), slot: Register(), presence: Presence())
            change(id, at: moment) {
                $0.value.write(value, at: moment)
                $0.slot.write(id, at: moment)
            }
        case .move(let item, let left, let right):
            let id = try id(of: item, at: moment)
            let slot = try makeSlot(left: left, right: right, for: id, at: moment)
            if !asAnchors { change(id, at: moment) { $0.slot.write(slot, at: moment) } }
        case .set(let item, let value):
            let id = try id(of: item, at: moment)
            if !asAnchors { change(id, at: moment) { $0.value.write(value, at: moment) } }
        case .delete(let item):
            let id = try id(of: item, at: moment)
            if asAnchors { return }
            items[id]?.presence.remove(at: moment)
            show(id)
        }
    }

    private func id(of item: ElementRef, at moment: Moment) throws(DocumentError) -> ElementID {
        slots.id(of: try slots.key(of: item, at: moment))
    }

    /// A new slot for an item; without one, for the item that begins with the slot.
    private mutating func makeSlot(
        left: ElementRef?, right: ElementRef?, for item: ElementID?, at moment: Moment
    ) throws(DocumentError) -> ElementID {
        let left = try slots.origin(left, at: moment)
        let right = try slots.origin(right, at: moment)
        guard slots.count(of: moment.stamp.change) < UInt32.max else { throw DocumentError(.tooManyElements) }
        let key = try slots.insert(
            1, left: left, right: right, at: moment, content: owners.count, isVisible: false)
        let slot = slots.id(of: key)
        owners.append(item ?? slot)
        return slot
    }

    /// Lets an insertion, change or move take effect on an item, if it is there.
    private mutating func change(_ id: ElementID, at moment: Moment, _ body: (inout Item) -> Void) {
        guard var item = items[id] else { return }
        body(&item)
        item.presence.add(at: moment)
        items[id] = item
        show(id)
    }

    /// Makes the sequence show an item in its slot, or nowhere.
    private mutating func show(_ id: ElementID) {
        let slot = shownSlot(of: id)
        let old = items[id]?.shown
        guard slot != old else { return }
        if let old { slots.setVisible(false, from: old, count: 1) }
        if let slot { slots.setVisible(true, from: slot, count: 1) }
        items[id]?.shown = slot
    }

    /// The slot that is to show an item; nil if it is deleted.
    func shownSlot(of id: ElementID) -> ElementKey? {
        guard let item = items[id], item.presence.isPresent else { return nil }
        return item.slot.value.flatMap(slots.key(of:))
    }
}

extension MovableList {
    /// The operation that inserts a value so that it becomes number `index`, counted from 0.
    package func insertion(of value: Value, at index: Int) throws(DocumentError) -> ListOperation<Value> {
        guard (0...count).contains(index) else { throw DocumentError(.outOfBounds, position: index) }
        let (left, right) = origins(after: index)
        return .insert(left: left, right: right, value: value)
    }

    /// The operation that moves the item number `index` so that it becomes number `target` of the list without it.
    package func move(from index: Int, to target: Int) throws(DocumentError) -> ListOperation<Value> {
        guard (0..<count).contains(target) else { throw DocumentError(.outOfBounds, position: target) }
        let item = try item(at: index)
        let (left, right) = origins(after: target <= index ? target : target + 1)
        return .move(item: item, left: left, right: right)
    }

    /// The operation that gives the item number `index` another value.
    package func change(at index: Int, to value: Value) throws(DocumentError) -> ListOperation<Value> {
        .set(item: try item(at: index), value: value)
    }

    /// The operation that deletes the item number `index`.
    package func deletion(at index: Int) throws(DocumentError) -> ListOperation<Value> {
        .delete(item: try item(at: index))
    }

    private func item(at index: Int) throws(DocumentError) -> ElementRef {
        guard (0..<count).contains(index) else { throw DocumentError(.outOfBounds, position: index) }
        let place = slots.runs.place(atVisible: index)
        return ElementRef(owners[slots.runs[place].content + place.offset])
    }

    /// The slot that shows the last of the first `count` items, and the slot after it.
    private func origins(after count: Int) -> (left: ElementRef?, right: ElementRef?) {
        let left = count == 0 ? ElementKey.none : slots.key(atVisible: count - 1)
        return (slots.ref(to: left), slots.ref(to: slots.key(after: left)))
    }
}
