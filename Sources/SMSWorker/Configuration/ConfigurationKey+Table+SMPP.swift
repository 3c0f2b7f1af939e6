internal import Requests
internal import SMPP
internal import SMSPipeline
internal import Time

/// The provider's other door.
extension ConfigurationKey {
    package static let providerTransport = Self(
        "provider.transport", .choice(WorkerConfiguration.Provider.Transport.allCases.map(\.rawValue)), default: "http",
        "How messages go to the provider: by its HTTP API (rocketsms.…), or by SMPP 3.4 (smpp.…).")
    package static let topicsReceipts = Self(
        "topics.receipts", .text(.topic), default: "sms.receipts", "Over SMPP, the topic of delivery receipts; it has one partition.")

    package static let smppHost = Self("smpp.host", .text(.host), "The message centre's host.")
    package static let smppPort = Self("smpp.port", .integer(1...65_535), default: "2775", "Its port.")
    package static let smppTLS = Self(
        "smpp.tls", .bool, default: "true", "Speak TLS; without it password and texts go unprotected, but for what the network does.")
    package static let smppSystemID = Self("smpp.systemId", .text(.systemID), isSecret: true, "The account's name there.")
    package static let smppPassword = Self(
        "smpp.password", .text(.smppPassword), isSecret: true,
        "The account's password there; on the command line other users of the machine can see it.")
    package static let smppPasswordFile = Self("smpp.passwordFile", .text(.path), "A file with the account's password there.")
    package static let smppSystemType = Self("smpp.systemType", .text(.systemType), "The type of system that a bind names; unset: none.")
    package static let smppBind = Self(
        "smpp.bind", .choice(["transceiver", "pair"]), default: "transceiver",
        "One bind for messages and receipts, or a pair, a transmitter and a receiver, where the message centre wants that.")
    package static let smppWindow = Self(
        "smpp.window", .integer(1...1_000), default: "10", "Message parts that may be unanswered at once: what the message centre grants.")
    package static let smppEnquireInterval = Self(
        "smpp.enquireInterval", .duration(.seconds(1) ... .seconds(3_600)), default: "30s",
        "After so long without a word the message centre is asked whether it is there.")
    package static let smppResponseTimeout = Self(
        "smpp.responseTimeout", .duration(.milliseconds(100) ... .seconds(300)), default: "30s",
        "How long an answer of the message centre may take; a part without one may have been taken.")
    package static let smppSource = Self(
        "smpp.sourceTonNpi", .text(.numbering), note: "5/0 for a name, 1/1 for a number",
        "Type of number and numbering plan of senders, such as 5/0.")
    package static let smppDestination = Self(
        "smpp.destinationTonNpi", .text(.numbering), default: "1/1", "Type of number and numbering plan of phones, such as 1/1.")
    package static let smppDataCoding = Self(
        "smpp.dataCoding", .integer(0...255), default: "0",
        "The data_coding of texts of the GSM alphabet, which go an octet a character; all others are UCS-2, 8.")
    package static let smppConcatenation = Self(
        "smpp.concatenation", .choice(["udh", "sar", "payload"]), default: "udh",
        "What joins the parts of a long message: a user data header, sar_… parameters, or one message_payload.")
    package static let smppMessageIDFormat = Self(
        "smpp.messageIdFormat", .choice(MessageIDFormat.allCases.map(\.rawValue)), default: "opaque",
        "How ids of responses and of receipts are the same: as they are, or hexadecimal in the one and decimal in the other.")
    package static let smppUnknownStatuses = Self(
        "smpp.unknownStatuses", .list(.commandStatus, atLeast: 0), default: "0x08,0xFF",
        "Statuses after which nobody can say whether a part was taken; a comma list.")
    package static let smppReceiptAddress = Self(
        "smpp.receiptAddress", .choice(["check", "ignore"]), default: "check",
        "Whether a receipt must name the message's recipient beside its id.")
}
