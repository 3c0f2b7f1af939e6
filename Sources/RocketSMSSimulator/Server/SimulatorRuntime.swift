internal import EventLoop
internal import HTTPServer
internal import JSON
internal import Time

/// Requests to the API: parameters in, the provider's answer or a fault out. The control side is in `SimulatorRuntime+Control.swift`.
///
/// `@unchecked Sendable`: touched on the server's thread only, by its handler and by what is executed there.
final class SimulatorRuntime: @unchecked Sendable {
    var provider: SimulatedProvider
    var clock = ProviderClock()
    var faults: FaultPlan
    var outage = Outage.off
    var counters = RequestCounters()
    var rates = RateHistory()
    var held = HeldRequests()
    var waiters = Waiters()
    var centre: MessageCentreCore
    /// The message centre's sockets; nil without a port.
    weak var listener: CentreListener?
    /// When its next deadline will be looked at; nil: not by itself.
    var centreTimer: MonotonicInstant?
    /// For what only the server can do: timers, and refusing connects. Set before the first request.
    weak var server: HTTPServer?
    /// Nobody may begin to wait any more.
    private(set) var isStopping = false
    /// Counts outages, so that the end of one that was replaced does not end its successor.
    var outageNumber = 0

    init(_ configuration: SimulatorConfiguration) throws(SimulatorSwitchError) {
        provider = SimulatedProvider(configuration)
        centre = MessageCentreCore(partLimit: max(1, configuration.recordLimit / 4))
        faults = try FaultPlan(seed: configuration.seed, shares: configuration.switches.faultShares)
        clock.setManual(configuration.switches.clock == .manual, real: .now)
    }

    var now: WallTime { clock.now(real: .now) }

    /// What the account has now: messages that were due to be paid for are.
    var credits: Int {
        provider.settleCharges(at: now)
        return provider.credits
    }

    func changeCredits(to credits: Int) {
        provider.settleCharges(at: now)
        provider.credits = credits
    }

    func handle(_ request: borrowing HTTPRequest) -> HTTPAction {
        if let endpoint = Endpoint(path: request.path), endpoint != .bulkSend || provider.switches.bulk {
            return serve(endpoint, request, allowsPlain: false)
        }
        if request.path.hasPrefix("/_simulator/") { return control(request) }
        if provider.switches.jsonAlias, let endpoint = Endpoint(jsonPath: request.path) {
            return serve(endpoint, request, allowsPlain: true)
        }
        counters.unknownPaths += 1
        return .respond(SimulatorRuntime.page("Not Found", status: provider.switches.unknownPathStatus))
    }

    private func serve(_ endpoint: Endpoint, _ request: borrowing HTTPRequest, allowsPlain: Bool) -> HTTPAction {
        let real = WallTime.now
        let second = real.milliseconds / 1_000
        counters[endpoint].requests += 1
        rates.count(second: second, isSend: endpoint == .send || endpoint == .bulkSend)
        if outage != .off { return meetOutage() }
        let switches = provider.switches
        if switches.methods == .strict, request.method != (endpoint.changesSomething ? .post : .get) {
            return .respond(.methodNotAllowed(endpoint.changesSomething ? "POST" : "GET"))
        }
        if switches.rateLimit > 0, let current = rates.current, current.requests > switches.rateLimit {
            guard !switches.rateLimitCode.isEmpty else { return .respond(retryLater("Too Many Requests", status: 429)) }
            return .respond(response(provider.refuse(switches.rateLimitCode)))
        }
        let call = Call(endpoint: endpoint, allowsPlain: allowsPlain, real: real, exchange: request.exchange)
        let action = withParameters(request) { parameters in meet(faults.decide(endpoint, parameters), call, parameters) }
        guard switches.latency > .zero || switches.latencyJitter > .zero else { return action }
        return .after(faults.delay(switches.latency...switches.latency + switches.latencyJitter), action)
    }

    /// What is known of a request beside its parameters.
    private struct Call {
        let endpoint: Endpoint
        let allowsPlain: Bool
        let real: WallTime
        let exchange: HTTPExchange
    }

