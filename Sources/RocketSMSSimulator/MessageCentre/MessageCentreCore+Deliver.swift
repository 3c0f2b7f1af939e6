internal import EventLoop
internal import SMPP
internal import Time

extension MessageCentreCore {
    /// What will come to the client because of a part, with the times at which it will.
    func deliveries(
        about part: SubmittedPart, _ message: ShortMessage, id: String, _ provider: SimulatedProvider
    ) -> [(at: WallTime, delivery: CentreDelivery)] {
        let sequence = part.sequence
        let course = provider.course(sequence, provider.log[sequence])
        var all: [(WallTime, CentreDelivery)] = []
        func add(_ message: ShortMessage, at time: WallTime, _ chance: CentreChance = .bind) {
            let delivery = CentreDelivery(message: message, submitter: part.link, dice: provider.bits(chance, sequence), since: time)
            all.append((time, delivery))
        }
        if let state = CentreReceipt.state(course.fate, failedAs: provider.switches.failedAs),
            CentreReceipt.isWanted(part.registeredDelivery, state), !provider.happens(.never, sequence, switches.receiptNeverShare)
        {
            let time = course.endsAt + switches.receiptDelay
            let receipt = CentreReceipt(message, id: id, textID: part.receiptID, acceptedAt: part.acceptedAt, endedAt: course.endsAt)
            add(receipt.message(state, switches), at: time)
            if provider.happens(.twice, sequence, switches.receiptTwiceShare) {
                add(receipt.message(state, switches), at: time, .secondBind)
            }
            if provider.happens(.conflict, sequence, switches.receiptConflictShare) {
                add(receipt.message(state == .delivered ? .undeliverable : .delivered, switches), at: time, .secondBind)
            }
        }
        if provider.happens(.mo, sequence, switches.moShare) {
            var answer = ShortMessage()
            answer.source = message.destination
            answer.destination = message.source
            answer.octets = Array("MO \(sequence)".utf8)
            add(answer, at: course.endsAt)
        }
        return all
    }

    /// - Parameter response: goes out behind the first of them.
    mutating func schedule(_ all: [(at: WallTime, delivery: CentreDelivery)], before response: CentreResponse? = nil) {
        for (index, (time, delivery)) in all.enumerated() {
            guard deliveries < Self.maximumDeliveries || index == 0 && response != nil else {
                counters.discarded += 1
                continue
            }
            deliveries += 1
            var delivery = delivery
            if index == 0 { delivery.response = response }
            agenda.add(.deliver(delivery), at: time)
        }
    }

    /// Gives it to a bind, or keeps it for the next one.
    mutating func assign(_ delivery: CentreDelivery, at now: WallTime) {
        guard now - delivery.since < switches.receiptKeep else { return discard(delivery, at: now) }
        guard let link = receiver(for: delivery) else {
            var delivery = delivery
            if let response = delivery.response {
                delivery.response = nil
                respond(response, at: now)
            }
            waiting.append(delivery)
            return
        }
        links[link]?.queue.append(delivery)
        pump(link, at: now)
    }

    private func receiver(for delivery: CentreDelivery) -> Int? {
        let receivers = links.filter { $0.value.receives }
        if switches.receiptBind == .sender, receivers[delivery.submitter] != nil { return delivery.submitter }
        let byAge = receivers.sorted { $0.value.bindNumber < $1.value.bindNumber }.map(\.key)
        guard !byAge.isEmpty else { return nil }
        switch switches.receiptBind {
        case .first: return byAge.first
        case .last: return byAge.last
        case .random, .sender: return byAge[Int(delivery.dice % UInt64(byAge.count))]
        }
    }

    /// Writes what the link's window has room for.
    private mutating func pump(_ number: Int, at now: WallTime) {
        while var link = links[number], link.receives, switches.deliverWindow == 0 || link.underWay.count < switches.deliverWindow,
            var delivery = link.queue.popFirst()
        {
            let sequence = link.nextSequence()
            let response = delivery.response
            delivery.response = nil
            link.underWay[sequence] = delivery
            links[number] = link
            counters.delivered += 1
            write(PDU(sequence: sequence, .deliver(delivery.message)), on: number)
            agenda.add(.timeout(link: number, sequence: sequence), at: now + switches.deliverTimeout)
            if let response { respond(response, at: now) }
        }
    }

    /// The client has answered a delivery, with a deliver_sm_resp or a generic_nack.
    mutating func delivered(_ answer: PDU, on link: Int, at now: WallTime) {
        guard let delivery = links[link]?.underWay.removeValue(forKey: answer.sequence) else { return }
        if answer.status == .ok, answer.command != .genericNack {
            counters.kept += 1
            deliveries -= 1
        } else {
            counters.negative += 1
            if switches.deliverRetry.statuses.contains(answer.status) {
                agenda.add(.deliver(delivery), at: now + switches.deliverRetryAfter)
            } else {
                discard(delivery, at: now)
            }
        }
        pump(link, at: now)
    }

    private mutating func discard(_ delivery: CentreDelivery, at now: WallTime) {
        counters.discarded += 1
        deliveries -= 1
        if let response = delivery.response { respond(response, at: now) }
    }
}
