internal import EventLoop
internal import HTTPServer
internal import JSON
internal import Time

/// `/_simulator/…`: what a test or an operator asks and changes. Every answer is JSON; a request that cannot be taken changes nothing and
/// gets 400 with `{"error": "<sentence>"}`.
///
/// | request | |
/// | --- | --- |
/// | `GET sends?from=N&limit=M` | accepted messages from sequence number N (1, the oldest kept), at most M (1,000; up to 50,000), and counters. With `count=K&wait=5s`: once there are K in all, or after the wait |
/// | `GET parts?from=N&limit=M` | of those, the parts that came by SMPP, by a number of their own, and the message centre's counters |
/// | `GET held?count=K&wait=5s` | how many requests are held; the parameters as above |
/// | `GET counters`, `GET rates` | requests by endpoint and outcome; by second |
/// | `GET clock`, `POST clock` | `{"advance": "60s", "manual": true}` |
/// | `GET faults`, `POST faults` | see `FaultChangeReader` |
/// | `GET credits`, `POST credits` | `{"credits": 100}` |
/// | `POST credentials` | `{"username": "…", "password": "…"}`, or `"passwordMD5"` |
/// | `POST senders` | `{"sender": "MyShop", "checked": true, "registered": true}`: added or changed; `{"clear": true}` |
/// | `POST templates` | `{"tpl_id": "TPL_ID_2", "text": "…"}`: added or changed; `{"clear": true}` |
/// | `GET switches`, `POST switches` | the table with its values; `{"error-status": "400"}` |
extension SimulatorRuntime {
    func control(_ request: borrowing HTTPRequest) -> HTTPAction {
        defer { turnCentre() }
        do throws(SimulatorSwitchError) {
            switch (request.method, request.path) {
            case (.get, "/_simulator/sends"): return try waitOrAnswer(request, .sends)
            case (.get, "/_simulator/parts"):
                let query = ControlQuery(request.query.string)
                let from = try query.number("from", 1...Int.max) ?? 1
                let limit = try query.number("limit", 0...50_000) ?? 1_000
                return ok { writeParts(&$0, from: from, limit: limit) }
            case (.get, "/_simulator/held"): return try waitOrAnswer(request, .held)
            case (.get, "/_simulator/counters"): return ok { writeCounters(&$0) }
            case (.get, "/_simulator/rates"): return ok { writeRates(&$0) }
            case (.get, "/_simulator/faults"): return ok { writeFaults(&$0) }
            case (.get, "/_simulator/switches"): return ok { writeSwitches(&$0) }
            case (.get, "/_simulator/clock"), (.get, "/_simulator/credits"): break
            case (.post, "/_simulator/faults"):
                try apply(FaultChangeReader.read(object(request)))
                return ok { writeFaults(&$0) }
            case (.post, "/_simulator/clock"): try changeClock(object(request))
            case (.post, "/_simulator/credits"): try changeCredits(object(request))
            case (.post, "/_simulator/credentials"): try changeCredentials(object(request))
            case (.post, "/_simulator/senders"): try changeSenders(object(request))
            case (.post, "/_simulator/templates"): try changeTemplates(object(request))
            case (.post, "/_simulator/switches"):
                try changeSwitches(object(request))
                return ok { writeSwitches(&$0) }
            default: return .respond(.notFound)
            }
            return ok { writeState(&$0) }
        } catch {
            return .respond(SimulatorRuntime.json(status: 400) { $0.member("error", error.description) })
        }
    }

