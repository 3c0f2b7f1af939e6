/// What a PDU is (SMPP 3.4, 5.1.2.1). Any number is one: those that nobody knows must be answered too.
package struct CommandID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let bindReceiver = CommandID(rawValue: 0x01)
    package static let bindTransmitter = CommandID(rawValue: 0x02)
    package static let submit = CommandID(rawValue: 0x04)
    package static let deliver = CommandID(rawValue: 0x05)
    package static let unbind = CommandID(rawValue: 0x06)
    package static let bindTransceiver = CommandID(rawValue: 0x09)
    package static let outbind = CommandID(rawValue: 0x0B)
    package static let enquireLink = CommandID(rawValue: 0x15)
    package static let alertNotification = CommandID(rawValue: 0x102)
    package static let data = CommandID(rawValue: 0x103)
    package static let genericNack = CommandID(rawValue: 0x8000_0000)

    private static let responseBit: UInt32 = 0x8000_0000

    /// Answers another PDU, and is itself never answered.
    package var isResponse: Bool { rawValue & Self.responseBit != 0 }
    /// Is never answered, though it answers nothing.
    package var isNotice: Bool { self == .outbind || self == .alertNotification }
    /// What answers this request.
    package var response: CommandID { CommandID(rawValue: rawValue | Self.responseBit) }
    /// What this response answers.
    package var request: CommandID { CommandID(rawValue: rawValue & ~Self.responseBit) }

    package var description: String {
        if self == .genericNack { return "generic_nack" }
        guard let name = Self.names[request] else { return "command 0x" + String(rawValue, radix: 16, uppercase: true) }
        return isResponse ? name + "_resp" : name
    }

    private static let names: [CommandID: String] = [
        bindReceiver: "bind_receiver", bindTransmitter: "bind_transmitter", bindTransceiver: "bind_transceiver", submit: "submit_sm",
        deliver: "deliver_sm", data: "data_sm", unbind: "unbind", enquireLink: "enquire_link", outbind: "outbind",
        alertNotification: "alert_notification",
    ]
}
