import RocketSMSSimulator
import SMPP
import TestSupport
import Testing
import Time

/// Our own session against the message centre, with links that are cut anywhere.
@Suite struct MessageCentreScheduleTests {
    @Test func whatASessionSaysOfAPartIsTrue() {
        let failure = RandomSchedules.firstFailure(of: 400) { random in
            do {
                var course = try Course(&random)
                for _ in 0..<300 where course.failure == nil { course.step(&random) }
                return course.failure ?? course.finish()
            } catch {
                return "\(error)"
            }
        }
        #expect(failure == nil)
    }

    private struct Course {
        private var core: ProviderCore
        private var session: Session?
        private var link = 0
        private var wall = WallTime(milliseconds: 1_796_000_000_000)
        private var clock = MonotonicInstant(nanoseconds: 1)
        private var toCentre = PDUDecoder()
        private var submitted: UInt64 = 0
        /// The centre's word to each token, as the session told it.
        private var ids: [UInt64: String] = [:]
        private var notSent: Set<UInt64> = []
        private var kept: Set<String> = []
        private(set) var failure: String?

        init(_ random: inout SeededGenerator) throws {
            var configuration = SimulatorConfiguration()
            configuration.seed = random.next()
            let orders = ["after", "before-response"]
            for text in [
                "smpp-id-form=decimal", "smpp-receipt-twice-share=0.2", "smpp-response-delay=200ms", "smpp-deliver-window=2",
                "smpp-receipt-order=\(orders[random.below(2)])", "smpp-window=\(random.below(3) * 2)",
            ] { try configuration.set(switch: text) }
            core = ProviderCore(configuration)
        }

        mutating func step(_ random: inout SeededGenerator) {
            switch random.below(12) {
            case 0: open()
            case 1...4: submit()
            case 5...8: write(random.oneIn(3) ? random.below(40) : .max)
            case 9...10: wait(.milliseconds(Int64(random.below(1_500))))
            default: if random.oneIn(3) { cut() }
            }
        }

        private mutating func open() {
            guard session == nil else { return }
            link += 1
            toCentre = PDUDecoder()
            let settings = SessionSettings(bind: Bind(.transceiver, systemID: "123456789", password: "simulator"))
            session = try? Session(settings, id: UInt64(link), at: clock)
            act(core.take(.opened, on: link, at: wall))
        }

        private mutating func submit() {
            guard session?.canSubmit ?? false else { return }
            var message = ShortMessage()
            message.source = Address("Simulator")
            message.destination = Address("375291234567")
            message.registeredDelivery = 1
            message.octets = Array("\(submitted)".utf8)
            do { try session?.submit(message, token: submitted, at: clock) } catch { failure = "\(error)" }
            submitted += 1
        }

        /// So many octets reach the centre.
        private mutating func write(_ limit: Int) {
            var items: [PDUDecoder.Item] = []
            guard
                let count = session?.withOctets({ octets in
                    let octets = UnsafeRawBufferPointer(rebasing: octets.prefix(limit))
                    toCentre.read(octets) { items.append($0) }
                    return octets.count
                }), count > 0
            else { return }
            session?.wrote(count, at: clock)
            let link = link
            for item in items { act(core.take(.received(item), on: link, at: wall)) }
        }

        private mutating func cut() {
            guard session != nil else { return }
            session?.connectionEnded()
            look()
            session = nil
            act(core.take(.closed, on: link, at: wall))
        }

        private mutating func wait(_ duration: Duration) {
            wall = wall + duration
            clock = clock + duration
            act(core.advance(to: wall))
            session?.advance(to: clock)
            look()
        }

        private mutating func act(_ actions: [MessageCentreAction]) {
            for action in actions {
                guard action.link == link, session != nil else {
                    failure = "something for a link that has gone: \(action)"
                    return
                }
                switch action {
                case .write(let pdu, _):
                    session?.received(.pdu(pdu), at: clock)
                    look()
                case .cut, .close:
                    session?.connectionEnded()
                    look()
                    session = nil
                }
            }
        }

        private mutating func look() {
            for event in session?.takeEvents() ?? [] {
                switch event {
                case .answered(let token, let answer, _):
                    if answer.verdict == .accepted { ids[token] = answer.id ?? "" } else { notSent.insert(token) }
                case .delivery(let delivery):
                    if let id = delivery.receipt?.textID { kept.insert(id) }
                    session?.answer(delivery.handle, at: clock)
                case .ended(let ending): notSent.formUnion(ending.notSent)
                default: continue
                }
            }
            if session?.isEnded ?? false {
                session = nil
                _ = core.take(.closed, on: link, at: wall)
            }
        }

        /// - Returns: what does not hold when all is over.
        mutating func finish() -> String? {
            cut()
            open()
            for _ in 0..<600 where failure == nil {
                write(.max)
                wait(.milliseconds(100))
            }
            if let failure { return failure }
            var accepted: [UInt64: String] = [:]
            for part in core.parts {
                guard let token = UInt64(String(decoding: part.content.octets, as: UTF8.self)), accepted[token] == nil else {
                    return "a part was accepted twice, or is none of ours"
                }
                accepted[token] = part.messageID
            }
            for (token, id) in ids where accepted[token] != id { return "\(token) was said to be accepted as \(id)" }
            for token in notSent where accepted[token] != nil { return "\(token) was said not to be sent, and is" }
            let missing = Set(accepted.values).subtracting(kept)
            return missing.isEmpty ? nil : "no receipt of \(missing.count) of \(accepted.count) parts"
        }
    }
}
