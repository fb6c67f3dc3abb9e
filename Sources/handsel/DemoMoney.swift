import Foundation
import HandselKit

/// The part of the story in which money moves: an agent holds it, a mediator rules, and everyone ends with a history to show.
extension DemoStory {
    /// Eve, who holds the money, and Max, who may rule, come in by links as the terms that both have signed name them.
    func appoint() throws {
        for (person, role) in [("eve", "agent"), ("max", "mediator")] {
            let invite: InviteMade = try stage.ask("bob", ["invite", Self.contract, "--role", role])
            try sync("bob")
            try step("\(person): join, as the \(role) whom the terms name") { try stage.run(person, ["join", invite.link]) }
        }
        for person in ["bob", "ada", "bob", "eve", "max"] { try sync(person) }
    }

    func fund() throws {
        scene("Bob orders deposits and pays; Eve reads her bank's statement and signs what came in.")
        try step("bob: milestone fund Design and Build") {
            try stage.run("bob", ["milestone", "fund", Self.contract, "Design"])
            try stage.run("bob", ["milestone", "fund", Self.contract, "Build"])
        }
        try sync("bob")
        try sync("eve")
        var statement = String(decoding: PackageResources.statement_xml, as: UTF8.self)
        let inbox: [String: [DutyView]] = try stage.ask("eve", ["agent", "inbox"])
        for duty in inbox["duties"] ?? [] where duty.kind == "deposit" {
            statement = statement.replacingOccurrences(of: "REFERENCE-\(duty.milestone ?? 0)", with: duty.reference ?? "")
        }
        try Data(statement.utf8).write(to: stage.directory.appendingPathComponent("statement.xml"))
        try step("eve: agent import-statement, a camt.053 file with two payments") {
            try stage.run("eve", ["agent", "import-statement", stage.path("statement.xml")])
        }
        for person in ["eve", "bob", "ada"] { try sync(person) }
    }

    func releaseAndDispute() throws {
        scene("Design is released. Over Build they disagree; Max hears both and rules; Eve carries it out.")
        try step("bob: milestone release Design; ada: milestone submit Build") {
            try stage.run("bob", ["milestone", "release", Self.contract, "Design"])
            try stage.run("ada", ["milestone", "submit", Self.contract, "Build", "--note", "It runs on our test machine."])
        }
        for person in ["ada", "bob"] { try sync(person) }
        try step("bob: milestone dispute Build") {
            try stage.run("bob", ["milestone", "dispute", Self.contract, "Build", "--note", "It does not run on phones."])
        }
        for person in ["bob", "ada"] { try sync(person) }
        try step("ada: milestone disclose, with the message that promised it") {
            let list: [String: [MessageView]] = try stage.ask("ada", ["message", "list", Self.contract])
            let message = list["messages"]?.first?.id ?? ""
            try stage.run(
                "ada",
                ["milestone", "disclose", Self.contract, "Build", "--note", "Phones were to come later.", "--message", message])
        }
        for person in ["ada", "max"] { try sync(person) }
        try step("max: agent rule, 600.00 to Ada and 300.00 back to Bob") {
            try stage.run(
                "max",
                [
                    "agent", "rule", Self.contract, "Build", "--freelancer", "600.00", "--client", "300.00", "--note",
                    "Two thirds were delivered.",
                ])
        }
        for person in ["max", "eve"] { try sync(person) }
        try step("eve: agent timeouts, which signs what is due; agent reconcile") {
            try stage.run("eve", ["agent", "timeouts"])
            try stage.run("eve", ["agent", "reconcile"])
        }
        for person in ["eve", "bob", "ada"] { try sync(person) }
    }

    /// Ada takes home a history that anyone can check, and somebody without a replica does.
    func export() throws {
        scene("Ada exports the signed history; whoever has the folder can check it, with no replica and no network.")
        try step("ada: export") { try stage.run("ada", ["export", Self.contract, "--to", stage.path("evidence")]) }
        let report = String(decoding: try stage.run("stranger", ["verify", stage.path("evidence")]), as: UTF8.self)
        outcome.isVerified = true
        say("  verify: \(report.split(separator: "\n").first ?? "")")
        say("  Read \(stage.path("evidence"))/history.html, and VERIFY.md beside it.")
    }
}
