import EventLoop
import Requests
import RocketSMS
import RocketSMSSimulator
import SMSPipeline
import SMSWorker
import Time

/// The provider at the other end of the wire: the simulator's own core, and what happens to requests on their way to it and back.
final class ProviderSide {
    /// What comes back for one request.
    enum Response {
        case answer(status: Int, wait: Duration?, body: [UInt8])
        case failure(UnknownReason)
        /// Never anything.
        case none
    }

    /// What goes wrong with a request, and how often.
    struct Shares {
        var lostReply = 0.0
        var resetBefore = 0.0
        var resetAfter = 0.0
        var refusal = 0.0
        var tooMany = 0.0
        var slow = 0.0
        var wrongID = 0.0
        var noConnection = 0.0
    }

    private let world: World
    private let options: Options
    private var core: ProviderCore
    private var shares = Shares()
    private var isHealed = false
    private let slowLatency: ClosedRange<Int64>
    private var outageUntil = MonotonicInstant(nanoseconds: .min)
    private var outage = Outage.close
    private var wrongAuthUntil = MonotonicInstant(nanoseconds: .min)
    private var noCreditUntil = MonotonicInstant(nanoseconds: .min)
    private var slowUntil = MonotonicInstant(nanoseconds: .min)
    var onFault: (StaticString) -> Void = { _ in }
    /// A message was taken: the ids that the provider gave it.
    var onAccepted: (_ text: [UInt8], _ ids: Range<Int>) -> Void = { _, _ in }

    enum Outage: CaseIterable { case refuse, close, reset, unavailable, later, html }

    init(world: World, options: Options) {
        self.world = world
        self.options = options
        core = Self.fresh
        var draw = Stream(options.seed, "provider")
        let often = draw.pick([0.01, 0.05, 0.2])
        if options.has(.lostReplies) { shares.lostReply = often }
        if options.has(.resets) {
            shares.resetBefore = draw.pick([0.01, 0.1])
            shares.resetAfter = draw.pick([0, 0.01, 0.1])
            shares.noConnection = draw.pick([0, 0.01, 0.1])
        }
        if options.has(.refusals) { shares.refusal = draw.pick([0.02, 0.2]) }
        if options.has(.tooMany) { shares.tooMany = draw.pick([0.02, 0.2]) }
        if options.has(.slowProvider) { shares.slow = draw.pick([0.02, 0.2]) }
        if options.has(.wrongID) { shares.wrongID = draw.pick([0.05, 0.5]) }
        slowLatency = 200_000...Int64(draw.wild(1_000_000...30_000_000))
        core.change { switches in
            let isShort = options.isShort
            switches.queueDelay = draw.has(isShort ? 0.25 : 0.5) ? .milliseconds(draw.wild(10...(isShort ? 500 : 2_000))) : .zero
            switches.deliveryDelay = .milliseconds(draw.wild(10...(isShort ? 900 : 4_000)))
            switches.deliveryJitter = .milliseconds(draw.wild(1...(isShort ? 500 : 4_000)))
            switches.failedShare = draw.pick([0, 0.1])
            switches.stuckShare = draw.pick([0, 0, 0.1])
            if options.has(.unknownStatus) { switches.failedAs = "REJECTED" }
        }
    }

    nonisolated private static let user = "simulation"
    nonisolated private static let password = "secret"

    /// Copied for each schedule.
    nonisolated private static let fresh: ProviderCore = {
        var configuration = SimulatorConfiguration()
        configuration.username = user
        configuration.password = password
        configuration.recordLimit = 32_768
        return ProviderCore(configuration)
    }()

    /// What a worker is told.
    nonisolated static let credentials: RocketSMSCredentials = {
        do throws(RocketSMSCredentialsError) { return try RocketSMSCredentials(username: user, password: password) } catch {
            preconditionFailure("the simulator's credentials are well formed: \(error)")
        }
    }()

    // MARK: Trouble

    func outage(for duration: Duration) {
        onFault("outage")
        outage = Outage.allCases.randomElement(using: &world.random) ?? .close
        outageUntil = world.monotonic + duration
    }

    func refuseAccount(for duration: Duration) {
        onFault("wrongAuth")
        wrongAuthUntil = world.monotonic + duration
        core.setPassword("another", username: Self.user)
    }

