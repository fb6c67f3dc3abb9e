import Canon
import Documents
import FuzzSubjects

extension Examples {
    /// Edits of a text, one of which has not seen the one before it.
    func textHistory() throws -> (edits: [UInt8], document: TextDocument) {
        let patches: [(unseen: Int, patches: [TextPatch])] = [
            (0, [TextPatch(0, inserting: "Hello, wörld")]), (0, [TextPatch(5, deleting: 2, inserting: "! ")]),
            (1, [TextPatch(5, inserting: "-"), TextPatch(0, deleting: 1, inserting: "J")]), (0, [TextPatch(2, deleting: 6)]),
        ]
        var timeline = Timeline()
        var documents = [TextDocument()]
        var edits: [(unseen: Int, payload: [UInt8])] = []
        for edit in patches {
            let operations = try documents[documents.count - 1 - edit.unseen].operations(for: edit.patches)
            var document = documents[documents.count - 1]
            try document.apply(operations, at: timeline.next(unseen: edit.unseen))
            documents.append(document)
            edits.append((edit.unseen, TextOperation.encoded(operations)))
        }
        return (Self.history(edits), documents[documents.count - 1])
    }

    func listHistory() throws -> (edits: [UInt8], document: [UInt8]) {
        let steps: [(MovableList<Int64>) throws -> ListOperation<Int64>] = [
            { try $0.insertion(of: 1, at: 0) }, { try $0.insertion(of: -2, at: 1) }, { try $0.insertion(of: 3, at: 0) },
            { try $0.move(from: 0, to: 2) }, { try $0.change(at: 1, to: 1 << 40) }, { try $0.deletion(at: 0) },
        ]
        var timeline = Timeline()
        var list = MovableList<Int64>()
        var edits: [(unseen: Int, payload: [UInt8])] = []
        for step in steps {
            let operation = try step(list)
            try list.apply(operation, at: timeline.next(unseen: 0))
            edits.append((0, CBORWriter.encode { operation.encode(to: &$0) { $0.integer($1) } }))
        }
        return (Self.history(edits), CBORWriter.encode { list.encode(to: &$0) { $0.integer($1) } })
    }

    private static func history(_ edits: [(unseen: Int, payload: [UInt8])]) -> [UInt8] {
        CBORWriter.encode {
            $0.array(edits) { writer, edit in
                writer.array(2)
                writer.count(edit.unseen)
                writer.raw(edit.payload)
            }
        }
    }
}
