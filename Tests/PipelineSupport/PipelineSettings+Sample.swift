internal import Requests
package import SMSPipeline

extension PipelineSettings {
    /// The worker's defaults, of a worker that reads the topic `t`.
    package static func sample(
        topics: [RequestTopic] = [RequestTopic(name: "t", ledgerName: "t.ledger", isPriority: false)], send: SendSettings = .sample,
        track: TrackSettings = .sample, dedupWindow: Duration = .seconds(86_400), checksBalance: Bool = false,
        maxParts: Int = 0, senderPolicy: SenderList.Policy = .allow, isTraced: Bool = false,
        receipts: ReceiptSettings? = nil
    ) -> PipelineSettings {
        PipelineSettings(
            group: "g", topics: topics, statusTopic: "s", deadLetterTopic: "d", deadLetterLimit: 1_000_000, timings: .defaults, send: send,
            track: track, dedupWindow: dedupWindow, dedupMaxEntries: 1_000_000, checksBalance: checksBalance, maxParts: maxParts,
            senderPolicy: senderPolicy, requestTimeout: .seconds(15), isTraced: isTraced, receipts: receipts)
    }
}

extension SendSettings {
    package static var sample: SendSettings {
        SendSettings(
            maxInFlight: 64, rateLimit: 0, onUnknown: .resend, onUnknownFloor: nil, allowedSenders: AllowedSenders([]), ordering: .key,
            maxAttempts: 3, maxAge: .seconds(86_400),
            backoff: .seconds(1),
            backoffMax: .seconds(300), retryBudget: 0.2, schedule: .provider, maxWaiting: 10_000, priorityShare: 0.2,
            drainLimit: .seconds(30))
    }
}

extension TrackSettings {
    package static var sample: TrackSettings {
        TrackSettings(cadence: PollSchedule.defaultCadence, horizon: .seconds(72 * 3_600), maxInFlight: 32)
    }
}