    private func withParameters(_ request: borrowing HTTPRequest, _ body: (borrowing FormParameters) -> HTTPAction) -> HTTPAction {
        let form = request.body.isEmpty ? nil : formBody(request)
        if let json = form?.converted {
            return json.withUnsafeBytes { body(parameters(query: request.query.raw, form: $0)) }
        }
        return body(parameters(query: request.query.raw, form: form == nil ? nil : request.body))
    }

    private func parameters(query: UnsafeRawBufferPointer, form: UnsafeRawBufferPointer?) -> FormParameters {
        var parameters = FormParameters()
        if provider.switches.parameterPrecedence == .query {
            if let form { parameters.read(form) }
            parameters.read(query)
        } else {
            parameters.read(query)
            if let form { parameters.read(form) }
        }
        return parameters
    }

    /// - Returns: nil where the body is not read; `converted` where it is not a form as it stands.
    private func formBody(_ request: borrowing HTTPRequest) -> (converted: [UInt8]?, ())? {
        if request.method == .get, provider.switches.bodyOnGet == .ignore { return nil }
        guard let type = request.header("Content-Type"), !type.isEmpty else { return (nil, ()) }
        if type.hasPrefixIgnoringCase("application/x-www-form-urlencoded") { return (nil, ()) }
        guard provider.switches.jsonBody == .read, type.hasPrefixIgnoringCase("application/json") else { return nil }
        return JSONForm.convert(request.body).map { ($0, ()) }
    }

    // MARK: Faults

    private func meetOutage() -> HTTPAction {
        counters.outages += 1
        switch outage {
        case .off, .refuse, .close: return .fault(.drop)
        case .reset: return .fault(.reset)
        case .unavailable: return .respond(SimulatorRuntime.page("Service Unavailable", status: 503))
        case .hang: return .fault(.hang(limit: provider.switches.hangLimit))
        }
    }

    private func meet(_ rule: FaultRule?, _ call: Call, _ parameters: borrowing FormParameters) -> HTTPAction {
        guard let rule else { return .respond(carryOut(call.endpoint, parameters, call).response) }
        counters.count(fault: rule.fault, at: call.endpoint)
        guard rule.fault.accepts else { return meetBeforeAccept(rule, call, parameters) }
        let (answer, response) = carryOut(call.endpoint, parameters, call)
        provider.mark(answer.accepted, rule.fault)
        return meetAfterAccept(rule, response, call, phone: parameters.phone?.bytes ?? [])
    }

    private func meetBeforeAccept(_ rule: FaultRule, _ call: Call, _ parameters: borrowing FormParameters) -> HTTPAction {
        switch rule.fault {
        case .dropBeforeAccept: return .fault(.drop)
        case .resetBeforeAccept: return .fault(.reset)
        case .hangBeforeAccept: return .fault(.hang(limit: rule.delay ?? provider.switches.hangLimit))
        case .holdBeforeAccept:
            let request = HeldRequests.Unserved(endpoint: call.endpoint, form: parameters.form, allowsPlain: call.allowsPlain)
            return hold(.unserved(request), call, phone: parameters.phone?.bytes ?? [])
        case .unavailable: return .respond(retryLater("Service Unavailable", status: 503))
        case .tooManyRequests: return .respond(retryLater("Too Many Requests", status: 429))
        case .htmlBeforeAccept: return .respond(SimulatorRuntime.page("Service Error", status: 200))
        case .wrongAuth: return .respond(response(refuse("WRONG_AUTH", at: call.endpoint)))
        case .error: return .respond(response(refuse(rule.code, at: call.endpoint)))
        default: return .respond(SimulatorRuntime.page("Internal Server Error", status: rule.status ?? 500))
        }
    }

