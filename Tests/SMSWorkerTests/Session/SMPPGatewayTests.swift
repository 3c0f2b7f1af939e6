import EventLoop
import RocketSMSSimulator
import SMPP
import TestSupport
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// The gateway at the simulator's message centre, over TCP.
@Suite("The gateway over SMPP", .timeLimit(.minutes(2))) struct SMPPGatewayTests {
    private static let onePart: @Sendable (inout SMPPSettings) -> Void = { $0.window = 1 }
    private static let twoParts: @Sendable (inout SMPPSettings) -> Void = { $0.window = 2 }
    private static let impatient: @Sendable (inout SMPPSettings) -> Void = { $0.responseTimeout = .seconds(1) }
    private static let wide: @Sendable (inout SMPPSettings) -> Void = { $0.window = 1_000 }
    private static let pair: @Sendable (inout SMPPSettings) -> Void = { $0.isPair = true }
    private static let mistaken: @Sendable (inout SMPPSettings) -> Void = { $0.password = SecretText("wrong") }

    private func run(
        _ switches: String..., change: @escaping @Sendable (inout SMPPSettings) -> Void = { _ in },
        body: (SimulatorServer, GatewayFixture) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.port = FreePort.next()
        configuration.smppPort = 0
        for text in ["clock=real", "delivery-delay=0s", "delivery-jitter=0s"] + switches { try configuration.set(switch: text) }
        let simulator = try SimulatorServer(configuration)
        let fixture = try await GatewayFixture(port: try #require(simulator.smppPort), change: change)
        try await body(simulator, fixture)
        try await fixture.close()
        try await onThread { simulator.stop() }
    }

    private func fault(_ fault: SubmitFault, _ suffix: String = "", count: Int? = 1, _ change: (inout SubmitRule) -> Void = { _ in })
        -> FaultChange
    {
        var rule = SubmitRule(fault, phoneSuffix: suffix, count: count)
        change(&rule)
        return FaultChange(MessageCentreChange(rule))
    }

    // MARK: Verdicts

    @Test func eachAnswerIsWhatItMeans() async throws {
        try await run { simulator, fixture in
            let statuses: [CommandStatus] = [
                .init(0x0B), .init(0x400), .throttled, .queueFull, .temporaryReceiverError, .invalidSchedule, .systemError, .unknownError,
            ]
            for (index, status) in statuses.enumerated() {
                try await simulator.change(fault(.status, "0\(index + 1)") { $0.status = status })
            }
            await fixture.untilOpen()
            for tag in 0..<9 { await fixture.submit(UInt64(tag)..<UInt64(tag + 1), phone: "37529123450\(tag)") }
            await fixture.until { $0.outcomes.count == 9 && $0.late.count == 2 && $0.keeper.records.count == 1 }
            let outcomes = await fixture.on { $0.outcomes }
            let id = try #require(await simulator.parts().first?.messageID)
            #expect(outcomes[0] == .accepted(id: id, status: .sent))
            #expect(outcomes[1] == .refused(code: "SMPP_0x0B") && outcomes[2] == .refused(code: "SMPP_0x400"))
            #expect(outcomes[3] == .notSent(reason: "the message centre answered ESME_RTHROTTLED (0x58)"))
            for tag: UInt64 in 4...6 { if case .notSent? = outcomes[tag] {} else { Issue.record("part \(tag)") } }
            #expect(outcomes[7] == .unknown(reason: "the message centre answered ESME_RSYSERR (0x08)"))
            #expect(await fixture.on { $0.late } == [7: nil, 8: nil])
            let pauses = await fixture.on { $0.events.count { if case .later(.seconds(1)) = $0 { true } else { false } } }
            #expect(pauses == 2)
            #expect(await fixture.on { $0.gateway.counts.throttles == 2 && $0.gateway.partsInWindow == 0 })
            #expect(await fixture.on { $0.doors } == [.shut("it is not bound yet"), .open])
        }
    }

    @Test func aPartGoesAsItWasPlanned() async throws {
        try await run { simulator, fixture in
            await fixture.untilOpen()
            let message = GatewayFixture.message(String(repeating: "ы", count: 70) + "!")
            await fixture.on { fixture in for part in 0..<2 { fixture.submit(UInt64(part), message, part: part) } }
            await fixture.until { $0.outcomes.count == 2 }
            let parts = await simulator.parts()
            #expect(parts.map(\.content.number) == [1, 2] && parts.allSatisfy { $0.content.total == 2 && $0.content.reference == 0x45 })
            #expect(parts.allSatisfy { $0.dataCoding == 8 && $0.esmClass == 0x40 && $0.registeredDelivery == 1 && $0.source == "Shop" })
        }
    }

    @Test func oneThatMayNotBeginLeavesNoTrace() async throws {
        try await run { simulator, fixture in
            await fixture.untilOpen()
            await fixture.on { $0.refused = [1] }
            await fixture.submit(0..<3)
            await fixture.until { $0.outcomes.count == 3 }
            await fixture.on { fixture in
                #expect(fixture.outcomes[1] == .some(nil) && fixture.asked == [0, 1, 2])
            }
            #expect(await simulator.parts().count == 2)
        }
    }

    /// A name that SMPP cannot carry.
    @Test func whatCannotBeWrittenIsRefused() async throws {
        try await run { _, fixture in
            await fixture.untilOpen()
            await fixture.on { $0.submit(1, GatewayFixture.message("a", sender: "Магазин"), part: 0) }
            await fixture.until { $0.outcomes[1] == .refused(code: "SMPP_UNWRITABLE") }
        }
    }

    // MARK: Late and never

    @Test func aLateAnswerIsToldOnce() async throws {
        try await run(change: Self.impatient) { simulator, fixture in
            try await simulator.change(fault(.hold, "1"))
            try await simulator.change(fault(.silent, "2"))
            await fixture.untilOpen()
            await fixture.submit(1..<2, phone: "375291234561")
            await fixture.until { $0.outcomes[1] == .unknown(reason: "the message centre did not answer in time") }
            try await simulator.release()
            await fixture.until { $0.late.count == 1 }
            let id = await simulator.parts().first?.messageID
            #expect(await fixture.on { $0.late } == [1: id])
            // Of this one nothing ever comes: its place is given up, or its session ends.
            await fixture.submit(2..<3, phone: "375291234562")
            await fixture.until { $0.late.count == 2 }
            #expect(await fixture.on { $0.late[2] } == .some(nil))
        }
    }

    @Test func aLinkThatIsCutTellsWhatItLeaves() async throws {
        try await run(change: Self.twoParts) { simulator, fixture in
            try await simulator.change(fault(.hold, "1"))
            try await simulator.change(fault(.cut, "2"))
            await fixture.untilOpen()
            await fixture.on { fixture in
                fixture.submit(1, GatewayFixture.message("a", phone: "375291234561"), part: 0)
                fixture.submit(2, GatewayFixture.message("a", phone: "375291234562"), part: 0)
                fixture.submit(3, GatewayFixture.message("a"), part: 0)
            }
            await fixture.until { $0.outcomes.count == 3 && $0.late.count == 2 }
            let reason = "the connection was closed or broke"
            await fixture.on { fixture in
                #expect(fixture.outcomes[1] == .unknown(reason: reason) && fixture.outcomes[2] == .unknown(reason: reason))
                #expect(fixture.outcomes[3] == .notSent(reason: reason) && fixture.asked == [1, 2])
                #expect(fixture.late == [1: nil, 2: nil])
            }
            // It comes back by itself.
            await fixture.until { $0.doors.count { $0 == .open } == 2 }
            await fixture.submit(4..<5)
            await fixture.until { $0.outcomes.count == 4 }
        }
    }

    @Test func anotherBindIsMadeWhereThisOneTakesNothing() async throws {
        try await run { simulator, fixture in
            try await simulator.change(fault(.status) { $0.status = .wrongBindStatus })
            await fixture.untilOpen()
            await fixture.submit(1..<2)
            await fixture.until { $0.doors.count { $0 == .open } == 2 }
            #expect(await fixture.on { $0.outcomes[1] } == .notSent(reason: "the message centre answered ESME_RINVBNDSTS (0x04)"))
        }
    }

    @Test func aShutDoorTakesNoParts() async throws {
        try await run(change: Self.mistaken) { simulator, fixture in
            await fixture.until { $0.door == .badCredentials(code: "SMPP_0x0E") }
            await fixture.on { $0.gateway.askBalance() }
            await fixture.submit(1..<2)
            await fixture.until { $0.balances == [.badCredentials] && $0.outcomes.count == 1 }
            let reason = "the message centre does not take the credentials (SMPP_0x0E)"
            #expect(await fixture.on { $0.outcomes[1] } == .notSent(reason: reason))
        }
    }

    @Test func anAccountIsBoundAsOftenAsItMayBe() async throws {
        try await run("smpp-bind-limit=1") { simulator, fixture in
            await fixture.untilOpen()
            await fixture.on { $0.gateway.askBalance() }
            await fixture.until { $0.balances.first?.covers(parts: 255) == true }
            let other = try await GatewayFixture(port: try #require(simulator.smppPort))
            await other.until { $0.door == .tooManyBinds }
            await other.on { $0.gateway.askBalance() }
            await other.until { $0.balances == [.failed] }
            try await other.close()
        }
    }

    // MARK: Receipts

    @Test func aReceiptIsAnsweredWhenItIsKept() async throws {
        try await run("smpp-receipt-order=before-response", "smpp-deliver-window=2") { simulator, fixture in
            await fixture.untilOpen()
            await fixture.on { $0.keeper.keepsAtOnce = false }
            await fixture.submit(0..<2)
            await fixture.until { $0.keeper.records.count == 2 && $0.outcomes.count == 2 }
            #expect(await simulator.messageCentreCounters().kept == 0)
            await fixture.on { $0.keeper.release() }
            await simulator.until { $0.kept == 2 }
            let parts = await simulator.parts()
            await fixture.on { fixture in
                #expect(Set(fixture.keeper.records.map(\.receipt.parameterID)) == Set(parts.map(\.messageID)))
                let receipts = fixture.keeper.records.map(\.receipt)
                #expect(receipts.allSatisfy { $0.state == .delivered && $0.destination == AddressHash("Shop") })
                #expect(receipts.allSatisfy { $0.source == AddressHash(GatewayFixture.phone) })
                #expect(fixture.gateway.counts.receipts == 2)
            }
        }
    }

    @Test func aMessageIsAnsweredAndLetGo() async throws {
        try await run("smpp-mo-share=1") { simulator, fixture in
            await fixture.untilOpen()
            await fixture.submit(0..<1)
            await simulator.until { $0.kept == 2 }
            await fixture.on { fixture in
                #expect(fixture.gateway.counts.others == 1 && fixture.keeper.records.count == 1)
            }
        }
    }

    @Test func whatCannotBeKeptIsNotTaken() async throws {
        try await run(change: Self.onePart) { simulator, fixture in
            try await simulator.change(fault(.hold))
            await fixture.untilOpen()
            await fixture.submit(1..<3)
            #expect(await simulator.waitForSends(1))
            await fixture.on { $0.keeper.set(canWrite: false) }
            let reason = "receipts cannot be written to Kafka"
            await fixture.until { $0.outcomes.count == 1 && $0.door == .shut(reason) }
            #expect(await fixture.on { $0.outcomes[2] } == .notSent(reason: reason))
            // What is out is waited for.
            try await simulator.release()
            await fixture.until { $0.outcomes.count == 2 }
            let id = await simulator.parts().first?.messageID
            #expect(await fixture.on { $0.outcomes[1] } == .accepted(id: id ?? "", status: .sent))
            await fixture.on { $0.keeper.set(canWrite: true) }
            await fixture.untilOpen()
            await fixture.until { $0.gateway.counts.binds == 2 }
            await fixture.submit(3..<4)
            await fixture.until { $0.outcomes.count == 3 }
        }
    }

    /// A peer that has more receipts under way than are taken at a time has no answer to one, and gives it to another bind alone.
    @Test func moreThanMayWaitIsToldToTheKeeperAndComesToTheNextBind() async throws {
        try await run("smpp-receipt-order=before-response", "smpp-deliver-window=0", change: Self.wide) { simulator, fixture in
            await fixture.untilOpen()
            await fixture.on { $0.keeper.keepsAtOnce = false }
            await fixture.submit(0..<1_001)
            await fixture.until { $0.keeper.notTakenCount == 1 && $0.outcomes.count == 1_001 }
            // What waits is written; the one does not, and the bind is given up for its sake.
            await fixture.on { fixture in
                #expect(fixture.keeper.records.count == 1_000 && fixture.gateway.counts.notices == 1)
                fixture.keeper.keepsAtOnce = true
                fixture.keeper.release()
                fixture.keeper.set(canWrite: false)
                fixture.keeper.set(canWrite: true)
                #expect(fixture.gateway.doorWords == "receipts could not be written to Kafka")
            }
            await fixture.until { $0.gateway.counts.binds == 2 && $0.keeper.records.count == 1_001 }
            await simulator.until { $0.kept == 1_001 }
        }
    }

    // MARK: A pair of binds

    @Test func aPairSubmitsByOneAndHasReceiptsByTheOther() async throws {
        try await run(change: Self.pair) { simulator, fixture in
            await fixture.untilOpen()
            #expect(await fixture.on { $0.gateway.counts.binds } == 2)
            await fixture.submit(0..<3)
            await fixture.until { $0.outcomes.count == 3 && $0.keeper.records.count == 3 }
            await simulator.until { $0.kept == 3 }
            #expect(await fixture.on { $0.outcomes.values.allSatisfy { if case .accepted? = $0 { true } else { false } } })
            // A receiver has nothing to do with parts that are out.
            try await simulator.change(fault(.hold))
            await fixture.submit(3..<4)
            #expect(await simulator.waitForSends(4))
            await fixture.on { $0.gateway.receiver?.leave(within: .zero) }
            await fixture.until { $0.gateway.counts.binds == 3 }
            try await simulator.release()
            await fixture.until { $0.outcomes.count == 4 }
            let left = TestSignal()
            await fixture.on { fixture in fixture.gateway.leave(within: .seconds(60)) { left.fire() } }
            await left.wait()
            #expect(await fixture.on { $0.gateway.links.allSatisfy(\.isOff) && $0.gateway.links.count == 2 })
        }
    }

    /// Of two replicas that have half a pair each neither would ever send.
    @Test func halfAPairIsGivenUpWhereTheOtherHalfIsRefused() async throws {
        try await run("smpp-bind-limit=1", change: Self.pair) { simulator, fixture in
            await fixture.until { $0.door == .tooManyBinds }
            // One bind is granted at a time: a second is, for the first was given up.
            await simulator.until { $0.binds >= 2 }
            await fixture.submit(0..<1)
            await fixture.until { $0.outcomes.count == 1 }
            #expect(await fixture.on { $0.outcomes[0] } != .some(nil))
            #expect(await fixture.on { !$0.doors.contains(.open) })
            try await simulator.set(switch: "smpp-bind-limit", to: "2")
            await fixture.untilOpen()
        }
    }

    @Test func aPairIsGivenUpWhereReceiptsCannotBeKept() async throws {
        try await run(change: Self.pair) { _, fixture in
            await fixture.untilOpen()
            await fixture.on { $0.keeper.set(canWrite: false) }
            await fixture.until { $0.door == .shut("receipts cannot be written to Kafka") }
            await fixture.on { $0.keeper.set(canWrite: true) }
            // Each of the two is another one.
            await fixture.until { $0.door == .open && $0.gateway.counts.binds == 4 }
            await fixture.submit(0..<1)
            await fixture.until { $0.keeper.records.count == 1 }
        }
    }

    // MARK: Another password

    @Test func aNewPasswordIsTriedAtOnce() async throws {
        try await run(change: Self.mistaken) { _, fixture in
            await fixture.until { $0.door == .badCredentials(code: "SMPP_0x0E") }
            let begun = MonotonicInstant.now
            await fixture.on { try? $0.gateway.use(SecretText("simulator")) }
            await fixture.untilOpen()
            #expect(MonotonicInstant.now - begun < .seconds(25), "without it the next bind is tried after half a minute at the earliest")
        }
    }

    // MARK: The end

    @Test func itLeavesWhenAllIsAnswered() async throws {
        try await run(change: Self.onePart) { simulator, fixture in
            try await simulator.change(fault(.hold))
            await fixture.untilOpen()
            await fixture.submit(1..<3)
            #expect(await simulator.waitForSends(1))
            let hasLeft = TestSignal()
            await fixture.on { fixture in
                fixture.gateway.leave(within: .seconds(60)) {
                    #expect(fixture.outcomes.count == 2)
                    hasLeft.fire()
                }
            }
            try await simulator.release()
            await hasLeft.wait()
            #expect(await fixture.on { $0.outcomes[2] } == .notSent(reason: "the worker is leaving"))
            #expect(await fixture.on { $0.door } == .shut("the worker is leaving"))
        }
    }

    @Test func aCloseAnswersEverything() async throws {
        try await run(change: Self.onePart) { simulator, fixture in
            try await simulator.change(fault(.hold))
            await fixture.untilOpen()
            await fixture.submit(1..<3)
            #expect(await simulator.waitForSends(1))
            await fixture.on { fixture in
                fixture.gateway.close()
                #expect(fixture.outcomes.count == 2 && fixture.late == [1: nil])
            }
        }
    }
}

extension SimulatorServer {
    /// Asks again and again: each question is answered on the simulator's own thread.
    fileprivate func until(_ condition: (MessageCentreCounters) -> Bool) async {
        while !condition(await messageCentreCounters()) {}
    }
}
