internal import JSON
internal import Requests
internal import SMSPipeline
internal import Time

extension StatusSnapshot {
    /// For the page's script. What is not known is null.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("at", at.milliseconds)
        writer.member("uptime", Int64(uptime / .seconds(1)))
        writeIdentity(&writer)
        writeState(&writer)
        writeTotals(&writer)
        writeTimes(&writer)
        if let detail {
            writeLanes(detail, &writer)
            writePace(detail, &writer)
            writeWaiting(detail.health, &writer)
            writeTracked(detail, &writer)
            writeAccount(detail.health, &writer)
        }
        writePartitions(&writer)
        writeFailures(&writer)
        writer.endObject()
        return writer.bytes
    }

    private func writeIdentity(_ writer: inout JSONWriter) {
        writer.key("worker")
        writer.beginObject()
        writer.member("version", identity.version)
        writer.member("group", identity.group)
        writer.member("name", identity.name)
        writer.endObject()
    }

    private func writeState(_ writer: inout JSONWriter) {
        writer.key("state")
        writer.beginObject()
        writer.member("tone", state.tone.rawValue)
        writer.member("sentence", Self.clipped(state.sentence))
        writer.member("advice", state.advice)
        writer.endObject()
    }

    private func writeTotals(_ writer: inout JSONWriter) {
        writer.key("totals")
        writer.beginObject()
        writer.member("read", totals.read)
        writer.member("admitted", totals.admitted)
        writer.member("attempts", totals.attempts)
        writer.member("retries", totals.retries)
        writer.member("polls", totals.polls)
        for status in MessageStatus.allCases {
            let index = Int(status.rawValue) - 1
            writer.member(status.name, index < totals.events.count ? totals.events[index] : 0)
        }
        writer.key("outcomes")
        writer.beginObject()
        for name in StatusFigures.outcomes {
            writer.key(name)
            writer.integer(totals.outcomes[name] ?? 0)
        }
        writer.endObject()
        writer.endObject()
    }

    private func writeTimes(_ writer: inout JSONWriter) {
        func write(_ key: StaticString, _ time: TimeSummary) {
            writer.key(key)
            writer.beginObject()
            writer.member("count", time.count)
            writer.key("median")
            writer.double(time.median ?? .nan)
            writer.key("late")
            writer.double(time.late ?? .nan)
            writer.endObject()
        }
        writer.key("times")
        writer.beginObject()
        write("firstEvent", times.firstEvent)
        write("answer", times.answer)
        write("delivered", times.delivered)
        write("failed", times.failed)
        write("commit", times.commit)
        writer.endObject()
    }

    private func writeLanes(_ detail: PipelineDetail, _ writer: inout JSONWriter) {
        func write(_ name: String, _ lane: PipelineDetail.Lane, _ oldest: Duration) {
            writer.beginObject()
            writer.member("name", name)
            writer.member("waiting", lane.waiting)
            writer.member("next", lane.stocked)
            writer.member("running", lane.running)
            writer.key("oldestDue")
            writer.double(oldest / .seconds(1))
            writer.endObject()
        }
        writer.key("lanes")
        writer.beginArray()
        write("priority", detail.priority, detail.health.oldestDue.priority)
        write("bulk", detail.bulk, detail.health.oldestDue.bulk)
        writer.endArray()
    }

    private func writePace(_ detail: PipelineDetail, _ writer: inout JSONWriter) {
        func write(_ name: String, _ slots: PipelineDetail.Slots, _ side: HealthReport.Side) {
            writer.beginObject()
            writer.member("name", name)
            writer.member("running", slots.running)
            writer.member("width", side.width)
            writer.member("slots", slots.most)
            writer.key("failures")
            writer.double(side.failures)
            writer.endObject()
        }
        writer.member("breaker", detail.health.breaker.rawValue)
        writer.key("pace")
        writer.beginArray()
        write("send", detail.posts, detail.health.sends)
        write("status", detail.polls, detail.health.polls)
        writer.endArray()
    }

    private func writeWaiting(_ health: HealthReport, _ writer: inout JSONWriter) {
        writer.key("waiting")
        writer.beginObject()
        writer.member("due", health.waiting.due)
        writer.member("account", health.waiting.account)
        writer.member("key", health.waiting.key)
        writer.member("backoff", health.waiting.backoff)
        writer.member("schedule", health.waiting.schedule)
        writer.member("held", health.held)
        writer.endObject()
    }

    private func writeTracked(_ detail: PipelineDetail, _ writer: inout JSONWriter) {
        writer.key("tracked")
        writer.beginObject()
        writer.member("total", detail.health.tracking)
        writer.key("ages")
        if let ages = detail.ages {
            writer.beginArray()
            for (index, count) in ages.counts.enumerated() {
                writer.beginObject()
                writer.key("below")
                if index < TrackedAges.bounds.count { writer.double(TrackedAges.bounds[index] / .seconds(1)) } else { writer.null() }
                writer.member("count", count)
                writer.endObject()
            }
            writer.endArray()
            writer.member("scheduled", ages.scheduled)
        } else {
            writer.null()
        }
        writer.endObject()
    }

    private func writeAccount(_ health: HealthReport, _ writer: inout JSONWriter) {
        writer.key("account")
        writer.beginObject()
        writer.member("state", HealthState.Snapshot(health).account)
        writer.key("credits")
        if let credits = health.credits { writer.integer(credits) } else { writer.null() }
        writer.member("spent", totals.spent)
        writer.key("hours")
        switch health.creditHours {
        case .some(.infinity): writer.string("none spent")
        case let hours: writer.double(hours ?? .nan)
        }
        writer.endObject()
    }

    private func writePartitions(_ writer: inout JSONWriter) {
        let all = detail?.partitions ?? []
        writer.key("partitions")
        writer.beginObject()
        writer.member("assigned", all.count)
        writer.member("open", all.count { $0.state == .open })
        writer.member("lag", all.reduce(Int64(0)) { $0.clampedSum($1.lag ?? 0) })
        writer.member("isLagKnown", all.allSatisfy { $0.lag != nil || $0.state != .open })
        writer.key("listed")
        writer.beginArray()
        for partition in partitions {
            writer.beginObject()
            writer.member("topic", partition.key.topic)
            writer.member("partition", partition.key.partition)
            writer.member("state", partition.state.rawValue)
            writer.key("reason")
            if let reason = partition.reason { writer.string(Self.clipped(reason)) } else { writer.null() }
            writer.member("waiting", partition.waiting)
            writer.key("lag")
            if let lag = partition.lag { writer.integer(lag) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func writeFailures(_ writer: inout JSONWriter) {
        writer.key("failures")
        writer.beginArray()
        for failure in failures {
            writer.beginObject()
            writer.member("code", failure.code)
            writer.member("kind", failure.kind)
            writer.member("count", failure.count)
            writer.member("ago", failure.ago)
            writer.endObject()
        }
        writer.endArray()
    }

    /// A broker's word may have any length.
    private static func clipped(_ text: String) -> String { text.count > 600 ? text.prefix(600) + "…" : text }
}
