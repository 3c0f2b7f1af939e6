/// Octets on their way to the socket. What was offered once is offered again unchanged until it is taken (TLS keeps a refused record and
/// insists on it), so what comes meanwhile waits beside it, and goes next.
///
/// A part is put in only while nothing waits: so answers and enquire_link never stand behind one that has not begun.
struct Outbox: Equatable, Sendable {
    /// The most that is offered in one call: one TLS record, which is taken whole or not at all.
    static let largestWrite = 16 << 10
    /// A peer that asks and does not read its answers is not listened to for ever.
    static let limit = 256 << 10

    private var offered: [UInt8] = []
    private var taken = 0
    private var waiting: [UInt8] = []

    var isEmpty: Bool { offered.isEmpty }
    var isOverfull: Bool { offered.count - taken + waiting.count > Self.limit }

    /// - Throws: where the PDU cannot be written; nothing is put in then.
    mutating func append(_ pdu: PDU) throws(PDUEncodingError) {
        if offered.isEmpty { try pdu.encode(into: &offered) } else { try pdu.encode(into: &waiting) }
    }

    /// What to hand over next; empty where there is nothing.
    func withNext<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        offered.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[taken...].prefix(Self.largestWrite))) }
    }

    /// - Returns: whether all that was offered is out.
    mutating func took(_ count: Int) -> Bool {
        taken = min(offered.count, taken + count)
        guard taken == offered.count else { return false }
        taken = 0
        offered.removeAll(keepingCapacity: offered.capacity <= 4 << 10)
        swap(&offered, &waiting)
        return true
    }

    mutating func drop() { self = Outbox() }
}
