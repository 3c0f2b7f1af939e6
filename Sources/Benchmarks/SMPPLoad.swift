internal import Connect
internal import EventLoop
internal import Glibc
internal import SMPP
internal import SMSText
internal import Time

/// Messages of one part and of several over one link, as fast as its window lets them go.
///
/// `@unchecked Sendable`: after `init` everything is touched on the loop only, and read again when the loop has ended.
final class SMPPLoad: LinkOwner, @unchecked Sendable {
    static let texts = [
        "Your code is 123456", "Ваш код 123456: нікому яго не кажыце", "@_$ {5 €}",
        "Паважаны кліент, ваша замова гатовая да выдачы па адрасе Мінск, праспект Незалежнасці, 1. Чакаем вас 😀 з 9 да 21.",
        String(repeating: "Dear client, your order is ready. ", count: 6),
    ]

    private let loop: EventLoop
    private var link: Link?
    private let isDone = ThreadSignal()
    private let wantsReceipts: Bool
    private var parts: [Part] = []
    private var next = 0
    private var answered = 0
    /// Accepted parts without a receipt, by id.
    private var awaited: Set<String> = []
    /// Ids of receipts that came before the answer to their part.
    private var early: Set<String> = []
    private var accepted = 0
    private var delivered = 0
    private var begun = MonotonicInstant(nanoseconds: 0)
    private var answeredAt = MonotonicInstant(nanoseconds: 0)
    private var failure = ""

    /// With `SMPP_AUTHORITIES` in the environment (a PEM file) the connection is TLS.
    ///
    /// - Parameter wantsReceipts: whether it ends only when each accepted part was reported as delivered.
    init(port: Int, messages: Int, window: Int, wantsReceipts: Bool) throws {
        loop = try EventLoop(name: "load")
        self.wantsReceipts = wantsReceipts
        for number in 0..<messages {
            let text = Self.texts[number % Self.texts.count]
            let coding = TextCoding.best(for: text, narrow: .gsm)
            let format = PartFormat(coding, dataCoding: coding == .ucs2 ? 8 : 0, .udh, reference: UInt16(truncatingIfNeeded: number))
            let message = try MessageText(text, format)
            parts += (0..<message.count).map { Part(token: UInt64(parts.count + $0), message.part($0, of: Self.template)) }
        }
        var session = SessionSettings(bind: Bind(.transceiver, systemID: "shop", password: "secret"))
        session.window = window
        let authorities = getenv("SMPP_AUTHORITIES").map { String(cString: $0) }
        let target = ConnectTarget(isTLS: authorities != nil, host: "127.0.0.1", port: port)
        let connect = ConnectSettings(for: .smpp, to: target, timeout: .seconds(10), certificateAuthorities: authorities)
        let link = try Link(loop: loop, connect: connect, session: session)
        self.link = link
        link.owner = self
    }

    /// Blocks until it is over, a minute at most.
    ///
    /// - Returns: a line of JSON.
    func run() -> String {
        loop.execute { [self] in
            loop.schedule(after: .seconds(60)) { [self] in end("not over within a minute") }
            link?.start()
        }
        isDone.wait()
        loop.stop()
        let seconds = Double((answeredAt - begun).nanoseconds) / 1e9
        return """
            {"parts": \(parts.count), "accepted": \(accepted), "delivered": \(delivered), "seconds": \(seconds), "failure": "\(failure)"}
            """
    }

    func nextPart(for link: Link) -> Part? {
        guard next < parts.count else { return nil }
        if next == 0 { begun = .now }
        defer { next += 1 }
        return parts[next]
    }

    func link(_ link: Link, _ event: LinkEvent) {
        switch event {
        case .session(.answered(_, let answer, _)):
            answered += 1
            answeredAt = .now
            if answer.verdict == .accepted {
                accepted += 1
                let id = MessageIDFormat.opaque.normalised(response: answer.id ?? "")
                if early.remove(id) == nil { awaited.insert(id) } else { delivered += 1 }
            }
        case .session(.delivery(let delivery)):
            if let receipt = delivery.receipt, receipt.state == .delivered { take(MessageIDFormat.opaque.candidates(of: receipt)) }
            link.answer(delivery.handle)
        case .session(.ended(let ending)) where ending.reason != .unbound: end("\(ending.reason)")
        case .waiting(_, let why): end("\(why)")
        case .left: end("")
        default: return
        }
        if answered == parts.count, !wantsReceipts || delivered == accepted { link.leave(within: .seconds(5)) }
    }

    private func take(_ candidates: [String]) {
        if candidates.contains(where: { awaited.remove($0) != nil }) { delivered += 1 } else { early.formUnion(candidates) }
    }

    private func end(_ failure: String) {
        guard let link else { return }
        self.failure = failure
        self.link = nil
        link.owner = nil
        link.close()
        isDone.fire()
    }

    private static let template: ShortMessage = {
        var message = ShortMessage()
        message.source = Address(ton: 5, npi: 0, "Shop")
        message.destination = Address(ton: 1, npi: 1, "375291234567")
        message.registeredDelivery = 1
        return message
    }()
}
