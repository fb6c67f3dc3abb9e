import Ledger

/// The FugueMax tree as the paper has it (Weidner and Kleppmann, "The Art of the Fugue"), made for clarity alone.
struct FugueTree {
    enum Side {
        case left
        case right
    }

    /// What an author tells the others about a new element.
    struct Message {
        let id: ElementID
        /// Nil for the root.
        let parent: ElementID?
        let side: Side
        /// What lay to the right of a right child when it was made; nil for the end.
        let rightOrigin: ElementID?
    }

    private var messages: [ElementID: Message] = [:]
    private var leftChildren: [ElementID: [ElementID]] = [:]
    /// Those of the root under nil.
    private var rightChildren: [ElementID?: [ElementID]] = [:]

    /// The elements by traversing the tree: left children, the node, right children.
    var order: [ElementID] {
        func visit(_ id: ElementID) -> [ElementID] {
            (leftChildren[id] ?? []).flatMap(visit) + [id] + (rightChildren[id] ?? []).flatMap(visit)
        }
        return (rightChildren[nil] ?? []).flatMap(visit)
    }

    /// The message for a new element between two neighbours, from their place in the author's tree.
    func message(_ id: ElementID, left: ElementID?, right: ElementID?) -> Message {
        if rightChildren[left] == nil { return Message(id: id, parent: left, side: .right, rightOrigin: right) }
        return Message(id: id, parent: right, side: .left, rightOrigin: nil)
    }

    /// The message for a new element with any origins: a left child of the right one if that was inserted behind the left one.
    func messageForAnyOrigins(_ id: ElementID, left: ElementID?, right: ElementID?) -> Message {
        if let right, leftOrigin(of: right) == left { return Message(id: id, parent: right, side: .left, rightOrigin: nil) }
        return Message(id: id, parent: left, side: .right, rightOrigin: right)
    }

    /// Upwards from a node along left children, then once along a right child.
    private func leftOrigin(of id: ElementID) -> ElementID? {
        guard let message = messages[id], let parent = message.parent else { return nil }
        return message.side == .right ? parent : leftOrigin(of: parent)
    }

    /// Whether an element would go behind a sibling, of which the tree of an honest author has none.
    func isBehindSibling(_ message: Message) -> Bool {
        var tree = self
        tree.receive(message)
        return tree.siblings(of: message).first != message.id
    }

    private func siblings(of message: Message) -> [ElementID] {
        if message.side == .left, let parent = message.parent { return leftChildren[parent] ?? [] }
        return rightChildren[message.parent] ?? []
    }

    mutating func receive(_ message: Message) {
        messages[message.id] = message
        if message.side == .left, let parent = message.parent {
            leftChildren[parent] = ((leftChildren[parent] ?? []) + [message.id]).sorted()
        } else {
            rightChildren[message.parent] = sortedByRightOrigin((rightChildren[message.parent] ?? []) + [message.id])
        }
    }

    /// The farthest right origin first, then by id.
    private func sortedByRightOrigin(_ siblings: [ElementID]) -> [ElementID] {
        guard siblings.count > 1 else { return siblings }
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        func place(_ id: ElementID) -> Int {
            guard let origin = messages[id]?.rightOrigin else { return .max }
            return places[origin] ?? -1
        }
        return siblings.sorted { place($0) == place($1) ? $0 < $1 : place($0) > place($1) }
    }
}
