import Requests
import SMSPipeline
import Time

/// The pipeline sends a campaign in virtual time: Kafka commits in ten milliseconds, the provider answers as slowly as it is told.
final class CampaignStage {
    struct Conditions {
        var slots = 64
        /// Milliseconds of a POST.
        var latency: Int64 = 320
        /// `SEND_RATE_LIMIT`; 0: none.
        var rate = 0.0
        /// Requests a second that the provider can do, one after another: more make answers late, and so the pace narrows; 0: any number.
        var capacity = 0.0
        var requestTimeout = Duration.seconds(15)
        /// Milliseconds that the first POSTs take longer, as many as there are slots.
        var stall: Int64 = 0

        /// Attempts that can be made a second.
        var attemptsASecond: Double {
            let bySlots = Double(slots) * 1_000 / Double(latency)
            return min(bySlots, rate > 0 ? rate : bySlots, capacity > 0 ? capacity : bySlots)
        }
        /// Committed intents of a lane that wait for a slot: as many as there are slots, and what `IntentStock` grants ahead, twice the POSTs
        /// that end while a transaction is on its way and the next is gathered.
        var stock: Int { slots + 2 * Int(attemptsASecond * 0.06) }
    }

    /// `SEND_MAX_WAITING`.
    static let mostWaiting = 10_000
    /// Midnight.
    private static let beginning: Int64 = 20_781 * 86_400_000
    private static let bulk = PartitionKey(topic: "bulk", partition: 0)
    private static let codes = PartitionKey(topic: "codes", partition: 0)
    private static let commitTime = Duration.milliseconds(10)
    /// Of the clock: what happens within it happens at once.
    private static let grain = Duration.milliseconds(10)
    private static let backoff = Duration.milliseconds(10)

    private(set) var watch: FloorWatch
    private let campaign: Campaign
    private let conditions: Conditions
    private let ear = CampaignEar()
    private let gateway = CampaignGateway()
    private let opener = CampaignOpener()
    private let pipeline: Pipeline
    private var clock = Now(monotonic: MonotonicInstant(nanoseconds: 3_600_000_000_000), wall: CampaignStage.beginning)
    private let begunAt: MonotonicInstant
    private var tries: [Int]
    private var session: CampaignSession?
    private var commitDue: MonotonicInstant?
    private var answers: [(at: MonotonicInstant, tag: UInt64, request: Int)] = []
    private var answered = 0
    private var submitted = 0
    private var mustTurn = false

    init(_ campaign: Campaign, _ conditions: Conditions, maxAge: Duration, seed: UInt64) {
        self.campaign = campaign
        self.conditions = conditions
        begunAt = clock.monotonic
        tries = Array(repeating: 0, count: campaign.requests.count)
        // Answers that come while one backoff lasts.
        let late = Int(conditions.attemptsASecond * 0.02) + 1
        watch = FloorWatch(count: campaign.requests.count, stock: conditions.stock, late: late)
        let send = SendSettings(
            maxInFlight: conditions.slots, rateLimit: conditions.rate, onUnknown: .resend, onUnknownFloor: nil,
            allowedSenders: AllowedSenders([]), ordering: .key, maxAttempts: 3, maxAge: maxAge,
            backoff: Self.backoff, backoffMax: Self.backoff, retryBudget: 0.2, schedule: .provider, maxWaiting: Self.mostWaiting,
            priorityShare: 0.2,
            drainLimit: .seconds(15))
        let topics = [Self.bulk, Self.codes].map {
            RequestTopic(name: $0.topic, ledgerName: "\($0.topic).ledger", isPriority: $0 == Self.codes)
        }
        let settings = PipelineSettings(
            group: "g", topics: topics, statusTopic: "s", deadLetterTopic: "d", deadLetterLimit: 1_000_000, timings: .defaults, send: send,
            track: TrackSettings(cadence: [.seconds(1)], horizon: .seconds(60), maxInFlight: 1), dedupWindow: .seconds(86_400),
            dedupMaxEntries: 1_000_000, checksBalance: false, maxParts: 0, senderPolicy: .allow, requestTimeout: conditions.requestTimeout)
        pipeline = Pipeline(settings: settings, observer: ear, gateway: gateway, opener: opener, seed: seed, at: clock)
    }

