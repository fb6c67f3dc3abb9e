import Evidence
import Foundation
import Ledger
import Replica

/// Signed histories that outsiders can check.
extension Node {
    /// Writes the signed history of a contract into a directory, which has to be empty or not there yet.
    ///
    /// `only` and `withhold` name kinds of operations, groups of them, persons, or changes by the beginning of their id. With
    /// `timestampURL` an RFC 3161 authority confirms when the history existed; it learns a digest and nothing else.
    public func export(
        _ ref: String, to directory: String, only: [String]? = nil, withhold: [String] = [], timestampURL: String? = nil
    ) async throws -> ExportReport {
        let space = try replica.resolve(ref)
        let folder = try ExportFolder(directory)
        let changes = try replica.openableChanges(of: space).map { EvidenceChange($0.change, changeKey: $0.changeKey) }
        let keys = replica.keys.device
        let time = now
        var files = try Self.translated {
            try Evidence.export(space, changes, only: only, withhold: withhold, by: keys, at: time)
        }
        let manifest = files[EvidenceFile.manifest] ?? []
        if let timestampURL { files[EvidenceFile.timestamp] = try await Self.timestamp(of: manifest, at: timestampURL) }
        let contents = try Self.verify(files, path: directory, anchors: nil)
        try folder.write(files)
        return ExportReport(path: directory, files: files.keys.sorted(), contents: contents)
    }

    /// Checks an exported history; needs no replica and no network.
    ///
    /// `timestampAuthority` is a file of root certificates (PEM), by which its timestamp has to be signed.
    public static func verify(path: String, timestampAuthority: String? = nil) throws -> VerificationReport {
        let files = try ExportFolder.read(path)
        let anchors = try timestampAuthority.map { file in
            guard let data = FileManager.default.contents(atPath: file) else {
                throw HandselError(.notFound, "\"\(file)\" is not a file that can be read. Check its name and permissions.")
            }
            return String(decoding: data, as: UTF8.self)
        }
        return try verify(files, path: path, anchors: anchors)
    }

    private static func verify(_ files: [String: [UInt8]], path: String, anchors: String?) throws -> VerificationReport {
        try translated {
            let report = try Evidence.verify(files)
            guard let token = files[EvidenceFile.timestamp] else {
                guard anchors == nil else {
                    throw HandselError(.damaged, "There is no timestamp in \(path), so the authority has confirmed nothing.")
                }
                return VerificationReport(report, path: path, timestamp: nil)
            }
            let request = try TimestampRequest(of: files[EvidenceFile.manifest] ?? [], nonce: nil)
            return VerificationReport(report, path: path, timestamp: try Timestamp(token, for: request, anchors: anchors))
        }
    }

    private static func timestamp(of manifest: [UInt8], at url: String) async throws -> [UInt8] {
        do {
            return try await TimestampClient().stamp(manifest, at: url, nonce: .random(in: .min ... .max))
        } catch let error as TimestampError {
            throw HandselError(.network, error.description)
        }
    }

    /// Whatever is wrong with a history, or with the timestamp in it, is damage; a choice that cannot be made is not.
    private static func translated<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as EvidenceError {
            throw HandselError(error.isDamage ? .damaged : error.code == .badSelection ? .usage : .refused, error.description)
        } catch let error as TimestampError {
            throw HandselError(error.code == .badCertificates ? .usage : .damaged, error.description)
        }
    }
}

/// The directory of one exported history.
private struct ExportFolder {
    private let url: URL

    /// Refuses a directory that holds something already.
    init(_ path: String) throws {
        url = URL(fileURLWithPath: path)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
        guard isDirectory.boolValue, try FileManager.default.contentsOfDirectory(atPath: path).isEmpty else {
            throw HandselError(.alreadyExists, "There is something in \(path) already. Name a directory that is empty or new.")
        }
    }

    /// Writes all files or none: they appear together, under the directory's name.
    func write(_ files: [String: [UInt8]]) throws {
        let manager = FileManager.default
        let part = url.deletingLastPathComponent().appending(path: ".\(url.lastPathComponent).\(UUID().uuidString).part")
        defer { try? manager.removeItem(at: part) }
        do {
            try manager.createDirectory(at: part, withIntermediateDirectories: true)
            for (name, bytes) in files { try Data(bytes).write(to: part.appending(path: name)) }
        } catch { throw HandselError(.refused, "\(url.path) cannot be written. Choose another place.") }
        guard rename(part.path, url.path) == 0 else {
            throw HandselError(.refused, "\(url.path) cannot be written. Choose another place.")
        }
    }

    /// The files of a directory; of one that does not belong there only the name is taken.
    static func read(_ path: String) throws -> [String: [UInt8]] {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: path) else {
            throw HandselError(.notFound, "\"\(path)\" is not a directory that can be read. Check its name and permissions.")
        }
        var files: [String: [UInt8]] = [:]
        for name in names {
            guard EvidenceFile.all.contains(name) else {
                files[name] = []
                continue
            }
            let file = path + "/" + name
            let attributes = try? manager.attributesOfItem(atPath: file)
            guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int,
                size <= EvidenceLimits.file, let data = manager.contents(atPath: file)
            else { throw HandselError(.damaged, "\(name) is not a file that can be read, or is far too large.") }
            files[name] = Array(data)
        }
        return files
    }
}
