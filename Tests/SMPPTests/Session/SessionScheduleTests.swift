import TestSupport
import Testing
import Time

@testable import SMPP

/// Random courses of a session, and what holds in all of them.
@Suite struct SessionScheduleTests {
    @Test func eachPartHasOneFateAndItIsTrue() {
        let failure = RandomSchedules.firstFailure(of: 3_000) { random in
            var course = Course(window: 1 + random.below(6))
            for _ in 0..<300 where course.failure == nil { course.step(&random) }
            return course.failure ?? course.finish()
        }
        #expect(failure == nil)
    }

    /// A session with a peer that does anything that a peer may, and some that it may not.
    private struct Course {
        private enum Fate { case answered, unanswered, late, givenUp, notSent, unknown }

        private let window: Int
        private var fixture: SessionFixture
        private var submitted: UInt64 = 0
        private var fates: [UInt64: [Fate]] = [:]
        /// Numbers of parts that the peer has and did not answer, with the parts.
        private var unanswered: [UInt32: UInt64] = [:]
        /// What each number was given to, and when that may be given to another.
        private var taken: [UInt32: MonotonicInstant] = [:]
        private var delivered: [Delivery.Handle] = []
        private var received: Set<UInt64> = []
        private(set) var failure: String?

        init(window: Int) {
            self.window = window
            fixture = SessionFixture(window: window) { $0.enquireInterval = .seconds(45) }
        }

        mutating func step(_ random: inout SeededGenerator) {
            switch random.below(16) {
            case 0...3: submit()
            case 4...6: write(random.oneIn(2) ? .max : random.below(60))
            case 7...8: answerOne(&random)
            case 9: wait(&random)
            case 10: hear(PDU(sequence: UInt32(random.below(5)), .enquireLink))
            case 11: hear(PDU(sequence: UInt32(random.below(5)), .deliver(SamplePDUs.receipt(id: "a"))))
            case 12: if let handle = delivered.popLast() { fixture.session.answer(handle, at: fixture.now) }
            case 13: hear(PDU(sequence: 1, .bindResponse(.transceiver, BindResponse())))
            case 14: if random.oneIn(6) { hear(PDU(sequence: 0x7000_0000, .submitResponse(MessageResponse(id: "stray")))) }
            default: end(&random)
            }
            look()
        }

        /// - Returns: what does not hold when all is over.
        mutating func finish() -> String? {
            fixture.session.connectionEnded()
            look()
            if let failure { return failure }
            for token in 0..<submitted {
                let fates = fates[token] ?? []
                let isLate = fates == [.unanswered, .late] || fates == [.unanswered, .givenUp]
                let isTold = fates.count == 1 && fates != [.late] && fates != [.givenUp]
                guard isTold || isLate else { return "part \(token) is told as \(fates)" }
                let isOut = received.contains(token)
                if (fates == [.notSent]) == isOut { return "part \(token) is told as \(fates), and the peer has it: \(isOut)" }
            }
            return fixture.session.nextDeadline == nil && fixture.session.isEnded ? nil : "it does not end"
        }

        private mutating func submit() {
            guard fixture.session.canSubmit else { return }
            fixture.offer(submitted)
            submitted += 1
        }

        private mutating func write(_ limit: Int) {
            fixture.write(limit)
            for pdu in fixture.read() {
                guard pdu.command == .submit || pdu.command == .enquireLink || pdu.command == .unbind else { continue }
                if let until = taken[pdu.sequence], until > fixture.now { failure = "number \(pdu.sequence) is used twice" }
                guard (1...0x7FFF_FFFF).contains(pdu.sequence) else {
                    failure = "number \(pdu.sequence)"
                    return
                }
                guard pdu.command == .submit else { continue }
                // The one that is out is the last that was submitted: one is written at a time.
                received.insert(submitted - 1)
                unanswered[pdu.sequence] = submitted - 1
                taken[pdu.sequence] = fixture.now + SessionFixture.timeout * 2
            }
        }

        private mutating func answerOne(_ random: inout SeededGenerator) {
            guard let sequence = unanswered.keys.sorted().randomElement(using: &random) else { return }
            unanswered[sequence] = nil
            taken[sequence] = nil
            let status = random.oneIn(4) ? CommandStatus([0x08, 0x0B, 0x58, 0x64][random.below(4)]) : .ok
            hear(PDU(status: status, sequence: sequence, random.oneIn(9) ? .genericNack : .submitResponse(MessageResponse(id: "i"))))
        }

        private mutating func wait(_ random: inout SeededGenerator) {
            guard let deadline = fixture.session.nextDeadline else { return }
            let toDeadline = deadline - fixture.now
            fixture.wait(random.oneIn(2) ? toDeadline : .seconds(random.below(20)))
            if let next = fixture.session.nextDeadline, next <= fixture.now { failure = "it wants to be asked again at once" }
        }

        private mutating func hear(_ pdu: PDU) { fixture.hear(pdu) }

        private mutating func end(_ random: inout SeededGenerator) {
            switch random.below(60) {
            case 0: fixture.session.leave(at: fixture.now, by: fixture.now + .seconds(random.below(40)))
            case 1: hear(PDU(sequence: 3, .unbind))
            case 2: fixture.session.connectionEnded()
            case 3: hear(PDU(status: .invalidCommandID, sequence: 0, .genericNack))
            case 4: fixture.session.received(.lost(.tooLong(0x7FFF_FFFF)), at: fixture.now)
            default: return
            }
        }

        private mutating func look() {
            if fixture.session.partsUnderWay > window { failure = "\(fixture.session.partsUnderWay) parts in a window of \(window)" }
            for event in fixture.events() {
                switch event {
                case .answered(let token, _, let isLate): fates[token, default: []].append(isLate ? .late : .answered)
                case .unanswered(let token): fates[token, default: []].append(.unanswered)
                case .givenUp(let token): fates[token, default: []].append(.givenUp)
                case .delivery(let delivery): delivered.append(delivery.handle)
                case .ended(let ending):
                    for token in ending.notSent { fates[token, default: []].append(.notSent) }
                    for token in ending.unknown { fates[token, default: []].append(.unknown) }
                    // What may still be written must not make a part whole that is told as not sent.
                    fixture.flush()
                    if fixture.read().contains(where: { $0.command == .submit }) { failure = "a part is written after the end" }
                case .bound, .notice: continue
                }
            }
        }
    }
}
