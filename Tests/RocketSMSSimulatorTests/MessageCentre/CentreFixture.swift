import RocketSMSSimulator
import SMPP
import Time

/// The message centre's core on a virtual clock, and what it has written to each link.
struct CentreFixture {
    static let phone = "375291234567"

    var core: ProviderCore
    var now = WallTime(milliseconds: 1_796_000_000_000)
    /// What was written, by link, since it was last taken.
    private var written: [Int: [PDU]] = [:]
    /// Links that the centre has closed.
    private(set) var closed: Set<Int> = []
    /// PDUs that were cut.
    private(set) var cut: [PDU] = []
    private var links = 0
    private var sequence: UInt32 = 0

    /// Receipts come after a second, if the switches do not say otherwise.
    init(_ switches: String..., change: (inout SimulatorConfiguration) -> Void = { _ in }) throws {
        try self.init(switches: switches, change: change)
    }

    init(switches: [String], change: (inout SimulatorConfiguration) -> Void = { _ in }) throws {
        var configuration = SimulatorConfiguration()
        for text in ["delivery-jitter=0s"] + switches { try configuration.set(switch: text) }
        change(&configuration)
        core = ProviderCore(configuration)
    }

    mutating func open() -> Int {
        links += 1
        act(core.take(.opened, on: links, at: now))
        return links
    }

    /// A new link, bound.
    mutating func bind(_ kind: Bind.Kind = .transceiver, user: String = "123456789", password: String = "simulator") -> Int {
        let link = open()
        hear(PDU(sequence: 1, .bind(Bind(kind, systemID: user, password: password))), on: link)
        return link
    }

    /// Bound, and the answer taken.
    mutating func bound(_ kind: Bind.Kind = .transceiver) -> Int {
        let link = bind(kind)
        _ = read(link)
        return link
    }

    mutating func hear(_ pdu: PDU, on link: Int) { hear(.pdu(pdu), on: link) }

    mutating func hear(_ item: PDUDecoder.Item, on link: Int) { act(core.take(.received(item), on: link, at: now)) }

    mutating func close(_ link: Int) { act(core.take(.closed, on: link, at: now)) }

    /// - Returns: the submission's number.
    @discardableResult
    mutating func submit(
        on link: Int, to phone: String = phone, registered: UInt8 = 1, change: (inout ShortMessage) -> Void = { _ in }
    ) -> UInt32 {
        sequence += 1
        var message = ShortMessage()
        message.source = Address(ton: 5, "Simulator")
        message.destination = Address(ton: 1, npi: 1, phone)
        message.registeredDelivery = registered
        message.octets = Array("hi \(sequence)".utf8)
        change(&message)
        hear(PDU(sequence: sequence, .submit(message)), on: link)
        return sequence
    }

    /// A part of a message of two.
    mutating func submitPart(_ number: UInt8, on link: Int, reference: UInt8 = 7, to phone: String = phone) {
        submit(on: link, to: phone) { message in
            message.esmClass = .userDataHeader
            message.octets = [5, 0, 3, reference, 2, number, 0x41]
        }
    }

    /// Goes on through all that is to happen until then.
    mutating func wait(_ duration: Duration) {
        let end = now + duration
        while let next = core.nextDeadline, next <= end {
            now = max(now, next)
            act(core.advance(to: now))
        }
        now = end
        act(core.advance(to: now))
    }

    mutating func change(_ change: MessageCentreChange) throws { act(try core.change(change, at: now)) }

    mutating func release(_ release: FaultRelease = FaultRelease()) { act(core.release(release, at: now)) }

    private mutating func act(_ actions: [MessageCentreAction]) {
        for action in actions {
            switch action {
            case .write(let pdu, let link): written[link, default: []].append(pdu)
            case .cut(let pdu, let link):
                cut.append(pdu)
                closed.insert(link)
            case .close(let link): closed.insert(link)
            }
        }
    }

    // MARK: What the client reads

    mutating func read(_ link: Int) -> [PDU] { written.removeValue(forKey: link) ?? [] }

    /// Reads a link, and answers what was delivered on it.
    mutating func deliveries(_ link: Int, answer: CommandStatus? = .ok) -> [ShortMessage] {
        var all: [ShortMessage] = []
        while true {
            let pdus = read(link)
            if pdus.isEmpty { return all }
            for pdu in pdus {
                guard case .deliver(let message) = pdu.body else { continue }
                all.append(message)
                if let answer { hear(PDU(status: answer, sequence: pdu.sequence, .deliverResponse(MessageResponse())), on: link) }
            }
        }
    }

    mutating func receipts(_ link: Int, answer: CommandStatus? = .ok) -> [DeliveryReceipt] {
        deliveries(link, answer: answer).compactMap { DeliveryReceipt($0) }
    }

    /// Statuses of what was answered to submissions.
    mutating func statuses(_ link: Int) -> [CommandStatus] {
        read(link).compactMap { if case .submitResponse = $0.body { $0.status } else { nil } }
    }

    /// The ids of what was accepted.
    mutating func ids(_ link: Int) -> [String] {
        read(link).compactMap { if case .submitResponse(let response) = $0.body, $0.status == .ok { response.id } else { nil } }
    }
}