    // MARK: What it has come to

    var delivered: Int { ear.delivered }
    var failed: Int { ear.failed }
    var expired: Int { ear.expired }
    var held: Int { ear.held }
    var trouble: [String] { ear.trouble }
    /// Records of the ledger that say of a request that it waits for its first attempt.
    var waitingRecords: Int { session?.waitingRecords ?? 0 }
    var seconds: Double { Double((clock.monotonic - begunAt).nanoseconds) / 1e9 }

    private var ended: Int { delivered + failed + held }

    // MARK: The run

    /// Until each request has its end; or so long.
    func run(atMost limit: Duration) {
        start()
        while ended < campaign.requests.count, clock.monotonic - begunAt < limit, trouble.isEmpty { step() }
    }

    private func start() {
        let session = CampaignSession(
            [Self.bulk: log(isPriority: false), Self.codes: log(isPriority: true)], beginning: Self.beginning,
            value: { [campaign] in Self.record($0, of: campaign) },
            hasRead: { [unowned self] in watch.joins($0, campaign.requests[$0].line(after: 0)) })
        self.session = session
        pipeline.opened(.success(session), at: clock)
        pipeline.turn(at: clock)
        for asked in session.restoring {
            var steps = RestoreSteps()
            steps.committedOffset(nil)
            steps.ledgerEnds(low: 0, high: 0)
            do { try steps.hasReadLedger(at: clock.wall) } catch { ear.trouble.append("\(error)") }
            let restore = steps.finished(low: 0, high: 0, in: .zero)
            pipeline.answered(.restored(asked.partition, asked.assignment, .success(restore)), by: session, at: clock)
        }
        pipeline.turn(at: clock)
    }

    private func log(isPriority: Bool) -> CampaignSession.Log {
        CampaignSession.Log(requests: campaign.requests.indices.filter { campaign.requests[$0].isPriority == isPriority })
    }

    private func step() {
        guard let session else { return }
        var next = min(pipeline.nextTurnAt, publication(session) ?? .never)
        if let commitDue { next = min(next, commitDue) }
        if answered < answers.count { next = min(next, answers[answered].at) }
        if next > clock.monotonic, !mustTurn { pass(next - clock.monotonic) }
        mustTurn = false
        publish(session)
        answerCommit(session)
        answerProvider()
        pipeline.turn(at: clock)
        submit()
        if session.committing != nil, commitDue == nil { commitDue = clock.monotonic + Self.commitTime }
        if session.isCounting {
            session.isCounting = false
            pipeline.answered(.counted(session.partitionCount, didAnswer: true), by: session, at: clock)
        }
    }

    private func pass(_ duration: Duration) {
        let grains = (duration.nanoseconds + Self.grain.nanoseconds - 1) / Self.grain.nanoseconds
        clock.monotonic = clock.monotonic + .nanoseconds(grains * Self.grain.nanoseconds)
        clock.wall = Self.beginning + (clock.monotonic - begunAt).milliseconds
    }

    // MARK: Kafka

    private func publication(_ session: CampaignSession) -> MonotonicInstant? {
        session.logs.values.compactMap { log in
            guard log.published < log.requests.count else { return nil }
            return begunAt + .milliseconds(campaign.requests[log.requests[log.published]].publishedAt)
        }.min()
    }

    private func publish(_ session: CampaignSession) {
        for partition in [Self.bulk, Self.codes] {
            guard var log = session.logs[partition] else { continue }
            while log.published < log.requests.count,
                begunAt + .milliseconds(campaign.requests[log.requests[log.published]].publishedAt) <= clock.monotonic
            { log.published += 1 }
            session.logs[partition] = log
        }
    }

    private func answerCommit(_ session: CampaignSession) {
        guard let number = session.committing, let due = commitDue, due <= clock.monotonic else { return }
        session.committing = nil
        commitDue = nil
        pipeline.answered(
            .committed(number, CommitReport(result: .committed, producer: 0, renewal: nil)), by: session, at: clock)
    }

