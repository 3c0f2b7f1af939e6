import Requests
import SMSPipeline
import Time

extension Options {
    /// Nothing goes wrong, one worker, eight partitions: so many requests, and what they cost is the same each time (`scripts/simulate --counts`).
    static func steady(requests: Int) -> Options {
        var options = Options(seed: 1)
        options.classes = 0
        options.door = nil
        options.workers = 1
        options.partitions = 8
        options.hasPriorityTopic = false
        options.requests = requests
        options.keys = 0
        options.window = .milliseconds(requests / 2)
        options.chaos = .milliseconds(1)
        options.isStatic = true
        options.session = .seconds(10)
        options.heartbeat = .milliseconds(1_500)
        options.transaction = .seconds(10)
        options.ordering = .key
        options.policy = .resend
        options.maxInFlight = 64
        options.rateLimit = 0
        options.maxWaiting = 10_000
        options.maxAge = .seconds(86_400)
        options.overlapFrom = PacingRule.worthwhile
        options.recordLimit = CommitQueue.recordLimit
        options.requestTimeout = .seconds(15)
        options.drainLimit = .seconds(15)
        options.cadence = [.seconds(1), .seconds(2), .seconds(5)]
        options.horizon = .seconds(60)
        options.dedupWindow = .seconds(86_400)
        options.dedupEntries = 1_000_000
        options.postLatency = 4_000_000...8_000_000
        options.hasPostGap = false
        options.hotKeyShare = 0
        options.priorityShare = 0
        options.freezeInRevoke = 0
        options.killInRevoke = 0
        options.stutters = false
        options.freezesInCommit = false
        options.isEvicted = false
        options.isShort = false
        options.recountStride = .max
        options.judgesTurns = false
        return options
    }
}
