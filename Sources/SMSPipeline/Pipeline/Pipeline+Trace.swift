internal import Requests
internal import Time

/// Spans of requests whose publisher records their trace (`traceparent` with its sampled flag). Where nobody collects them, the provider is
/// still told of the trace that a message belongs to.
extension Pipeline {
    /// The header of the POST, and what its span will be made of.
    func trace(_ request: PendingRequest) -> (header: [UInt8], TracedAttempt?)? {
        guard let context = request.entry.echo.trace else { return nil }
        guard settings.isTraced, context.isSampled else { return (context.header(below: context.parent), nil) }
        let traced = TracedAttempt(
            context: context, parent: processSpan(context, request.entry, request.assignment, since: request.since),
            resends: Int(Int64(request.entry.failures).clampedSum(Int64(request.entry.unknownAttempts))), start: now)
        return (context.header(below: Self.span(request.entry.mark)), traced)
    }

    /// The provider has answered, or will not.
    func endSpan(of attempt: Attempt, _ outcome: AttemptOutcome) {
        guard let traced = attempt.traced, outcome != .notBegun else { return }
        tell(
            .span(
                TraceSpan(
                    context: traced.context, id: Self.span(attempt.mark), parent: traced.parent,
                    kind: .attempt(outcome, resends: traced.resends), start: traced.start, end: now)))
    }

    /// The spans that end with the commit of this event.
    ///
    /// - Parameter since: when the request came into this process, with its first event alone.
    func traceEvent(_ event: EntryEvent, _ entry: LedgerEntry, _ assignment: Assignment, since: MonotonicInstant?) {
        guard settings.isTraced, let context = entry.echo.trace, context.isSampled else { return }
        let process = since.map { processSpan(context, entry, assignment, since: $0) }
        commits.append(
            TraceSpan(
                context: context, id: Self.span(random.next()), parent: process ?? context.parent,
                kind: .event(event.status), start: now, end: now))
        guard let process, let since else { return }
        commits.append(
            TraceSpan(
                context: context, id: process, parent: context.parent,
                kind: .process(assignment.key, offset: entry.offset, event.status, code: event.reason?.code), start: since, end: now))
    }

    /// The same for all that happens to a request while this process has it, and no other in its trace.
    private func processSpan(_ context: TraceContext, _ entry: LedgerEntry, _ assignment: Assignment, since: MonotonicInstant) -> UInt64 {
        var chance = Chance(seed: context.parent ^ UInt64(bitPattern: since.nanoseconds))
        chance = Chance(seed: chance.next() ^ UInt64(bitPattern: entry.offset))
        chance = Chance(seed: chance.next() ^ assignment.id.value)
        return Self.span(chance.next())
    }

    /// No span has the number 0.
    private static func span(_ number: UInt64) -> UInt64 { max(1, number) }
}