    private static func record(_ number: Int, of campaign: Campaign) -> [UInt8] {
        let request = campaign.requests[number]
        let policy = request.policy == .resend ? "" : #","onUnknown":"\#(request.policy == .fail ? "fail" : "hold")""#
        let end = request.isPriority ? #","expiresAt":"\#(time(request.publishedAt + campaign.codeLife))""# : ""
        return Array(#"{"id":"r-\#(number)","phone":"\#(375_290_000_000 + number)","text":"t"\#(policy)\#(end)}"#.utf8)
    }

    /// Of the day that the campaign begins with.
    private static func time(_ milliseconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = milliseconds / 1_000
        return "2026-11-24T\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))Z"
    }

    // MARK: The provider

    private func submit() {
        for submission in gateway.submitted {
            guard pipeline.mayBegin(tag: submission.tag, at: clock) else {
                pipeline.provider(.submitted(tag: submission.tag, .notBegun), at: clock)
                mustTurn = true
                continue
            }
            watch.goes(submission.request)
            submitted += 1
            let stall = submitted <= conditions.slots ? conditions.stall : 0
            var answer = clock.monotonic + .milliseconds(conditions.latency + stall)
            if conditions.capacity > 0, let last = answers.last?.at {
                answer = max(answer, last + .nanoseconds(Int64(1e9 / conditions.capacity)))
            }
            answers.append((answer, submission.tag, submission.request))
        }
        gateway.submitted.removeAll(keepingCapacity: true)
    }

    private func answerProvider() {
        while answered < answers.count, answers[answered].at <= clock.monotonic {
            let answer = answers[answered]
            answered += 1
            pipeline.provider(.submitted(tag: answer.tag, outcome(of: answer.request)), at: clock)
        }
        if answered > 4_096 {
            answers.removeFirst(answered)
            answered = 0
        }
    }

    private func outcome(of number: Int) -> AttemptOutcome {
        let request = campaign.requests[number]
        tries[number] += 1
        let isLost = request.isLost && tries[number] == 1
        guard isLost || tries[number] <= request.refusals else {
            return .accepted(Acceptance(messageIDs: ["\(number)"], status: .known(.delivered), cost: nil))
        }
        if !isLost || request.policy == .resend { watch.joins(number, request.line(after: tries[number])) }
        return isLost ? .unknown(reason: "no answer") : .notSent(reason: "later", retryAfter: nil, isAnswer: true)
    }
}

extension MonotonicInstant {
    fileprivate static let never = MonotonicInstant(nanoseconds: .max)
}

/// Counts the ends.
private final class CampaignEar: PipelineObserver {
    var delivered = 0
    var failed = 0
    var expired = 0
    var held = 0
    /// What does not belong into a run without any fault of Kafka's.
    var trouble: [String] = []

    func observe(_ note: Note, at now: MonotonicInstant) {
        switch note {
        case .event(let event) where event.isFinal:
            if event.status == .delivered { delivered += 1 } else { failed += 1 }
            if event.reason?.code == "EXPIRED" || Self.isLate(event.reason?.message ?? "") { expired += 1 }
        case .held: held += 1
        case .deadLettered, .repeated, .gap, .startingOver, .stoodStill, .aborted, .providerFails, .staysClosed: trouble.append("\(note)")
        default: break
        }
    }

    /// Under an outcome that is unknown an expiry has another code.
    private static func isLate(_ message: String) -> Bool { message.contains("expiresAt had passed") || message.contains("SEND_MAX_AGE") }
}

private final class CampaignGateway: ProviderGateway {
    var mayBegin: (UInt64) -> Bool = { _ in false }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = false
    var submitted: [(tag: UInt64, request: Int)] = []

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        let phone = message.phone.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        submitted.append((tag, phone - 375_290_000_000))
    }
    func poll(messageID: String, tag: UInt64) {}
    func askBalance() {}
    func askSenders() {}
    func askTemplates() {}
    func close() {}
}

private final class CampaignOpener: SessionOpener {
    func open() {}
    func isOverdue(at now: MonotonicInstant) -> Bool { false }
    func abandon() {}
}
