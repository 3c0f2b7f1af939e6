import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// A worker's way to the message centre: one bind after another, parts out, receipts in. It keeps the rules of `SMPPGateway`, without a PDU.
final class PartsGateway: ProviderGateway, PartGateway {
    var mayBegin: (UInt64) -> Bool = { _ in false }
    var receive: (GatewayEvent) -> Void = { _ in }
    let mustPoll = false
    var parts: (any PartGateway)? { self }

    private let world: World
    private let options: Options
    private let centre: MessageCentre
    private let client: ClusterClient
    let writer: ReceiptWriter
    private let judge: Judge
    private unowned let process: SimulatedProcess
    private var link: PartLink?
    private var isConnecting = false
    private var isClosed = false
    private var failures = 0
    /// The centre has asked for a pause.
    private var pausedUntil = MonotonicInstant(nanoseconds: .min)
    private var unbound = DoorState.shut("it is not bound yet")
    private var told = DoorState.shut("")
    private var state: DoorState {
        if !writer.canWrite { return .shut("receipts cannot be written to Kafka") }
        if let link, link.isOpen, !link.isLeaving { return .open }
        return unbound
    }

    init(_ process: SimulatedProcess, centre: MessageCentre, topic: ReceiptTopic, judge: Judge) {
        self.process = process
        self.judge = judge
        self.centre = centre
        world = process.world
        options = process.options
        client = process.client
        writer = ReceiptWriter(topic, process.client)
        writer.changed = { [unowned self] in keeperChanged($0) }
    }

    func start() { connect(after: world.duration(1_000...50_000)) }

    // MARK: Questions

    func plan(_ message: Message, offset: Int64) -> PartPlanning {
        let (number, count) = Self.read(message)
        guard count > 0 else { return .impossible("a text of no parts") }
        return .parts(
            SubmissionPlan(
                account: DoorOptions.account, address: UInt16(number % 3),
                format: Requests.Submission.Format(
                    isUCS2: false, dataCoding: 0, concatenation: .udh, reference: UInt16(truncatingIfNeeded: offset)),
                count: count))
    }

    /// The text says whose it is and how many parts it takes: `r7 3`.
    private static func read(_ message: Message) -> (number: Int, parts: Int) {
        let words = message.text.dropFirst().split(separator: UInt8(ascii: " ")).map { Int(String(decoding: $0, as: UTF8.self)) ?? -1 }
        return words.count == 2 ? (words[0], words[1]) : (-1, 0)
    }

    func receiptID(_ id: String) -> RequestHash { RequestHash(id: Array(id.utf8)) }

    /// There is no question for a balance: that the account is bound is the sign that it is taken.
    func askBalance() {
        switch state {
        case .open: tell(.balance(.credits(.max)))
        case .badCredentials: tell(.balance(.badCredentials))
        case .shut, .tooManyBinds: tell(.balance(.failed))
        }
    }

    func askSenders() { tell(.senders(.failed(reason: "there is no question for senders"))) }

    func askTemplates() { tell(.templates(.known([:]))) }

    func submit(_ message: Message, sendAt: Int64?, isPriority: Bool, trace: [UInt8]?, tag: UInt64) {
        judge.find(.strangeSMS, "p\(process.number) sends a message whole")
    }

    func poll(messageID: String, tag: UInt64) { judge.find(.strangeSMS, "p\(process.number) asks for a status") }

    // MARK: Parts

    func submit(part: Int, of submission: Requests.Submission, _ message: Message, expiresAt: Int64?, isPriority: Bool, tag: UInt64) {
        if submission.toSubmit.first == part {
            judge.submitted(process, tag: tag)
            judge.attemptSubmitted(process, tag: tag, submission)
        } else {
            judge.countRequest()
        }
        if world.monotonic < pausedUntil { judge.find(.pressed, "r\(Self.read(message).number), part \(part), by p\(process.number)") }
        guard case .open = state, let link else { return tell(.part(tag: tag, .notSent(reason: "it is not bound"))) }
        let flight = PartLink.Flight(tag, Self.read(message).number, part, submission)
        // Its place in the window.
        world.schedule(after: world.chance(0.8) ? .microseconds(50) : world.duration(200...50_000)) { [self] in
            client.deliver { [self] in offer(flight, link) }
        }
    }

    /// The last look, and the socket.
    private func offer(_ flight: PartLink.Flight, _ link: PartLink) {
        guard !isClosed else { return }
        guard self.link === link, case .open = state else {
            return receive(.part(tag: flight.tag, .notSent(reason: "it is not bound")))
        }
        guard mayBegin(flight.tag) else { return receive(.part(tag: flight.tag, nil)) }
        if options.hasPostGap, judge.isInChaos, world.chance(0.1) {
            judge.partBegun(process, flight, standsStill: true)
            process.freeze(for: world.duration(1_000_000...40_000_000))
            return client.deliver { [self] in if !isClosed, link.isOpen { write(flight, link) } else { dies(flight) } }
        }
        judge.partBegun(process, flight, standsStill: false)
        write(flight, link)
    }

