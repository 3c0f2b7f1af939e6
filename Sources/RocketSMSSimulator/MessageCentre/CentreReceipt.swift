internal import EventLoop
internal import SMPP
internal import Time

/// What receipts of one part have in common (SMPP 3.4, appendix B).
struct CentreReceipt {
    private let submitted: ShortMessage
    /// As the response had it.
    private let id: String
    private let textID: String
    private let acceptedAt: WallTime
    private let endedAt: WallTime

    init(_ submitted: ShortMessage, id: String, textID: String, acceptedAt: WallTime, endedAt: WallTime) {
        self.submitted = submitted
        self.id = id
        self.textID = textID
        self.acceptedAt = acceptedAt
        self.endedAt = endedAt
    }

    func message(_ state: DeliveryState, _ switches: MessageCentreSwitches) -> ShortMessage {
        var message = ShortMessage()
        let isSwapped = switches.receiptAddresses == .swapped
        message.source = isSwapped ? submitted.destination : submitted.source
        message.destination = isSwapped ? submitted.source : submitted.destination
        message.esmClass = .receipt
        let delivered = state == .delivered ? "001" : "000"
        message.octets = Array(
            """
            id:\(textID) sub:001 dlvrd:\(delivered) submit date:\(Self.date(acceptedAt)) done date:\(Self.date(endedAt)) \
            stat:\(Self.word(state)) err:\(state == .delivered ? "000" : "001") text:
            """.utf8)
        guard switches.receiptTLV != .off else { return message }
        message.parameters.append(.messageState, CollectionOfOne(state.rawValue))
        message.parameters.append(.receiptedMessageID, Array((switches.receiptTLV == .text ? textID : id).utf8) + [0])
        return message
    }

    /// The state that a course ends in; nil where it does not.
    static func state(_ fate: MessageCourse.Fate, failedAs: String) -> DeliveryState? {
        switch fate {
        case .delivered: .delivered
        case .failed: named(failedAs) ?? .undeliverable
        case .stuck: nil
        case .named(let status): named(status)
        }
    }

    private static func named(_ status: String) -> DeliveryState? {
        DeliveryState.allCases.first { word($0) == status.uppercased() }
            ?? ["DELIVERED": .delivered, "FAILED": .undeliverable, "REJECTED": .rejected, "ACCEPTED": .accepted][status.uppercased()]
    }

    /// By the low bits of registered_delivery (SMPP 3.4, 5.2.17): 1 of success and failure, 2 of failure alone.
    static func isWanted(_ registeredDelivery: UInt8, _ state: DeliveryState) -> Bool {
        switch registeredDelivery & 3 {
        case 1: true
        case 2: state != .delivered
        default: false
        }
    }

    private static func word(_ state: DeliveryState) -> String {
        switch state {
        case .scheduled: "SCHEDULED"
        case .enroute: "ENROUTE"
        case .delivered: "DELIVRD"
        case .expired: "EXPIRED"
        case .deleted: "DELETED"
        case .undeliverable: "UNDELIV"
        case .accepted: "ACCEPTD"
        case .unknown: "UNKNOWN"
        case .rejected: "REJECTD"
        case .skipped: "SKIPPED"
        }
    }

    /// `YYMMDDhhmm`.
    private static func date(_ time: WallTime) -> String { String(SMPPTime.absolute(time).prefix(10)) }
}
