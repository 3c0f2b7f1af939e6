import Requests
import SMSPipeline
import TestSupport

/// A campaign in a bulk topic, all published at once, and one-time codes in a priority topic: first more of them than can be sent, then few.
/// One seed draws what becomes of each.
struct Campaign {
    struct Request {
        let isPriority: Bool
        let policy: UnknownPolicy
        /// Milliseconds after the beginning.
        let publishedAt: Int64
        /// Attempts that the provider puts off before it takes one.
        let refusals: Int
        /// Nobody knows what became of its first attempt.
        let isLost: Bool

        /// The line that it waits in.
        ///
        /// - Parameter attempts: that it has had.
        func line(after attempts: Int) -> FairLines.Line {
            if policy != .resend { return isPriority ? .priorityStrict : .bulkStrict }
            if attempts > 0 { return isPriority ? .priorityRetry : .bulkRetry }
            return isPriority ? .priority : .bulk
        }
    }

    /// How many codes come, as a share of the attempts that the provider takes a second.
    struct Surge {
        let share: Double
        let seconds: Double
    }

    let requests: [Request]
    /// Attempts that it takes in all.
    let attempts: Int
    /// How long a code is worth sending.
    let codeLife: Int64

    init(count: Int, attemptsASecond: Double, surges: [Surge], codeLife: Int64, seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var requests: [Request] = []
        var begun = 0.0
        for surge in surges {
            let codes = Int(surge.share * attemptsASecond * surge.seconds)
            for number in 0..<codes {
                let at = begun + surge.seconds * Double(number) / Double(codes)
                requests.append(Self.draw(isPriority: true, at: Int64(at * 1_000), &chance))
            }
            begun += surge.seconds
        }
        while requests.count < count { requests.append(Self.draw(isPriority: false, at: 0, &chance)) }
        self.requests = requests
        self.codeLife = codeLife
        attempts = requests.reduce(0) { $0 + 1 + max($1.refusals, $1.isLost && $1.policy == .resend ? 1 : 0) }
    }

    private static func draw(isPriority: Bool, at time: Int64, _ chance: inout SeededGenerator) -> Request {
        let draw = chance.below(100)
        let policy: UnknownPolicy = draw < 4 ? .fail : draw < 8 ? .hold : .resend
        let isLost = chance.oneIn(200)
        let refusals = isLost ? 0 : chance.oneIn(12) ? 1 + chance.below(2) : 0
        return Request(isPriority: isPriority, policy: policy, publishedAt: time, refusals: refusals, isLost: isLost)
    }

    func count(where isCounted: (Request) -> Bool) -> Int { requests.count(where: isCounted) }
}
