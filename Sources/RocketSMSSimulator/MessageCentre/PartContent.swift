internal import SMPP

/// What a submission carries: its text's octets, and its place in a message.
package struct PartContent: Hashable, Sendable {
    /// Nil where it is joined to no other.
    package private(set) var reference: UInt16?
    package private(set) var total: UInt8 = 1
    /// From 1.
    package private(set) var number: UInt8 = 1
    /// Without a user data header.
    package private(set) var octets: [UInt8]
    /// The whole text came as a message_payload.
    package private(set) var isPayload = false

    init(_ message: ShortMessage) {
        octets = message.octets
        if octets.isEmpty, let payload = message.parameters.first(.payload) {
            octets = Array(payload)
            isPayload = true
        }
        if message.esmClass.hasUserDataHeader { readHeader() }
        if let reference = message.parameters.first(.sarReference), reference.count == 2,
            let total = message.parameters.octet(.sarTotal), let number = message.parameters.octet(.sarNumber)
        {
            self.reference = reference.reduce(0) { $0 << 8 | UInt16($1) }
            (self.total, self.number) = (total, number)
        }
    }

    /// Elements 0x00 and 0x08 join parts (3GPP TS 23.040, 9.2.3.24). A header that is no header stays where it is.
    private mutating func readHeader() {
        guard let length = octets.first.map({ Int($0) + 1 }), length <= octets.count else { return }
        var rest = octets[1..<length]
        octets.removeFirst(length)
        while rest.count >= 2 {
            let begin = rest.startIndex
            let value = rest[(begin + 2)...].prefix(Int(rest[begin + 1]))
            let octets = Array(value)
            switch (rest[begin], octets.count) {
            case (0x00, 3): (reference, total, number) = (UInt16(octets[0]), octets[1], octets[2])
            case (0x08, 4): (reference, total, number) = (UInt16(octets[0]) << 8 | UInt16(octets[1]), octets[2], octets[3])
            default: break
            }
            rest = rest[value.endIndex...]
        }
    }
}
