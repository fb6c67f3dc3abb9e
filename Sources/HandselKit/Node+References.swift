import Agreement
import Replica

extension Node {
    /// What a client writes on the transfer of a deposit, by which the agent's bank statement names the milestone.
    public func depositReference(_ ref: String, milestone number: Int) throws -> String {
        PaymentReference(depositFor: number, of: try replica.resolve(ref)).text
    }
}