    private func dies(_ flight: PartLink.Flight) {
        if !isClosed { receive(.part(tag: flight.tag, .notSent(reason: "the link has ended"))) }
    }

    private func write(_ flight: PartLink.Flight, _ link: PartLink) {
        // What the socket has not taken at once is not asked about again: TLS keeps the record, and sends it with the next.
        link.offer(flight, again: {})
    }

    private func answered(_ flight: PartLink.Flight, _ answer: MessageCentre.Answer) {
        let outcome: PartOutcome
        switch answer {
        case .accepted(let copy): outcome = .accepted(id: copy.id, status: .sent)
        case .refused(let code): outcome = .refused(code: code)
        case .throttled:
            pausedUntil = world.monotonic + .seconds(1)
            receive(.later(.seconds(1)))
            outcome = .notSent(reason: "throttled")
        case .notBound:
            link?.leave()
            outcome = .notSent(reason: "it takes no parts on this bind")
        case .failed: outcome = .unknown(reason: "something broke")
        case .none: return
        }
        if flight.isLate {
            guard case .accepted(let id, _) = outcome else { return receive(.latePart(tag: flight.tag, id: nil)) }
            judge.acceptedLate(process, flight)
            receive(.latePart(tag: flight.tag, id: id))
        } else {
            if case .accepted = outcome { judge.partAccepted(process, flight) }
            receive(.part(tag: flight.tag, outcome))
            // This was the last word.
            if case .unknown = outcome { receive(.latePart(tag: flight.tag, id: nil)) }
        }
        tellDoor()
    }

    private func unanswered(_ flight: PartLink.Flight) {
        receive(
            flight.isLate
                ? .latePart(tag: flight.tag, id: nil) : .part(tag: flight.tag, .unknown(reason: "no answer in time")))
    }

    private func ended(_ notSent: [PartLink.Flight], _ unknown: [PartLink.Flight]) {
        unbound = .shut("the link has ended")
        tellDoor()
        for flight in notSent { receive(.part(tag: flight.tag, .notSent(reason: "the link has ended"))) }
        for flight in unknown {
            if !flight.isLate { receive(.part(tag: flight.tag, .unknown(reason: "the link has ended"))) }
            receive(.latePart(tag: flight.tag, id: nil))
        }
        link = nil
        if writer.canWrite { connect(after: world.duration(1_000...200_000)) }
    }

    // MARK: Receipts

    /// Answered when it is written, and where it cannot be, the bind is given up: what is unbound the centre keeps for.
    private func take(_ push: ReceiptPush, _ link: PartLink) {
        writer.write(push) { [weak link] in link?.answer(push) }
    }

    private func keeperChanged(_ canWrite: Bool) {
        if canWrite { connect(after: world.duration(1_000...50_000)) } else { link?.leave() }
        tellDoor()
    }

    // MARK: The bind

    private func connect(after delay: Duration) {
        guard !isConnecting, !isClosed, link == nil else { return }
        isConnecting = true
        let link = PartLink(centre: centre, client: client, responseTimeout: options.requestTimeout)
        world.schedule(after: delay + centre.latency()) { [self] in
            let refusal = isClosed ? nil : centre.bind(link)
            world.schedule(after: centre.latency()) { [self] in
                guard !isClosed else { return link.lose() }
                client.deliver { [self] in connected(link, refusal) }
            }
        }
    }

    private func connected(_ link: PartLink, _ refusal: MessageCentre.Refusal?) {
        isConnecting = false
        guard !isClosed else { return link.lose() }
        guard refusal == nil, link.isOpen else {
            failures += 1
            unbound =
                switch refusal {
                case .tooManyBinds: .tooManyBinds
                case .credentials: .badCredentials(code: "SMPP_0x0E")
                case .noConnection, nil: .shut("there is no connection")
                }
            tellDoor()
            if writer.canWrite { connect(after: .milliseconds(min(5_000, 100 << min(failures, 6)))) }
            return
        }
        failures = 0
        self.link = link
        link.onAnswer = { [unowned self] in answered($0, $1) }
        link.onUnanswered = { [unowned self] in unanswered($0) }
        link.onReceipt = { [unowned self, unowned link] in take($0, link) }
        link.onEnd = { [unowned self] in ended($0, $1) }
        if !writer.canWrite { link.leave() }
        tellDoor()
    }

    // MARK: Telling

    private func tellDoor() {
        guard !isClosed, state != told else { return }
        told = state
        receive(.door(state))
    }

    /// Later: who calls is not called before it has returned.
    private func tell(_ event: GatewayEvent) {
        world.schedule(after: .microseconds(20)) { [self] in
            client.deliver { [self] in if !isClosed { receive(event) } }
        }
    }

    /// The process is gone.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        writer.close()
        link?.lose()
        link = nil
        receive = { _ in }
        mayBegin = { _ in false }
    }
}
