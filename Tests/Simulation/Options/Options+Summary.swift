import EventLoop
import Requests
import SMSPipeline
import Time

extension Options {
    /// One line: what this seed is made of.
    var summary: String {
        let classes = FaultClass.allCases.filter { has($0) }.map(\.rawValue).joined(separator: " ")
        return
            "\(door == nil ? "" : "SMPP; ")\(workers) workers, \(partitions) partitions\(hasPriorityTopic ? ", priority topic" : ""), \(requests) requests, \(keys) keys; "
            + "\(isStatic ? "static" : "dynamic") \(isCooperative ? "cooperative" : "eager"), session \(session.milliseconds) ms, transaction \(transaction.milliseconds) ms; "
            + "\(policy), ordering \(ordering), schedule \(schedule), in flight \(maxInFlight), rate \(rateLimit), waiting \(maxWaiting), attempts \(maxAttempts), "
            + "age \(maxAge.milliseconds) ms, retries \(retryBudget), timeout \(requestTimeout.milliseconds) ms, drain \(drainLimit.milliseconds) ms, "
            + "dedup \(dedupWindow.milliseconds) ms \(dedupEntries), chaos \(chaos.milliseconds) ms; \(classes)"
    }
}
