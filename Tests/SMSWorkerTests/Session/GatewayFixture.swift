import EventLoop
import Logging
import RocketSMSSimulator
import SMPP
import TestSupport

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// Keeps receipts, or withholds that it does. On the loop.
final class FakeKeeper: ReceiptKeeper {
    private(set) var canWrite = true
    var changed: (Bool) -> Void = { _ in }
    var keepsAtOnce = true
    private(set) var records: [ReceiptRecord] = []
    private var withheld: [() -> Void] = []
    /// Called with each record.
    var came: () -> Void = {}

    func write(_ record: ReceiptRecord, kept: @escaping () -> Void) {
        records.append(record)
        if keepsAtOnce { kept() } else { withheld.append(kept) }
        came()
    }

    private(set) var notTakenCount = 0

    func notTaken() {
        notTakenCount += 1
        came()
    }

    func release() {
        let kept = withheld
        withheld = []
        for kept in kept { kept() }
    }

    func set(canWrite: Bool) {
        self.canWrite = canWrite
        changed(canWrite)
    }
}

/// A gateway at the simulator's message centre, or at any port, and all that it has told.
///
/// `@unchecked Sendable`: its state is touched on the loop only.
final class GatewayFixture: WatchedOnLoop, @unchecked Sendable {
    static let phone = "375291234567"
    let loop: EventLoop
    let keeper = FakeKeeper()
    private(set) var gateway: SMPPGateway!
    private(set) var events: [GatewayEvent] = []
    /// Tags that may not begin.
    var refused: Set<UInt64> = []
    private(set) var asked: [UInt64] = []
    let watchers = LoopWatchers<GatewayFixture>()

    init(port: Int, change: @escaping @Sendable (inout SMPPSettings) -> Void = { _ in }) async throws {
        loop = try EventLoop(name: "gateway-test")
        await on { fixture in
            var settings = SMPPSettings(
                host: "127.0.0.1", port: port, isTLS: false, systemID: "123456789", password: SecretText("simulator"))
            change(&settings)
            do {
                let system = LoggingSystem(level: .error, format: .text, sink: StandardErrorSink())
                fixture.gateway = try SMPPGateway(
                    loop: fixture.loop, settings: settings, keeper: fixture.keeper, log: Logger(label: "test", system: system))
            } catch { fatalError("\(error)") }
            fixture.gateway.receive = { [unowned fixture] in
                fixture.events.append($0)
                fixture.look()
            }
            fixture.gateway.mayBegin = { [unowned fixture] tag in
                fixture.asked.append(tag)
                return !fixture.refused.contains(tag)
            }
            fixture.keeper.came = { [unowned fixture] in fixture.look() }
            fixture.gateway.start()
        }
    }

    func untilOpen() async { await until { $0.door == .open } }

    func submit(_ tags: Range<UInt64>, text: String = "hello", phone: String = phone, expiresAt: Int64? = nil) async {
        await on { fixture in
            for tag in tags { fixture.submit(tag, Self.message(text, phone: phone), part: 0, expiresAt: expiresAt) }
        }
    }

    func close() async throws {
        await on { $0.gateway.close() }
        try await onThread { self.loop.stop() }
    }

    static func message(_ text: String, phone: String = phone, sender: String? = "Shop", isTemplate: Bool = false) -> Message {
        Message(phone: Array(phone.utf8), text: Array(text.utf8), isTemplate: isTemplate, sender: sender.map { Array($0.utf8) })
    }

    // MARK: On the loop

    func submit(_ tag: UInt64, _ message: Message, part: Int, expiresAt: Int64? = nil) {
        guard case .parts(let plan) = gateway.plan(message, offset: 0x1_2345) else { fatalError("no plan") }
        gateway.submit(part: part, of: Submission(plan, from: 0), message, expiresAt: expiresAt, isPriority: false, tag: tag)
    }

    /// What was told of parts; nil: it did not begin.
    var outcomes: [UInt64: PartOutcome?] {
        var outcomes: [UInt64: PartOutcome?] = [:]
        for event in events {
            guard case .part(let tag, let outcome) = event else { continue }
            precondition(outcomes[tag] == nil, "part \(tag) is told twice")
            outcomes[tag] = .some(outcome)
        }
        return outcomes
    }

    var late: [UInt64: String?] {
        var late: [UInt64: String?] = [:]
        for event in events {
            guard case .latePart(let tag, let id) = event else { continue }
            precondition(late[tag] == nil, "part \(tag) is told late twice")
            late[tag] = .some(id)
        }
        return late
    }

    var doors: [DoorState] { events.compactMap { if case .door(let state) = $0 { state } else { nil } } }
    var door: DoorState? { doors.last }
    var balances: [BalanceAnswer] { events.compactMap { if case .balance(let answer) = $0 { answer } else { nil } } }
}
