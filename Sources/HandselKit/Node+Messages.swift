import Agreement
import Canon
import Foundation
import Ledger
public import Replica
import Store

extension Node {
    public func send(_ ref: String, text: String, files: [String]) throws -> MessageView {
        let space = try replica.resolve(ref)
        try checkMessage(text, hasFiles: !files.isEmpty)
        guard files.count <= AgreementLimits.files else {
            throw HandselError(.refused, "A message carries at most \(AgreementLimits.files) files.")
        }
        let references = try files.map { try replica.attach(path: $0) }
        let id = try replica.commit(in: space) { composer in
            _ = try composer.role()
            return try composer.write([.edit(.message(text: text, files: references))], blobs: references.map(\.blob))
        }
        return try message(id?.description ?? "", in: space)
    }

    private func checkMessage(_ text: String, hasFiles: Bool) throws {
        guard !text.isEmpty || hasFiles else {
            throw HandselError(.usage, "The message is empty. Write something, or attach a file.")
        }
        guard text.utf8.count <= AgreementLimits.message else {
            throw HandselError(
                .refused, "The message is longer than \(AgreementLimits.message / 1_024) KiB. Attach it as a file.")
        }
    }

    /// Rewords one's own message; the other wordings stay in its history.
    public func editMessage(_ ref: String, id: String, text: String) throws -> MessageView {
        let space = try replica.resolve(ref)
        try checkMessage(text, hasFiles: false)
        let message = try message(id, in: space)
        guard let change = ChangeID(text: message.id) else { throw HandselError(.notFound, "There is no message \(id).") }
        try replica.commit(in: space) { composer in
            guard try composer.author(of: change) == composer.view.roster.person(of: composer.device) else {
                throw HandselError(.refused, "Only its author edits a message.")
            }
            try composer.write([.edit(.editMessage(change, text: text))])
        }
        return try self.message(message.id, in: space)
    }

    /// The message whose id begins with `id`.
    private func message(_ id: String, in space: SpaceID) throws -> MessageView {
        let prefix = id.hasPrefix(ChangeID.prefix + "_") ? id : ChangeID.prefix + "_" + id
        let found = try replica.messages(in: space).filter { !id.isEmpty && $0.id.hasPrefix(prefix.lowercased()) }
        guard let first = found.first else {
            throw HandselError(
                .notFound, "There is no message \"\(id)\" in this contract. `handsel message list` shows their ids.")
        }
        guard found.count == 1 else {
            throw HandselError(.ambiguous, "\"\(id)\" begins the ids of \(found.count) messages. Use more of it.")
        }
        return first
    }

    public func messages(_ ref: String) throws -> [MessageView] { try replica.messages(in: try replica.resolve(ref)) }

    /// Full-text search; every word has to be there, or the beginning of one.
    public func search(_ query: String, in ref: String?) throws -> [SearchHit] {
        try replica.search(query, in: try ref.map { try replica.resolve($0) })
    }

    public func putFile(_ ref: String, path: String) throws -> FileView {
        let space = try replica.resolve(ref)
        let file = try replica.attach(path: path)
        try replica.commit(in: space) { composer in
            _ = try composer.role()
            try composer.write([.edit(.file(file))], blobs: [file.blob])
        }
        return try self.file(file.blob.description, in: space)
    }

    /// Writes an attachment to disk, under its own name unless `path` says otherwise.
    public func getFile(_ ref: String, name: String, to path: String?) throws -> FileView {
        let space = try replica.resolve(ref)
        let view = try file(name, in: space)
        guard let blob = BlobID(text: view.id) else { throw HandselError(.notFound, "There is no file \(name).") }
        try replica.extract(blob, in: space, to: path ?? (view.name as NSString).lastPathComponent)
        return view
    }

    public func files(_ ref: String) throws -> [FileView] { try replica.files(in: try replica.resolve(ref)) }

    /// The latest file of that name, or the one whose id begins so.
    private func file(_ name: String, in space: SpaceID) throws -> FileView {
        let all = try replica.files(in: space)
        guard let found = all.last(where: { $0.name == name }) ?? all.last(where: { !name.isEmpty && $0.id.hasPrefix(name) })
        else {
            throw HandselError(
                .notFound, "There is no file \"\(name)\" in this contract. `handsel file list` shows those there are.")
        }
        return found
    }
}
