import ArgumentParser
import HandselKit

/// `handsel device`: one person's several devices.
struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device",
        abstract: "Use Handsel on several devices of yours, and remove one that is lost.",
        discussion: """
            Each device has its own key and its own replica; what one signs, the others have after a sync.

            Example:
              handsel device add
            """,
        subcommands: [DeviceAdd.self, DeviceAccept.self, DeviceList.self, DeviceRenew.self, DeviceRevoke.self])

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel device add`.
struct DeviceAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Print a code that lets one further device of yours in.",
        discussion: """
            Sync, and type or copy the code on the new device. Whoever has it can act for you until it is used, so use it at once; \
            `handsel device revoke` takes it back.

            Example:
              handsel device add
              handsel sync
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let code = try await options.open().addDevice()
        try options.show(code) { page in
            page.line("On the new device, after a sync here:")
            page.blank()
            page.line("  handsel device accept \(code.code, .bold)")
            page.blank()
            page.line("It works once. Until then `handsel device revoke \(ShortID(code.device))` takes it back.")
            page.saveForSync(to: "the relay")
        }
    }
}

/// The command `handsel device accept`.
struct DeviceAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Make this a further device of yours, with a code from another.",
        discussion: """
            Everything comes from the relay that the code names.

            Example:
              handsel --home new-laptop device accept "CODE-FROM-THE-OTHER-DEVICE"
            """)

    @Argument(help: "The code that `handsel device add` printed on the other device.")
    var code: String

    @Option(help: "The relay to get everything from, if not the one in the code.")
    var relay: String?

    @OptionGroup var seal: SealOption
    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try await Node.accept(
            home: options.directory, code: code, relay: relay, passphrase: try seal.read(options), progress: options.progress)
        try await options.welcome(node)
    }
}

/// The command `handsel device list`.
struct DeviceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List your devices.",
        discussion: """
            Example:
              handsel device list
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let devices = try await options.open().devices()
        try options.show(["devices": devices]) { page in
            page.table(
                ["Device", "Status", .number("Changes"), "Since (UTC)"],
                devices.map { device in
                    [
                        Line("\(ShortID(device.id))"), Line(device.status), Line("\(device.changes)"),
                        Line(device.since.map(UTC.text) ?? ""),
                    ]
                })
            for device in devices where device.isForked {
                page.line(
                    "\(ShortID(device.id)) signed different things in the same place: a copy of it is in use. What others had acknowledged stands."
                )
            }
        }
    }
}

/// The command `handsel device revoke`.
struct DeviceRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Remove a device of yours that is lost, stolen or done with.",
        discussion: """
            It reads nothing that is written from now on. What it signed counts as far as you know it, or the other side had \
            acknowledged it before they heard of this. It never comes back.

            Example:
              handsel device revoke device_4k2m9x
            """)

    @Argument(help: "The device's id, or its beginning; `handsel device list` shows it.")
    var device: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let removed = try await options.open().removeDevice(device)
        try options.show(removed) { page in
            page.line("\(ShortID(removed.id), .bold) is none of yours any more, and new keys are in use.")
            page.saveForSync(to: "the others")
        }
    }
}

/// The command `handsel device renew`.
struct DeviceRenew: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Give a copied or restored replica a device key of its own.",
        discussion: """
            Two replicas with one key would sign different things in the same place, and others would count neither. Sync before, \
            so that everything is here.

            Example:
              handsel device renew "CODE-FROM-YOUR-PAPER"
            """)

    @Argument(help: "The recovery code that `handsel init` printed.")
    var code: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let node = try await options.open().renew(code: code)
        let replica = try await node.whoAmI()
        try options.show(replica) { page in
            page.line("This replica has a device key of its own now.")
            page.saveForSync(to: "the others")
            page.blank()
            page.identity(replica)
        }
    }
}
