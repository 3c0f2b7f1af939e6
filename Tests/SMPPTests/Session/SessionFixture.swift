import Time

@testable import SMPP

/// A session on a virtual clock, and what its peer has read of it.
struct SessionFixture {
    static let timeout = Duration.seconds(30)

    var session: Session
    var now = MonotonicInstant(nanoseconds: 1_000)
    /// Whole PDUs that the peer has.
    private(set) var written: [PDU] = []
    private(set) var decoder = PDUDecoder()

    init(window: Int = 10, kind: Bind.Kind = .transceiver, change: (inout SessionSettings) -> Void = { _ in }) {
        var settings = SessionSettings(bind: Bind(kind, systemID: "shop", password: "secret"))
        settings.window = window
        settings.responseTimeout = Self.timeout
        change(&settings)
        do { session = try Session(settings, id: 7, at: now) } catch { fatalError("\(error)") }
    }

    /// Bound, with nothing told or written that a test has to look at.
    static func bound(window: Int = 10, kind: Bind.Kind = .transceiver, change: (inout SessionSettings) -> Void = { _ in }) -> Self {
        var fixture = Self(window: window, kind: kind, change: change)
        fixture.flush()
        fixture.hear(PDU(sequence: 1, .bindResponse(kind, BindResponse())))
        _ = fixture.events()
        _ = fixture.read()
        return fixture
    }

    mutating func events() -> [SessionEvent] { session.takeEvents() }

    /// The socket takes so many octets.
    mutating func write(_ limit: Int) {
        let taken = session.withOctets { octets in
            let octets = UnsafeRawBufferPointer(rebasing: octets.prefix(limit))
            decoder.read(octets) { item in
                guard case .pdu(let pdu) = item else { fatalError("the session wrote \(item)") }
                written.append(pdu)
            }
            return octets.count
        }
        if taken > 0 { session.wrote(taken, at: now) }
    }

    /// The socket takes all.
    mutating func flush() { while session.hasOctets { write(.max) } }

    /// What the peer has read since the last time.
    mutating func read() -> [PDU] {
        defer { written = [] }
        return written
    }

    mutating func hear(_ pdu: PDU) {
        var decoder = PDUDecoder()
        SamplePDUs.octets(pdu).withUnsafeBytes { decoder.read($0) { session.received($0, at: now) } }
    }

    mutating func wait(_ duration: Duration) {
        now = now + duration
        session.advance(to: now)
    }

    /// Submits and hands over; the sequence number that the part got.
    @discardableResult
    mutating func submit(_ token: UInt64) -> UInt32 {
        offer(token)
        flush()
        return written.last?.sequence ?? 0
    }

    mutating func offer(_ token: UInt64) {
        do { try session.submit(SamplePDUs.submission(), token: token, at: now) } catch { fatalError("\(error)") }
    }

    static func accepted(_ token: UInt64, id: String? = nil, isLate: Bool = false) -> SessionEvent {
        .answered(token: token, PartAnswer(status: .ok, verdict: .accepted, id: id), isLate: isLate)
    }

    static func ended(_ reason: Ending.Reason, notSent: [UInt64] = [], unknown: [UInt64] = []) -> SessionEvent {
        .ended(Ending(reason: reason, notSent: notSent, unknown: unknown))
    }
}
