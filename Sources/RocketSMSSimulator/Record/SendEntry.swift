internal import EventLoop
internal import Time

/// One accepted message as the log keeps it: 64 bytes, and its text and sender in the chunk's bytes.
struct SendEntry {
    struct Flags: OptionSet {
        let rawValue: UInt8
        static let priority = Flags(rawValue: 1)
        static let timestamp = Flags(rawValue: 2)
        /// The sender asked for was not approved.
        static let fallback = Flags(rawValue: 4)
        static let refunded = Flags(rawValue: 8)
        /// One of a bulkSend.
        static let bulk = Flags(rawValue: 16)
        /// One submit_sm; the record of parts has more of it.
        static let smpp = Flags(rawValue: 32)
    }

    /// By the wall clock.
    var receivedAt: WallTime
    /// By the provider's clock.
    var acceptedAt: WallTime
    /// Unix seconds; nothing without the flag.
    var timestamp: Int64
    var phone: PhoneNumber
    var offset: UInt32
    var textCount: UInt32
    var parts: UInt16
    /// Into the provider's table of fates, from 1; 0: by chance.
    var fate: UInt16
    /// Into the provider's table of names: that of the account (or the service) at the time of acceptance.
    var mainSender: UInt16
    var senderCount: UInt32
    /// `FaultKind` by its place, from 1; 0: none.
    var fault: UInt8
    var flags: Flags
}
