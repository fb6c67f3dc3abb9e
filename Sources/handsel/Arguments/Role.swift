import ArgumentParser

/// A side of a contract.
enum Party: String, ExpressibleByArgument, CaseIterable {
    case client
    case freelancer

    var other: Party { self == .client ? .freelancer : .client }
}

/// A place in a contract.
enum Role: String, ExpressibleByArgument, CaseIterable {
    case client
    case freelancer
    case agent
    case mediator
}
