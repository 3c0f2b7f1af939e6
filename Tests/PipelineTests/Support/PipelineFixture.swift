import PipelineSupport
import Time

@testable import Requests
@testable import SMSPipeline

/// A pipeline with nothing around it: a provider that never answers, and an opener that counts, or hangs. Its clock goes when told.
final class PipelineFixture {
    let pipeline: Pipeline
    let opener = CountingOpener()
    private let gateway = SilentGateway()
    let observer = RecordingObserver()
    private(set) var clock = Now(monotonic: MonotonicInstant(nanoseconds: 3_600_000_000_000), wall: 1_795_000_000_000)

    init() {
        pipeline = Pipeline(settings: .sample(), observer: observer, gateway: gateway, opener: opener, seed: 7, at: clock)
    }

    var isFencingExplained: Bool { pipeline.life.fencings.isExplained(at: clock.monotonic) }

    func opened(_ session: StageSession) { pipeline.opened(.success(session), at: clock) }
    func opened(_ error: BrokerError) { pipeline.opened(.failure(error), at: clock) }

    /// Turns each second, as an idle loop does.
    func turn(for duration: Duration) {
        let end = clock.monotonic + duration
        while clock.monotonic < end {
            clock.monotonic = clock.monotonic + .seconds(1)
            clock.wall += 1_000
            pipeline.turn(at: clock)
        }
    }
}

final class CountingOpener: SessionOpener {
    private(set) var count = 0
    private(set) var abandoned = 0
    /// Of the opening under way.
    var hangs = false

    func open() {
        count += 1
        hangs = false
    }

    func isOverdue(at now: MonotonicInstant) -> Bool { hangs }

    func abandon() {
        abandoned += 1
        hangs = false
    }
}

private final class SilentGateway: ProviderGateway {
    var mayBegin: (UInt64) -> Bool = { _ in true }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = true

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {}
    func poll(messageID: String, tag: UInt64) {}
    func askBalance() {}
    func askSenders() {}
    func askTemplates() {}
    func close() {}
}
