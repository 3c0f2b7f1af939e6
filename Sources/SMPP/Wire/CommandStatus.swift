/// What a response says (SMPP 3.4, 5.1.3). Any number is one: vendors have their own, from 0x400 on and elsewhere.
package struct CommandStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static let ok = CommandStatus(0x00)
    package static let invalidMessageLength = CommandStatus(0x01)
    package static let invalidCommandLength = CommandStatus(0x02)
    package static let invalidCommandID = CommandStatus(0x03)
    package static let wrongBindStatus = CommandStatus(0x04)
    package static let alreadyBound = CommandStatus(0x05)
    package static let systemError = CommandStatus(0x08)
    package static let bindFailed = CommandStatus(0x0D)
    package static let invalidPassword = CommandStatus(0x0E)
    package static let invalidSystemID = CommandStatus(0x0F)
    package static let queueFull = CommandStatus(0x14)
    package static let invalidSystemType = CommandStatus(0x53)
    package static let throttled = CommandStatus(0x58)
    package static let invalidSchedule = CommandStatus(0x61)
    package static let temporaryReceiverError = CommandStatus(0x64)
    package static let permanentReceiverError = CommandStatus(0x65)
    package static let unknownError = CommandStatus(0xFF)

    /// The standard's name where it has one, and the number: `ESME_RTHROTTLED (0x58)`.
    package var description: String {
        let number = "0x" + (rawValue < 16 ? "0" : "") + String(rawValue, radix: 16, uppercase: true)
        return Self.names[rawValue].map { "\($0) (\(number))" } ?? number
    }

    /// SMPP 3.4, table 5-2.
    private static let names: [UInt32: String] = [
        0x00: "ESME_ROK", 0x01: "ESME_RINVMSGLEN", 0x02: "ESME_RINVCMDLEN", 0x03: "ESME_RINVCMDID", 0x04: "ESME_RINVBNDSTS",
        0x05: "ESME_RALYBND", 0x06: "ESME_RINVPRTFLG", 0x07: "ESME_RINVREGDLVFLG", 0x08: "ESME_RSYSERR", 0x0A: "ESME_RINVSRCADR",
        0x0B: "ESME_RINVDSTADR", 0x0C: "ESME_RINVMSGID", 0x0D: "ESME_RBINDFAIL", 0x0E: "ESME_RINVPASWD", 0x0F: "ESME_RINVSYSID",
        0x11: "ESME_RCANCELFAIL", 0x13: "ESME_RREPLACEFAIL", 0x14: "ESME_RMSGQFUL", 0x15: "ESME_RINVSERTYP", 0x33: "ESME_RINVNUMDESTS",
        0x34: "ESME_RINVDLNAME", 0x40: "ESME_RINVDESTFLAG", 0x42: "ESME_RINVSUBREP", 0x43: "ESME_RINVESMCLASS",
        0x44: "ESME_RCNTSUBDL", 0x45: "ESME_RSUBMITFAIL", 0x48: "ESME_RINVSRCTON", 0x49: "ESME_RINVSRCNPI", 0x50: "ESME_RINVDSTTON",
        0x51: "ESME_RINVDSTNPI", 0x53: "ESME_RINVSYSTYP", 0x54: "ESME_RINVREPFLAG", 0x55: "ESME_RINVNUMMSGS", 0x58: "ESME_RTHROTTLED",
        0x61: "ESME_RINVSCHED", 0x62: "ESME_RINVEXPIRY", 0x63: "ESME_RINVDFTMSGID", 0x64: "ESME_RX_T_APPN", 0x65: "ESME_RX_P_APPN",
        0x66: "ESME_RX_R_APPN", 0x67: "ESME_RQUERYFAIL", 0xC0: "ESME_RINVOPTPARSTREAM", 0xC1: "ESME_ROPTPARNOTALLWD",
        0xC2: "ESME_RINVPARLEN", 0xC3: "ESME_RMISSINGOPTPARAM", 0xC4: "ESME_RINVOPTPARAMVAL", 0xFE: "ESME_RDELIVERYFAILURE",
        0xFF: "ESME_RUNKNOWNERR",
    ]
}