    private func object(_ request: borrowing HTTPRequest) throws(SimulatorSwitchError) -> ControlObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: request.body)
        } catch {
            throw SimulatorSwitchError("the body is not JSON: \(error)")
        }
        guard let object = value.objectValue else { throw SimulatorSwitchError("the body is not a JSON object") }
        return ControlObject(object)
    }

    private func ok(_ write: (inout JSONWriter) -> Void) -> HTTPAction { .respond(SimulatorRuntime.json(write)) }

    /// - Parameter write: the members of the object.
    static func json(status: Int = 200, _ write: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter()
        writer.beginObject()
        write(&writer)
        writer.endObject()
        return HTTPResponse(status: status, body: writer.bytes)
    }

    // MARK: Waiting

    private enum Question { case sends, held }

    private func waitOrAnswer(_ request: borrowing HTTPRequest, _ question: Question) throws(SimulatorSwitchError) -> HTTPAction {
        let query = ControlQuery(request.query.string)
        let from = try query.number("from", 1...Int.max) ?? 1
        let limit = try query.number("limit", 0...50_000) ?? 1_000
        let count = try query.number("count", 0...Int.max) ?? 0
        let wait = try query.duration("wait") ?? .zero
        let answer: @Sendable () -> HTTPResponse = { [unowned self] in
            switch question {
            case .sends: SimulatorRuntime.json { writeSends(&$0, from: from, limit: limit) }
            case .held: SimulatorRuntime.json { $0.member("held", heldCount) }
            }
        }
        let isTrue = question == .sends ? provider.total >= count : heldCount >= count
        if isTrue || wait == .zero { return .respond(answer()) }
        let exchange = request.exchange
        self.wait(question == .sends ? .sends(count) : .held(count), within: wait) { [unowned self] _ in
            // Not before the request that makes the condition true is done with.
            server?.execute { exchange.answer(.respond(answer())) }
        }
        return .suspend
    }

    /// - Parameter wake: called once, with whether the condition came true in time.
    func wait(_ condition: Waiters.Condition, within limit: Duration, wake: @escaping (Bool) -> Void) {
        guard !isStopping else { return wake(false) }
        let number = waiters.add(condition, wake: wake)
        waiters.notify(sends: provider.total, held: heldCount)
        server?.execute(after: limit) { [self] in waiters.expire(number) }
    }

    // MARK: Changes

    func apply(_ change: FaultChange) throws(SimulatorSwitchError) {
        if change.outage == .refuse, server == nil { throw SimulatorSwitchError("the server is about to start or to stop") }
        var rules = centre.rules
        if change.clear.contains(.rules) { rules.clear() }
        try rules.add(change.messageCentre.rules)
        let before = faults
        try faults.apply(change)
        do throws(SimulatorSwitchError) {
            try provider.changeFates(clear: change.clear.contains(.fates), add: change.fates)
        } catch {
            faults = before
            throw error
        }
        centre.rules = rules
        centre.apply(change.messageCentre, provider, at: now)
        if change.clear.contains(.outage) { set(.off) }
        if let outage = change.outage { set(outage, for: change.outageDuration) }
        if change.clear.contains(.held) { release(FaultRelease()) }
        if let release = change.release { self.release(release) }
    }

    private func set(_ outage: Outage, for duration: Duration? = nil) {
        let wasRefusing = self.outage == .refuse
        self.outage = outage
        outageNumber += 1
        if wasRefusing != (outage == .refuse) { server?.setRefusing(outage == .refuse) }
        guard let duration, outage != .off else { return }
        let number = outageNumber
        server?.execute(after: duration) { [self] in
            if outageNumber == number { set(.off) }
        }
    }

    private func release(_ release: FaultRelease) {
        centre.release(release, provider, at: now)
        for held in held.release(release) {
            switch release.way {
            case .drop: held.exchange.answer(.fault(.drop))
            case .reset: held.exchange.answer(.fault(.reset))
            case .answer:
                switch held.kind {
                case .answered(let response): held.exchange.answer(.respond(response))
                case .unserved(let request):
                    let response = request.form.withUnsafeBytes { form in
                        var parameters = FormParameters()
                        parameters.read(form)
                        return carryOut(request.endpoint, parameters, allowsPlain: request.allowsPlain, real: .now).response
                    }
                    held.exchange.answer(.respond(response))
                }
            }
        }
    }

    private func changeClock(_ object: ControlObject) throws(SimulatorSwitchError) {
        try object.allow("advance", "manual")
        let advance = try object.duration("advance")
        let manual = try object.bool("manual")
        if let manual {
            clock.setManual(manual, real: .now)
            provider.switches.clock = manual ? .manual : .real
        }
        if let advance { clock.advance(by: advance) }
    }

    private func changeCredits(_ object: ControlObject) throws(SimulatorSwitchError) {
        try object.allow("credits")
        guard let credits = try object.number("credits", -1_000_000_000...1_000_000_000_000) else {
            throw SimulatorSwitchError("credits is missing")
        }
        changeCredits(to: credits)
    }

    private func changeCredentials(_ object: ControlObject) throws(SimulatorSwitchError) {
        try object.allow("username", "password", "passwordMD5")
        let username = try object.string("username") ?? String(decoding: provider.credentials.username, as: UTF8.self)
        if let password = try object.string("password") {
            provider.credentials = Credentials(username: username, password: password)
        } else if let md5 = try object.string("passwordMD5") {
            guard let credentials = Credentials(username: username, md5: md5) else {
                throw SimulatorSwitchError("passwordMD5 is not 32 hexadecimal digits")
            }
            provider.credentials = credentials
        } else {
            throw SimulatorSwitchError("password or passwordMD5 is missing")
        }
    }

    private func changeSenders(_ object: ControlObject) throws(SimulatorSwitchError) {
        try object.allow("sender", "checked", "registered", "clear")
        let name = try object.string("sender")
        let sender = SenderName(
            name ?? "", isChecked: try object.bool("checked") ?? true, isRegistered: try object.bool("registered") ?? true)
        if try object.bool("clear") ?? false { provider.senders = [] }
        guard let name else { return }
        if let index = provider.senders.firstIndex(where: { $0.name == name }) {
            provider.senders[index] = sender
        } else {
            guard provider.senders.count < SimulatedProvider.maximumSenders else { throw SimulatorSwitchError("too many senders") }
            provider.senders.append(sender)
        }
    }

    private func changeTemplates(_ object: ControlObject) throws(SimulatorSwitchError) {
        try object.allow("tpl_id", "text", "clear")
        let tag = try object.string("tpl_id")
        let text = try object.string("text") ?? ""
        if try object.bool("clear") ?? false { provider.templates = [] }
        guard let tag else { return }
        let template = MessageTemplate(tag: tag, text: text)
        if let index = provider.templates.firstIndex(where: { $0.tag == tag }) {
            provider.templates[index] = template
        } else {
            guard provider.templates.count < SimulatedProvider.maximumSenders else { throw SimulatorSwitchError("too many templates") }
            provider.templates.append(template)
        }
    }

    private func changeSwitches(_ object: ControlObject) throws(SimulatorSwitchError) {
        var switches = provider.switches
        for (name, value) in try object.texts() {
            guard let entry = SimulatorSwitch.named(name) else { throw SimulatorSwitchError("there is no switch \"\(name)\"") }
            try entry.set(value, in: &switches)
        }
        try set(switches)
    }

    func set(_ switches: SimulatorSwitches) throws(SimulatorSwitchError) {
        let old = provider.switches
        if provider.total > 0, switches.idStart != old.idStart || switches.idStep != old.idStep {
            throw SimulatorSwitchError("id-start and id-step cannot change once messages are accepted")
        }
        var change = FaultChange()
        for kind in FaultKind.allCases where switches.faultShares[kind] != old.faultShares[kind] {
            change.probabilities[kind] = switches.faultShares[kind] ?? 0
        }
        try faults.apply(change)
        provider.switches = switches
        clock.setManual(switches.clock == .manual, real: .now)
    }
}
