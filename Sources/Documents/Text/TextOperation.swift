/// One step of a text edit.
///
/// A change carries a list of them, applied one after another.
package enum TextOperation: Hashable, Sendable {
    /// Inserts text between two elements that were neighbours when its author wrote it, hidden elements included.
    ///
    /// Nil stands for the start or the end of the document. Each Unicode scalar becomes one element, numbered on from the
    /// elements that the change has inserted so far.
    case insert(left: ElementRef?, right: ElementRef?, text: String)
    /// Hides elements; hiding one again changes nothing.
    case delete([ElementRange])
}

/// An edit of a text as people see it: at a position, some scalars go and others come.
///
/// Positions and counts are in Unicode scalars. In a list of patches each applies to the text that those before it left.
package struct TextPatch: Hashable, Sendable {
    package let position: Int
    package let deleted: Int
    package let inserted: String

    package init(_ position: Int, deleting deleted: Int = 0, inserting inserted: String = "") {
        self.position = position
        self.deleted = deleted
        self.inserted = inserted
    }
}
