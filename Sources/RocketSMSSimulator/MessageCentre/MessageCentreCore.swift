internal import EventLoop
internal import SMPP
internal import Time

/// The provider's message centre without sockets: PDUs of numbered links in, actions out, at whatever time the caller says. The provider is
/// lent to it, so that both doors have the same account, credits and record. All chance comes from the provider's seed.
///
/// | a link | may come | becomes |
/// | --- | --- | --- |
/// | open | a bind | bound; open still where it was refused |
/// | bound | submissions, answers to deliveries, unbind | gone by the client's unbind; unbinding by ours |
/// | unbinding | answers | gone by the answer to the unbind, or in 5 s |
///
/// Everything of a link that is gone comes again on another, or waits for the next bind.
struct MessageCentreCore: Sendable {
    enum Task: Sendable {
        case respond(CentreResponse)
        case deliver(CentreDelivery)
        /// The answer to a delivery should have come.
        case timeout(link: Int, sequence: UInt32)
        /// The answer to an unbind should have come.
        case leave(link: Int)
    }

    /// Receipts that wait for their time, for a bind, or for their answer; further ones are discarded.
    static let maximumDeliveries = 200_000
    /// For the answer to an unbind.
    static let unbindLimit = Duration.seconds(5)

    var links: [Int: CentreLink] = [:]
    var rules = SubmitRules()
    var ids = MessageIDCounters()
    var log: PartLog
    var counters = MessageCentreCounters()
    var agenda = Agenda<Task>()
    /// Deliveries without a bind to go to, oldest first.
    var waiting: ArraySlice<CentreDelivery> = []
    /// Answers that are kept until they are released, oldest first.
    var held: [CentreResponse] = []
    var switches = MessageCentreSwitches()
    private var actions: [MessageCentreAction] = []
    private var binds = 0
    /// Scheduled, waiting, queued or under way.
    var deliveries = 0

    init(partLimit: Int) { log = PartLog(limit: partLimit) }

    var nextDeadline: WallTime? { agenda.next }

    mutating func takeActions() -> [MessageCentreAction] {
        defer { actions = [] }
        return actions
    }

    // MARK: Events

    /// - Parameter link: greater than any before it.
    mutating func opened(_ link: Int) { links[link] = CentreLink() }

    /// The client has closed it, or it broke.
    mutating func closed(_ link: Int, _ provider: SimulatedProvider, at now: WallTime) {
        switches = provider.switches.messageCentre
        forget(link, at: now)
    }

    /// - Parameter receivedAt: by the wall clock, for the record only.
    mutating func received(
        _ item: PDUDecoder.Item, on link: Int, _ provider: inout SimulatedProvider, at now: WallTime, receivedAt: WallTime
    ) {
        guard links[link] != nil else { return }
        switches = provider.switches.messageCentre
        switch item {
        case .pdu(let pdu): received(pdu, on: link, &provider, at: now, receivedAt: receivedAt)
        case .malformed(let header, _):
            if header.command.isResponse { return }
            write(PDU(status: .invalidCommandLength, sequence: header.sequence, .genericNack), on: link)
        case .lost:
            write(PDU(status: .invalidCommandLength, sequence: 0, .genericNack), on: link)
            close(link, at: now)
        }
    }

    mutating func advance(to now: WallTime, _ provider: SimulatedProvider) {
        switches = provider.switches.messageCentre
        while let task = agenda.take(at: now) {
            switch task {
            case .respond(let response): respond(response, at: now)
            case .deliver(let delivery): assign(delivery, at: now)
            case .timeout(let link, let sequence):
                guard links[link]?.underWay[sequence] != nil else { continue }
                counters.timeouts += 1
                close(link, at: now)
            case .leave(let link): if links[link] != nil { close(link, at: now) }
            }
        }
    }

    private mutating func received(
        _ pdu: PDU, on link: Int, _ provider: inout SimulatedProvider, at now: WallTime, receivedAt: WallTime
    ) {
        switch pdu.body {
        case .bind(let bind): self.bind(bind, pdu.sequence, on: link, provider, at: now)
        case .submit(let message):
            submit(Submission(message, sequence: pdu.sequence, link: link, now: now, receivedAt: receivedAt), &provider)
        case .enquireLink: write(PDU(sequence: pdu.sequence, .enquireLinkResponse), on: link)
        case .unbind:
            write(PDU(sequence: pdu.sequence, .unbindResponse), on: link)
            close(link, at: now)
        case .unbindResponse: if links[link]?.phase == .unbinding { close(link, at: now) }
        case .deliverResponse, .genericNack: delivered(pdu, on: link, at: now)
        case _ where pdu.command.isResponse || pdu.command.isNotice: return
        default: write(PDU(status: .invalidCommandID, sequence: pdu.sequence, .genericNack), on: link)
        }
    }

    // MARK: Binds

    private mutating func bind(_ bind: Bind, _ sequence: UInt32, on link: Int, _ provider: SimulatedProvider, at now: WallTime) {
        let status = admit(bind, link, provider, at: now)
        let response = BindResponse(systemID: status == .ok ? "simulator" : "")
        write(PDU(status: status, sequence: sequence, .bindResponse(bind.kind, response)), on: link)
        guard status == .ok else {
            counters.refusedBinds += 1
            return
        }
        counters.binds += 1
        binds += 1
        links[link]?.phase = .bound(bind.kind)
        links[link]?.bindNumber = binds
        links[link]?.systemID = bind.systemID
        guard bind.kind != .transmitter else { return }
        let deliveries = waiting
        waiting = []
        for delivery in deliveries { assign(delivery, at: now) }
    }

    private mutating func admit(_ bind: Bind, _ link: Int, _ provider: SimulatedProvider, at now: WallTime) -> CommandStatus {
        guard links[link]?.phase == .open else { return .alreadyBound }
        guard bind.systemID.utf8.elementsEqual(provider.credentials.username) else { return .invalidSystemID }
        guard provider.credentials.hasPassword(bind.password) else { return switches.wrongPassword }
        guard switches.bindLimit > 0 else { return .ok }
        let bound = links.filter { $0.value.isBound }.sorted { $0.value.bindNumber < $1.value.bindNumber }.map(\.key)
        guard bound.count >= switches.bindLimit else { return .ok }
        guard switches.bindOver == .closeOlder else { return switches.bindOverStatus }
        for older in bound.prefix(bound.count - switches.bindLimit + 1) { close(older, at: now) }
        return .ok
    }

    // MARK: Links

    mutating func write(_ pdu: PDU, on link: Int) { actions.append(.write(pdu, on: link)) }

    mutating func close(_ link: Int, at now: WallTime) {
        actions.append(.close(link))
        forget(link, at: now)
    }

    mutating func cut(_ pdu: PDU, on link: Int, at now: WallTime) {
        actions.append(.cut(pdu, on: link))
        forget(link, at: now)
    }

    /// Its deliveries go elsewhere; its answers nowhere.
    private mutating func forget(_ link: Int, at now: WallTime) {
        guard let gone = links.removeValue(forKey: link) else { return }
        held.removeAll { $0.link == link }
        for delivery in gone.deliveries { assign(delivery, at: now) }
    }

    mutating func unbind(_ link: Int, at now: WallTime) {
        guard links[link]?.isBound ?? false, let sequence = links[link]?.nextSequence() else { return }
        write(PDU(sequence: sequence, .unbind), on: link)
        links[link]?.phase = .unbinding
        agenda.add(.leave(link: link), at: now + Self.unbindLimit)
    }
}
