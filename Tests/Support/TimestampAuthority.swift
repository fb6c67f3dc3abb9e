package import Foundation

/// A timestamp authority of the command `openssl` behind an HTTP server, in a directory of their own.
package struct TimestampAuthority: Sendable {
    /// Whether this machine has what it takes.
    package static var isAvailable: Bool {
        let path = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        return ["openssl", "python3"].allSatisfy { name in
            path.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
        }
    }

    package let directory: URL
    /// Without and with TLS.
    private let ports: [Substring]

    /// Runs `body` beside an authority, and ends the authority whatever happens.
    package static func with(_ body: (TimestampAuthority) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "handsel-timestamp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await makeKeys(in: directory)
        try Data(configuration.utf8).write(to: directory.appending(path: "ts.cnf"))
        try Data(server.utf8).write(to: directory.appending(path: "server.py"))

        let process = command(["python3", "server.py"], in: directory)
        // The server ends with its input, so that it does not outlive a test that is killed.
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, FileHandle.nullDevice)
        let exit = exit(of: process)
        try process.run()
        let result: Result<Void, any Error>
        do {
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            result = .success(
                try await body(TimestampAuthority(directory: directory, ports: line.split(whereSeparator: \.isWhitespace))))
        } catch {
            result = .failure(error)
        }
        // Not with a signal that can be blocked, as signals are in the threads of a test.
        kill(process.processIdentifier, SIGKILL)
        for await _ in exit {}
        try result.get()
    }

    /// Where the server answers in the way that `path` names.
    package func url(_ path: String = "stamp") -> String { "http://127.0.0.1:\(ports[0])/\(path)" }

    /// The same over TLS, with a certificate that nobody trusts.
    package var untrusted: String { "https://127.0.0.1:\(ports[1])/stamp" }

    package func text(_ name: String) throws -> String {
        try String(contentsOf: directory.appending(path: name), encoding: .utf8)
    }

    /// What the command prints, and whether it succeeded.
    package func openssl(_ arguments: [String]) async throws -> (text: String, isSuccess: Bool) {
        try await Self.run(["openssl"] + arguments, in: directory)
    }

    private static func makeKeys(in directory: URL) async throws {
        let new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "30"]
        let issuer = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"].flatMap { ["-addext", $0] }
        let stamps = ["-addext", "basicConstraints=CA:FALSE", "-addext", "extendedKeyUsage=critical,timeStamping"]
        let certificates: [(file: String, name: String, rest: [String])] = [
            ("root", "/CN=Root", issuer),
            ("stranger", "/CN=Stranger", issuer),
            ("server", "/CN=Server", []),
            ("between", "/CN=Between", issuer + ["-CA", "root.pem", "-CAkey", "root.key"]),
            ("tsa", "/O=Größe/CN=Stamps", stamps + ["-CA", "root.pem", "-CAkey", "root.key"]),
            ("deep", "/CN=Deep Stamps", stamps + ["-CA", "between.pem", "-CAkey", "between.key"]),
        ]
        for (file, name, rest) in certificates {
            let (text, isSuccess) = try await run(
                new + ["-keyout", "\(file).key", "-out", "\(file).pem", "-utf8", "-subj", name] + rest, in: directory)
            guard isSuccess else { throw Failure(text: text) }
        }
    }

    private struct Failure: Error {
        let text: String
    }

    private static func run(_ words: [String], in directory: URL) async throws -> (text: String, isSuccess: Bool) {
        let process = command(words, in: directory)
        let output = Pipe()
        (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, output)
        let exit = exit(of: process)
        try process.run()
        for await _ in exit {}
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return (text, process.terminationStatus == 0)
    }

    private static func command(_ words: [String], in directory: URL) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = directory
        return process
    }

    private static func exit(of process: Process) -> AsyncStream<Never> {
        let (exit, continuation) = AsyncStream<Never>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        return exit
    }
}

extension TimestampAuthority {
    private static let configuration = """
        [stamp]
        serial = serial
        signer_cert = tsa.pem
        signer_key = tsa.key
        signer_digest = sha256
        default_policy = 1.2.3.4.1
        digests = sha256
        accuracy = secs:1
        clock_precision_digits = 3
        tsa_name = yes
        ess_cert_id_alg = sha256

        [deep]
        serial = serial
        signer_cert = deep.pem
        signer_key = deep.key
        signer_digest = sha256
        default_policy = 1.2.3.4.1
        digests = sha256
        ess_cert_id_alg = sha256

        [reject]
        serial = serial
        signer_cert = tsa.pem
        signer_key = tsa.key
        signer_digest = sha256
        default_policy = 1.2.3.4.1
        digests = sha512
        ess_cert_id_alg = sha256
        """

    private static let server = """
        import http.server, ssl, subprocess, sys, threading

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                path = self.path[1:]
                if self.headers["Content-Type"] != "application/timestamp-query": self.answer(415, b"")
                elif path == "missing": self.answer(404, b"")
                elif path == "large": self.answer(200, bytes(100_000))
                elif path == "endless": self.endless()
                elif path == "page": self.answer(200, b"<p>Welcome", "text/html")
                elif path == "garbage": self.answer(200, b"garbage")
                elif path == "silent": self.rfile.read(1)
                elif path == "hurry": self.close_connection = True
                elif path == "moved": self.answer(307, b"", Location="/stamp")
                else: self.answer(200, self.stamp(path, query))

            def stamp(self, section, query):
                with open("query.tsq", "wb") as file: file.write(query)
                subprocess.run(["openssl", "ts", "-reply", "-config", "ts.cnf", "-section", section,
                    "-queryfile", "query.tsq", "-out", "reply.tsr"], check=True, stderr=subprocess.DEVNULL)
                with open("reply.tsr", "rb") as file: return file.read()

            def endless(self):
                self.send_response(200)
                self.end_headers()
                while True: self.wfile.write(bytes(1000))

            def answer(self, status, body, kind="application/timestamp-reply", **headers):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items(): self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments): pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.pem", "server.key")
        plain, secure = (http.server.HTTPServer(("127.0.0.1", 0), Handler) for _ in range(2))
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        print(f"{plain.server_address[1]} {secure.server_address[1]}", flush=True)
        for server in (plain, secure): threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        """
}
