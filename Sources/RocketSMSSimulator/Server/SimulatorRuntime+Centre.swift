internal import EventLoop
internal import HTTPServer
internal import JSON
internal import Time

/// The message centre's part of the server: what its sockets tell goes into the core, and back what it wants done.
extension SimulatorRuntime {
    /// Requests and submissions whose answers are kept.
    var heldCount: Int { held.count + centre.held.count }

    func take(_ event: CentreListener.Event) {
        let real = WallTime.now
        let now = clock.now(real: real)
        let total = provider.total
        var handled: Int?
        centre.advance(to: now, provider)
        switch event {
        case .opened(let link): centre.opened(link)
        case .closed(let link): centre.closed(link, provider, at: now)
        case .received(let link, let items):
            handled = link
            for item in items { centre.received(item, on: link, &provider, at: now, receivedAt: real) }
        }
        act(handled: handled)
        if provider.total != total || centre.held.count > 0 { notify() }
    }

    /// After anything that may have changed the clock, or the message centre.
    func turnCentre() {
        centre.advance(to: now, provider)
        act()
    }

    private func act(handled: Int? = nil) {
        let actions = centre.takeActions()
        if !actions.isEmpty || handled != nil { listener?.perform(actions, handled: handled) }
        setCentreTimer()
    }

    /// A clock that stands still needs none: what advances it calls `turnCentre`.
    private func setCentreTimer() {
        guard let deadline = centre.nextDeadline, !clock.isManual, !isStopping else { return }
        let delay = max(.milliseconds(1), deadline - now)
        let at = MonotonicInstant.now + delay
        if let centreTimer, centreTimer <= at { return }
        centreTimer = at
        server?.execute(after: delay) { [self] in
            if centreTimer == at { centreTimer = nil }
            turnCentre()
        }
    }

    func writeParts(_ writer: inout JSONWriter, from: Int, limit: Int) {
        writer.member("total", centre.log.total)
        writer.member("dropped", centre.log.dropped)
        writer.key("parts")
        writer.beginArray()
        for part in centre.log.parts(from: from, limit: limit) { write(part, &writer) }
        writer.endArray()
        writer.key("counters")
        writer.beginObject()
        writeCentreCounters(&writer)
        writer.endObject()
    }

    private func write(_ part: SubmittedPart, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("sequence", part.sequence)
        writer.member("messageID", part.messageID)
        writer.member("receiptID", part.receiptID)
        writer.member("systemID", part.systemID)
        writer.member("link", part.link)
        writer.member("commandSequence", Int(part.commandSequence))
        writer.member("acceptedAt", part.acceptedAt.milliseconds)
        writer.member("source", part.source)
        writer.member("destination", part.destination)
        writer.member("dataCoding", Int(part.dataCoding))
        writer.member("esmClass", Int(part.esmClass))
        writer.member("registeredDelivery", Int(part.registeredDelivery))
        if let reference = part.content.reference { writer.member("reference", Int(reference)) }
        writer.member("total", Int(part.content.total))
        writer.member("number", Int(part.content.number))
        writer.member("octets", SimulatorRuntime.hex(part.content.octets))
        if let fault = part.fault { writer.member("fault", fault.rawValue) }
        writer.endObject()
    }

    private static func hex(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func writeCentreCounters(_ writer: inout JSONWriter) {
        let counters = centre.counters
        writer.member("binds", counters.binds)
        writer.member("refusedBinds", counters.refusedBinds)
        writer.member("submits", counters.submits)
        writer.member("accepted", counters.accepted)
        writer.member("refused", counters.refused)
        writer.member("overWindow", counters.overWindow)
        writer.member("delivered", counters.delivered)
        writer.member("kept", counters.kept)
        writer.member("negative", counters.negative)
        writer.member("discarded", counters.discarded)
        writer.member("timeouts", counters.timeouts)
    }
}
