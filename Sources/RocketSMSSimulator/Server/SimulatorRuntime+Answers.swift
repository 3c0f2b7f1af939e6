internal import EventLoop
internal import JSON
internal import Time

/// The members of the control side's answers.
extension SimulatorRuntime {
    func writeState(_ writer: inout JSONWriter) {
        writer.member("now", now.milliseconds)
        writer.member("manualClock", clock.isManual)
        writer.member("credits", credits)
    }

    /// `id` is a string, for readers that have no 64-bit integers.
    func writeSends(_ writer: inout JSONWriter, from: Int, limit: Int) {
        let now = now
        let kept = provider.log.kept
        let first = max(from, kept.lowerBound)
        let end = min(kept.upperBound, first.addingReportingOverflow(limit).overflow ? kept.upperBound : first + limit)
        writer.member("total", provider.total)
        writer.member("dropped", provider.log.dropped)
        writer.key("next")
        if end < kept.upperBound { writer.integer(max(first, end)) } else { writer.null() }
        writer.member("now", now.milliseconds)
        writer.key("sends")
        writer.beginArray()
        for sequence in first..<max(first, end) { writeSend(&writer, sequence, now) }
        writer.endArray()
        writer.key("counters")
        writer.beginObject()
        writeCounters(&writer)
        writer.endObject()
    }

    private func writeSend(_ writer: inout JSONWriter, _ sequence: Int, _ now: WallTime) {
        let status = provider.course(sequence, provider.log[sequence]).status(at: now, switches: provider.switches)
        provider.log.withBytes(of: sequence) { entry, text, sender in
            writer.beginObject()
            writer.member("sequence", sequence)
            writer.member("id", String(provider.id(of: sequence)))
            writer.member("receivedAt", entry.receivedAt.milliseconds)
            writer.member("acceptedAt", entry.acceptedAt.milliseconds)
            writer.member("phone", entry.phone.string)
            writer.key("text")
            writer.string(utf8: text)
            if !sender.isEmpty {
                writer.key("sender")
                writer.string(utf8: sender)
            }
            writer.member("senderUsed", provider.senderUsed(entry, asked: String(decoding: sender, as: UTF8.self)))
            if entry.flags.contains(.timestamp) { writer.member("timestamp", entry.timestamp) }
            writer.member("priority", entry.flags.contains(.priority))
            writer.member("bulk", entry.flags.contains(.bulk))
            if entry.flags.contains(.smpp) { writer.member("smpp", true) }
            writer.member("parts", entry.parts)
            writer.member("status", status)
            if let fault = FaultKind(mark: entry.fault) { writer.member("fault", fault.rawValue) }
            writer.endObject()
        }
    }

    func writeCounters(_ writer: inout JSONWriter) {
        writer.key("endpoints")
        writer.beginObject()
        for endpoint in Endpoint.allCases {
            let line = counters[endpoint]
            writer.key(endpoint.name)
            writer.beginObject()
            writer.member("requests", line.requests)
            writer.member("accepted", line.accepted)
            writer.member("refused", line.refused)
            writer.member("faulted", line.faulted)
            writer.endObject()
        }
        writer.endObject()
        writer.member("unknownPaths", counters.unknownPaths)
        writer.member("outages", counters.outages)
        writer.key("codes")
        writer.beginObject()
        for (code, count) in counters.codes.sorted(by: { $0.key < $1.key }) {
            writer.key(code)
            writer.integer(count)
        }
        writer.endObject()
        writer.key("faults")
        writer.beginObject()
        for kind in FaultKind.allCases {
            guard let count = counters.faults[kind] else { continue }
            writer.key(kind.rawValue)
            writer.integer(count)
        }
        writer.endObject()
    }

    func writeRates(_ writer: inout JSONWriter) {
        writer.key("seconds")
        writer.beginArray()
        for second in rates.seconds {
            writer.beginObject()
            writer.member("second", second.second)
            writer.member("requests", second.requests)
            writer.member("sends", second.sends)
            writer.member("accepted", second.accepted)
            writer.endObject()
        }
        writer.endArray()
    }

    func writeFaults(_ writer: inout JSONWriter) {
        writer.key("probabilities")
        writer.beginObject()
        for endpoint in Endpoint.allCases {
            writer.key(endpoint.name)
            writer.beginObject()
            for kind in FaultKind.chanceKinds where faults.probability(kind, at: endpoint) > 0 {
                writer.key(kind.rawValue)
                writer.double(faults.probability(kind, at: endpoint))
            }
            writer.endObject()
        }
        writer.endObject()
        writer.key("rules")
        writer.beginArray()
        for rule in faults.rules {
            writer.beginObject()
            writer.member("fault", rule.fault.rawValue)
            if let endpoint = rule.endpoint { writer.member("endpoint", endpoint.name) }
            if !rule.phoneSuffix.isEmpty { writer.member("phoneSuffix", rule.phoneSuffix) }
            if !rule.text.isEmpty { writer.member("text", rule.text) }
            writer.member("skip", rule.skip)
            writer.key("count")
            if let count = rule.count { writer.integer(count) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.key("smpp")
        writer.beginArray()
        for rule in centre.rules.rules {
            writer.beginObject()
            writer.member("fault", rule.fault.rawValue)
            if !rule.phoneSuffix.isEmpty { writer.member("phoneSuffix", rule.phoneSuffix) }
            if let part = rule.part { writer.member("part", part) }
            writer.member("skip", rule.skip)
            writer.key("count")
            if let count = rule.count { writer.integer(count) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.member("held", heldCount)
        writer.member("outage", outage.rawValue)
    }

    func writeSwitches(_ writer: inout JSONWriter) {
        writer.key("switches")
        writer.beginArray()
        for entry in SimulatorSwitch.table {
            writer.beginObject()
            writer.member("name", entry.name)
            writer.member("value", entry.value(provider.switches))
            writer.member("default", entry.defaultValue)
            writer.member("allowed", entry.allowed)
            writer.member("kind", entry.kind.rawValue)
            writer.member("summary", entry.summary)
            writer.endObject()
        }
        writer.endArray()
    }
}