    func runOutOfCredit(for duration: Duration) {
        onFault("noCredit")
        noCreditUntil = world.monotonic + duration
        core.credits = 0
    }

    func slow(for duration: Duration) {
        onFault("slowProvider")
        slowUntil = world.monotonic + duration
    }

    /// Nothing goes wrong any more.
    func heal() {
        isHealed = true
        shares = Shares()
        let now = world.monotonic
        outageUntil = min(outageUntil, now)
        wrongAuthUntil = min(wrongAuthUntil, now)
        noCreditUntil = min(noCreditUntil, now)
        slowUntil = min(slowUntil, now)
    }

    // MARK: The wire

    /// From the call to the first byte.
    func connectDelay() -> Duration { world.chance(0.7) ? .microseconds(50) : world.duration(200...20_000) }

    /// Why no connection comes about; nil: one does.
    func connectFailure() -> NotSentReason? {
        if world.monotonic < outageUntil, outage == .refuse { return .noConnection(ConnectFailure(.refused)) }
        if shares.noConnection > 0, world.chance(shares.noConnection) {
            onFault("noConnection")
            return .noConnection(ConnectFailure(.timeout))
        }
        return nil
    }

    /// One way, for a request and for an answer alike.
    func latency() -> Duration {
        if world.monotonic < slowUntil || shares.slow > 0 && world.chance(shares.slow) { return world.duration(slowLatency) }
        // A provider that never answers in time is a fault too, and ends with the others.
        let duration = world.duration(options.postLatency) / 2
        return isHealed ? min(duration, options.requestTimeout / 4) : duration
    }

    private func isLost() -> Response? {
        if world.monotonic < outageUntil {
            switch outage {
            case .refuse, .close: return .failure(.closedByPeer)
            case .reset: return .failure(.connectionBroken)
            case .unavailable: return .answer(status: 503, wait: nil, body: [])
            case .later: return .answer(status: 503, wait: .seconds(1), body: [])
            case .html: return .answer(status: 200, wait: nil, body: Array("<html>maintenance</html>".utf8))
            }
        }
        if shares.resetBefore > 0, world.chance(shares.resetBefore) {
            onFault("resetBefore")
            return .failure(.connectionBroken)
        }
        if shares.tooMany > 0, world.chance(shares.tooMany) {
            onFault("tooMany")
            return .answer(status: 429, wait: world.chance(0.5) ? .seconds(1) : nil, body: [])
        }
        return nil
    }

    /// The bytes of a request arrive.
    func receive(_ endpoint: Endpoint, form: UnsafeRawBufferPointer, text: [UInt8]?) -> Response {
        if let lost = isLost() { return lost }
        let now = world.monotonic
        if wrongAuthUntil.nanoseconds != .min, now >= wrongAuthUntil {
            wrongAuthUntil = MonotonicInstant(nanoseconds: .min)
            core.setPassword(Self.password, username: Self.user)
        }
        if noCreditUntil.nanoseconds != .min, now >= noCreditUntil {
            noCreditUntil = MonotonicInstant(nanoseconds: .min)
            core.credits = 1_000_000
        }
        if endpoint == .send, shares.refusal > 0, world.chance(shares.refusal) {
            onFault("refusal")
            let code = ["BAD_PHONE", "STRANGE", "TRY_LATER"].randomElement(using: &world.random) ?? ""
            return .answer(status: 200, wait: nil, body: Array("{\"error\":\"\(code)\"}".utf8))
        }
        if endpoint == .status, shares.wrongID > 0, world.chance(shares.wrongID) {
            onFault("wrongID")
            return .answer(status: 200, wait: nil, body: Array("{\"error\":\"WRONG_ID\"}".utf8))
        }
        let answer = core.answer(endpoint, form: form, at: WallTime(milliseconds: world.wall))
        if let text, !answer.accepted.isEmpty { onAccepted(text, answer.accepted) }
        if shares.lostReply > 0, world.chance(shares.lostReply) {
            onFault("lostReply")
            return .none
        }
        if shares.resetAfter > 0, world.chance(shares.resetAfter) {
            onFault("resetAfter")
            return .failure(world.chance(0.5) ? .connectionBroken : .closedByPeer)
        }
        return .answer(status: answer.status, wait: nil, body: core.body)
    }

    func id(of sequence: Int) -> Int64 { core.id(of: sequence) }
}
