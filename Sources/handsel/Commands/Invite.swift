import ArgumentParser
import HandselKit

/// `handsel invite`: a link that lets the other side in.
struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Invite the other side, or an agent or a mediator, to a contract.",
        discussion: """
            Prints a link for one person. It works while you are offline, and stands until it is used, revoked or expired.

            Example:
              handsel invite "Landing page" --role freelancer
            """,
        subcommands: [InviteMake.self, InviteList.self, InviteRevoke.self],
        defaultSubcommand: InviteMake.self)

    @OptionGroup var options: GlobalOptions
}

/// The command `handsel invite make`, which is what `handsel invite` does.
struct InviteMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Make a link for one person.",
        discussion: """
            Send the link on a way that only the other side reads: whoever has it can take the place.

            Example:
              handsel invite "Landing page" --role freelancer
            """)

    @Argument(help: "The contract; may be left out if there is only one.")
    var contract: String?

    @Option(help: "The place that is offered: client, freelancer, agent or mediator. (default: the other party's)")
    var role: Role?

    @Option(help: ArgumentHelp("How long the link may be used.", valueName: "hours"))
    var expiresIn: UInt64 = 14 * 24

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let invite = try await options.open().invite(contract, role: role?.rawValue, expiresInHours: expiresIn)
        try options.show(invite) { page in
            page.line(
                "Send this link to the \(invite.role) of \(invite.title, .bold). It can be used once, until \(UTC.text(invite.expires))."
            )
            page.blank()
            page.line("\(invite.link)")
            page.blank()
            page.line("They take it up with `handsel join LINK`, after your next `handsel sync`.")
        }
    }
}

/// The command `handsel invite list`.
struct InviteList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the invites of your contracts.",
        discussion: """
            Example:
              handsel invite list
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let invites = try await options.open().invites()
        try options.show(["invites": invites]) { page in
            guard !invites.isEmpty else {
                return page.line("There are no invites. Make one with `handsel invite CONTRACT`.")
            }
            page.table(
                ["Contract", "Role", "State", "Until (UTC)", "Id"],
                invites.map { invite in
                    [
                        Line(invite.title, .bold), Line(invite.role), Line(status: invite.state),
                        Line(UTC.minute(invite.expires)), Line("\(ShortID(invite.id))", .faint),
                    ]
                })
        }
    }
}

/// The command `handsel invite revoke`.
struct InviteRevoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Make a link useless that nobody has taken up.",
        discussion: """
            Example:
              handsel invite revoke change_4k2m9x
            """)

    @Argument(help: "The invite's id, or its beginning; `handsel invite list` shows it.")
    var invite: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let invite = try await options.open().revokeInvite(invite)
        try options.show(invite) { page in
            page.line("The invite to \(invite.title, .bold) is \(Line(status: invite.state)).")
            page.saveForSync()
        }
    }
}
