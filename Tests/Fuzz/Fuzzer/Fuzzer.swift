import Foundation
import FuzzSubjects

/// What libFuzzer calls with every input; which subject reads it, `HANDSEL_FUZZ` names.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        _ = try subject.judge(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        preconditionFailure("\(subject): \(error)")
    }
    return 0
}

private let subject: Subject = {
    let name = ProcessInfo.processInfo.environment["HANDSEL_FUZZ"] ?? ""
    guard let subject = Subject.all.first(where: { $0.name == name }) else {
        preconditionFailure("HANDSEL_FUZZ has to name one of \(Subject.all).")
    }
    return subject
}()
