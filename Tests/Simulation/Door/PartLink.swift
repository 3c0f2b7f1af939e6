import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// One connection of a process to the message centre, from its bind to its end.
final class PartLink {
    /// A part that has been offered to the socket.
    final class Flight {
        let tag: UInt64
        let number: Int
        let part: Int
        let submission: Requests.Submission
        /// Its last byte is handed over.
        var isWritten = false
        /// Told as unknown.
        var isLate = false
        /// Of the attempt, when it was offered.
        var mark: UInt64 = 0

        init(_ tag: UInt64, _ number: Int, _ part: Int, _ submission: Requests.Submission) {
            self.tag = tag
            self.number = number
            self.part = part
            self.submission = submission
        }
    }

    let world: World
    private let centre: MessageCentre
    private let client: ClusterClient
    private let responseTimeout: Duration
    /// In the order in which they were offered.
    private(set) var flights: [Flight] = []
    private(set) var isOpen = true
    private(set) var isLeaving = false
    /// On the process' side; they are let go with the link.
    var onAnswer: (Flight, MessageCentre.Answer) -> Void = { _, _ in }
    var onUnanswered: (Flight) -> Void = { _ in }
    var onReceipt: (ReceiptPush) -> Void = { _ in }
    var onEnd: (_ notSent: [Flight], _ unknown: [Flight]) -> Void = { _, _ in }

    init(centre: MessageCentre, client: ClusterClient, responseTimeout: Duration) {
        world = centre.world
        self.centre = centre
        self.client = client
        self.responseTimeout = responseTimeout
    }

    // MARK: Parts

    /// Offered to the socket: from here on it is finished, or dies with its link.
    ///
    /// - Parameter again: asked where the socket takes it later than at once.
    func offer(_ flight: Flight, again: @escaping () -> Void) {
        flights.append(flight)
        if centre.breaks() { return cut() }
        guard world.chance(0.1) else { return write(flight) }
        // The socket is full; what TLS has of it, it will send.
        world.schedule(after: world.duration(100...(world.chance(0.2) ? 3_000_000 : 50_000))) { [self] in
            client.deliver { [self] in
                guard isOpen, flights.contains(where: { $0 === flight }) else { return }
                again()
                write(flight)
            }
        }
    }

    /// From here on it arrives, whatever becomes of the process.
    private func write(_ flight: Flight) {
        flight.isWritten = true
        let latency = centre.latency()
        world.schedule(after: latency) { [self] in arrive(flight) }
        world.schedule(after: responseTimeout) { [self] in client.deliver { [self] in unanswered(flight) } }
        if centre.breaks() { world.schedule(after: latency / 2) { [self] in cut() } }
    }

    private func arrive(_ flight: Flight) {
        // Of what was on its way when the connection broke, some is read and some is not.
        if !isOpen, world.chance(0.5) { return }
        let answer = centre.take(flight.number, part: flight.part, of: flight.submission)
        if case .none = answer { return }
        world.schedule(after: centre.latency()) { [self] in
            client.deliver { [self] in
                guard isOpen, take(flight) else { return }
                onAnswer(flight, answer)
                leaveIfQuiet()
            }
        }
        if centre.breaks() { cut() }
    }

    private func take(_ flight: Flight) -> Bool {
        guard let index = flights.firstIndex(where: { $0 === flight }) else { return false }
        flights.remove(at: index)
        return true
    }

    /// A late answer is waited for as long again.
    private func unanswered(_ flight: Flight) {
        guard isOpen, flights.contains(where: { $0 === flight }) else { return }
        if flight.isLate { _ = take(flight) }
        onUnanswered(flight)
        flight.isLate = true
        leaveIfQuiet()
        guard isOpen, flights.contains(where: { $0 === flight }) else { return }
        world.schedule(after: responseTimeout) { [self] in client.deliver { [self] in unanswered(flight) } }
    }

    // MARK: Receipts

    func deliver(_ push: ReceiptPush) {
        world.schedule(after: centre.latency()) { [self] in
            client.deliver { [self] in if isOpen { onReceipt(push) } }
        }
    }

    func answer(_ push: ReceiptPush) {
        guard isOpen else { return }
        world.schedule(after: centre.latency()) { [self] in if isOpen { centre.answered(push) } }
    }

    // MARK: The end

    /// Takes no more parts, and unbinds when those that are out have their answers.
    func leave() {
        isLeaving = true
        leaveIfQuiet()
    }

    private func leaveIfQuiet() {
        if isLeaving, isOpen, !flights.contains(where: { !$0.isLate }) { end(isClean: true) }
    }

    /// The connection breaks.
    func cut() {
        guard isOpen else { return }
        client.deliver { [self] in end(isClean: true) }
    }

    /// The process is gone.
    func lose() {
        (onAnswer, onUnanswered, onReceipt, onEnd) = ({ _, _ in }, { _ in }, { _ in }, { _, _ in })
        guard isOpen else { return }
        isOpen = false
        flights = []
        centre.ended(self, isClean: false)
    }

    private func end(isClean: Bool) {
        guard isOpen else { return }
        isOpen = false
        centre.ended(self, isClean: isClean)
        let (written, others) = (flights.filter(\.isWritten), flights.filter { !$0.isWritten })
        flights = []
        onEnd(others, written)
    }
}