    private func meetAfterAccept(_ rule: FaultRule, _ response: HTTPResponse, _ call: Call, phone: [UInt8]) -> HTTPAction {
        let switches = provider.switches
        switch rule.fault {
        case .replyLost: return .fault(.drop)
        case .resetAfterAccept: return .fault(.reset)
        case .hang: return .fault(.hang(limit: rule.delay ?? switches.hangLimit))
        case .hold: return hold(.answered(response), call, phone: phone)
        case .html: return .respond(SimulatorRuntime.page("Service Error", status: 200))
        case .emptyBody: return .respond(HTTPResponse(contentType: response.contentType))
        case .truncated: return .fault(.truncate(response, bytes: response.body.count / 2))
        case .cutJSON:
            var response = response
            response.body.removeLast(response.body.count - response.body.count / 2)
            return .respond(response)
        case .garbage: return .fault(.garbage(Array("\u{0}\u{1}\u{2} this is not HTTP\r\n\r\n".utf8)))
        case .slow:
            let range = switches.slowMinimum...max(switches.slowMinimum, switches.slowMaximum)
            return .after(rule.delay ?? faults.delay(range), .respond(response))
        case .trickle: return .fault(.trickle(response, bytes: 1, interval: rule.delay ?? .milliseconds(50)))
        case .answer:
            return .respond(HTTPResponse(status: rule.status ?? 200, contentType: rule.contentType, body: Array(rule.body.utf8)))
        default: return .respond(SimulatorRuntime.page("Internal Server Error", status: rule.status ?? 500))
        }
    }

    private func hold(_ kind: HeldRequests.Kind, _ call: Call, phone: [UInt8]) -> HTTPAction {
        guard held.add(kind, exchange: call.exchange, phone: phone) else {
            return .respond(SimulatorRuntime.page("Too many requests are held", status: 503))
        }
        notify()
        return .suspend
    }

    // MARK: Answers

    private func carryOut(
        _ endpoint: Endpoint, _ parameters: borrowing FormParameters, _ call: Call
    ) -> (answer: SimulatedProvider.Answer, response: HTTPResponse) {
        carryOut(endpoint, parameters, allowsPlain: call.allowsPlain, real: call.real)
    }

    func carryOut(
        _ endpoint: Endpoint, _ parameters: borrowing FormParameters, allowsPlain: Bool, real: WallTime
    ) -> (answer: SimulatedProvider.Answer, response: HTTPResponse) {
        let answer = provider.answer(endpoint, parameters, at: clock.now(real: real), receivedAt: real, allowsPlain: allowsPlain)
        if let code = answer.code {
            counters[endpoint].refused += 1
            counters.count(code: code)
        } else {
            counters[endpoint].accepted += 1
        }
        let response = response(answer)
        if !answer.accepted.isEmpty {
            rates.countAccepted(answer.accepted.count)
            notify()
        }
        return (answer, response)
    }

    private func refuse(_ code: String, at endpoint: Endpoint) -> SimulatedProvider.Answer {
        counters[endpoint].refused += 1
        counters.count(code: code)
        return provider.refuse(code)
    }

    private func response(_ answer: SimulatedProvider.Answer) -> HTTPResponse {
        let response = HTTPResponse(status: answer.status, contentType: provider.switches.contentType, body: provider.reply.bytes)
        let ahead = provider.switches.dateAhead
        return ahead == .zero ? response : response.with("Date", HTTPDateText.of(.now + ahead))
    }

    private func retryLater(_ title: String, status: Int) -> HTTPResponse {
        let seconds = max(1, (provider.switches.retryAfter.milliseconds + 999) / 1_000)
        return SimulatorRuntime.page(title, status: status).with("Retry-After", String(seconds))
    }

    private static func page(_ title: String, status: Int) -> HTTPResponse {
        let html = "<html><head><title>\(title)</title></head><body><center><h1>\(title)</h1></center></body></html>\n"
        return HTTPResponse(status: status, contentType: "text/html", body: Array(html.utf8))
    }

    /// Ends all waits.
    func prepareStop() {
        isStopping = true
        waiters.expireAll()
    }

    /// Wakes whoever waits for what is the case by now.
    func notify() {
        if !waiters.isEmpty { waiters.notify(sends: provider.total, held: heldCount) }
    }
}
