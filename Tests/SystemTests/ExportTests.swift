import Foundation
import Support
import Testing

/// The signed history as people make it and as strangers check it: with our command, with openssl, and with a script of others.
@Suite("A signed history on the command line")
struct ExportTests {
    /// The script that shares no code with ours.
    private static let script = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "EvidenceTests/verify.py")

    /// A `python3` with the two modules that the script needs.
    private static let python = ["/usr/bin/python3", SQLite.tool("python3")?.path].compactMap { $0 }.first { path in
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-c", "import cbor2, cryptography"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private static func contract(_ body: (Scene) async throws -> Void) async throws {
        try await Scene.with { scene in
            try await scene.agreeByBundles()
            try await scene.ada.run("message", "send", Scene.contract, "A word between us.")
            try await scene.ada.run("milestone", "submit", Scene.contract, "Design", "--note", "Done.")
            try await scene.carryAll()
            try await body(scene)
        }
    }

    private func run(_ program: String, _ arguments: [String], in scene: Scene) async throws -> Outcome {
        try await Job(URL(fileURLWithPath: program), arguments, in: scene.folder).outcome()
    }

    @Test(
        "openssl accepts the exporter's signature and the authority's timestamp, and so do we",
        .enabled(if: TimestampAuthority.isAvailable))
    func timestamp() async throws {
        try await Self.contract { scene in
            try await TimestampAuthority.with { authority in
                let evidence = scene.path("evidence").path
                try await scene.ada.run("export", Scene.contract, "--to", evidence, "--timestamp", authority.url())
                let root = authority.directory.appending(path: "root.pem").path
                let stamp = [
                    "ts", "-verify", "-data", evidence + "/manifest.json", "-in", evidence + "/manifest.tsr", "-CAfile", root,
                ]
                let signature = [
                    "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", evidence + "/exporter.pem", "-in",
                    evidence + "/manifest.json", "-sigfile", evidence + "/manifest.sig",
                ]
                for arguments in [stamp, signature] {
                    let outcome = try await authority.openssl(arguments)
                    #expect(outcome.isSuccess, "\(outcome.text)")
                }
                let stranger = Person("stranger", in: scene.folder)
                try await stranger.run("verify", evidence, "--timestamp-ca", root)
                let other = authority.directory.appending(path: "stranger.pem").path
                let refused = try await stranger.attempt(["verify", evidence, "--timestamp-ca", other])
                #expect(refused.end == .exited(3), "\(refused)")
                // Another manifest's timestamp says nothing about this one.
                try await scene.bob.run("export", Scene.contract, "--to", scene.path("other").path)
                try FileManager.default.copyItem(
                    atPath: evidence + "/manifest.tsr", toPath: scene.path("other").path + "/manifest.tsr")
                let moved = try await stranger.attempt(["verify", scene.path("other").path, "--timestamp-ca", root])
                #expect(moved.end == .exited(3), "\(moved)")
            }
        }
    }

    @Test("each side's export satisfies a script that shares no code with us", .enabled(if: python != nil))
    func script() async throws {
        try await Self.contract { scene in
            for person in scene.people {
                let folder = scene.path("evidence-\(person.name)").path
                try await person.run("export", Scene.contract, "--to", folder)
                let outcome = try await run(Self.python ?? "", [Self.script.path, folder], in: scene)
                #expect(outcome.end == .exited(0), "\(outcome)")
            }
        }
    }

    @Test("what is withheld stands in no file, and the rest is verified without a replica")
    func withheld() async throws {
        try await Self.contract { scene in
            let folder = scene.path("evidence")
            try await scene.ada.run("export", Scene.contract, "--to", folder.path, "--withhold", "messages")
            for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
                let data = try Data(contentsOf: file)
                #expect(data.range(of: Data("A word between us.".utf8)) == nil, "\(file.lastPathComponent)")
            }
            let stranger = Person("stranger", in: scene.folder)
            let report = try await stranger.run("verify", folder.path)
            #expect(report.contains("1 withheld"))
            #expect(!FileManager.default.fileExists(atPath: stranger.home.path), "verifying makes no replica")
        }
    }

    @Test("a folder that is damaged, or none at all, is refused with one sentence and exit code 3")
    func damage() async throws {
        try await Self.contract { scene in
            let folder = scene.path("evidence")
            try await scene.ada.run("export", Scene.contract, "--to", folder.path)
            let again = try await scene.ada.attempt(["export", Scene.contract, "--to", folder.path])
            #expect(again.isRefusal, "an export never writes over another: \(again)")
            let stranger = Person("stranger", in: scene.folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let file = folder.appending(path: name)
                let whole = try Data(contentsOf: file)
                try whole.dropLast().write(to: file)
                let cut = try await stranger.attempt(["verify", folder.path])
                #expect(cut.end == .exited(3) && cut.isOneSentence, "\(name): \(cut)")
                try FileManager.default.removeItem(at: file)
                let missing = try await stranger.attempt(["verify", folder.path])
                #expect(missing.end == .exited(3) && missing.isOneSentence, "\(name): \(missing)")
                try whole.write(to: file)
            }
            try await stranger.run("verify", folder.path)
        }
    }
}
