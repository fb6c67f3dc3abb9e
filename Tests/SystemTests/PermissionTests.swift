import Foundation
import Support
import Testing

@Suite("Key file and replica are closed to other users, or nothing starts", .enabled(if: SQLite.isInstalled))
struct PermissionTests {
    private static let files = [
        "device.keys", "replica.sqlite", "replica.sqlite-wal", "replica.sqlite-shm", "replica.sqlite-turn",
    ]

    private static func mode(_ url: URL) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int)
    }

    private static func setMode(_ mode: Int, of url: URL) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }

    @Test(
        "all is made for its owner alone, whatever the umask", .timeLimit(.minutes(5 * allowance)),
        arguments: ["000", "022", "077"])
    func made(umask: String) async throws {
        try await Scene.with { scene in
            let command = "umask \(umask); exec '\(Person.program.path)' --home '\(scene.ada.home.path)' init --name Ada"
            let made = try await Job(URL(fileURLWithPath: "/bin/sh"), ["-c", command], in: scene.folder).outcome()
            #expect(made.end == .exited(0), "\(made)")
            #expect(try Self.mode(scene.ada.home) == 0o700)
            // A node that runs keeps -wal and -shm there.
            let up = try scene.ada.start(["up", "--listen", "127.0.0.1:0"])
            try await eventually { up.said.contains("Listening") }
            for file in Self.files {
                let mode = try Self.mode(scene.ada.home.appendingPathComponent(file))
                #expect(mode == 0o600, "\(file): \(String(mode, radix: 8))")
            }
            up.interrupt()
            #expect(try await up.outcome().end == .exited(0))
            let names = Set(try FileManager.default.contentsOfDirectory(atPath: scene.ada.home.path))
            #expect(names.isSubset(of: Self.files), "\(names)")
        }
    }

    @Test("the database is never open to others, not even while it is made", .timeLimit(.minutes(5 * allowance)))
    func firstByte() async throws {
        guard let strace = SQLite.tool("strace") else { return }
        try await Scene.with { scene in
            let trace = scene.path("trace")
            let arguments = ["-f", "-e", "trace=open,openat,creat", "-o", trace.path, Person.program.path]
            let run = arguments + ["--home", scene.ada.home.path, "init", "--name", "Ada"]
            let made = try await Job(strace, run, in: scene.folder).outcome()
            #expect(made.end == .exited(0), "\(made)")
            let calls = try String(contentsOf: trace, encoding: .utf8).split(separator: "\n").filter {
                $0.contains("O_CREAT") && $0.contains(scene.ada.home.path) && !$0.contains("ENOENT")
            }
            #expect(calls.contains { $0.contains("replica.sqlite\"") } && calls.contains { $0.contains("device.keys") })
            for name in ["replica.sqlite\"", "device.keys"] {
                let first = try #require(calls.first { $0.contains(name) })
                #expect(first.contains(", 0600)"), "\(first)")
            }
        }
    }

    @Test(
        "a file that others may read or write stops every command, which says how to mend it", .timeLimit(.minutes(5 * allowance))
    )
    func open() async throws {
        try await Scene.with { scene in
            try await scene.ada.run("init", "--name", "Ada")
            for file in Self.files.prefix(2) {
                let url = scene.ada.home.appendingPathComponent(file)
                for mode in [0o640, 0o604, 0o620, 0o602, 0o601, 0o644, 0o666] {
                    try Self.setMode(mode, of: url)
                    for command in [["whoami"], ["sync"], ["up", "--listen", "127.0.0.1:0"], ["passphrase", "remove"]] {
                        let outcome = try await scene.ada.attempt(command)
                        let says = outcome.errors.contains("Run `chmod 600 \(url.path)`.")
                        #expect(outcome.isRefusal && says, "\(String(mode, radix: 8)), \(command): \(outcome)")
                    }
                    try Self.setMode(0o600, of: url)
                    try await scene.ada.run("whoami")
                }
            }
            try Self.setMode(0o770, of: scene.ada.home)
            let outcome = try await scene.ada.attempt(["whoami"])
            #expect(outcome.isRefusal && outcome.errors.contains("Run `chmod 700 \(scene.ada.home.path)`."), "\(outcome)")
            try Self.setMode(0o755, of: scene.ada.home)
            try await scene.ada.run("whoami")
        }
    }

    @Test("what another user owns is not used", .timeLimit(.minutes(5 * allowance)), .enabled(if: geteuid() == 0))
    func owner() async throws {
        try await Scene.with { scene in
            try await scene.ada.run("init", "--name", "Ada")
            for file in Self.files.prefix(2) {
                let path = scene.ada.home.appendingPathComponent(file).path
                #expect(chown(path, 65_534, gid_t.max) == 0)
                let outcome = try await scene.ada.attempt(["whoami"])
                #expect(outcome.isRefusal && outcome.errors.contains(path) && outcome.errors.contains("chown"), "\(outcome)")
                #expect(chown(path, 0, gid_t.max) == 0)
            }
            try await scene.ada.run("whoami")
        }
    }
}
