/// Reads `POST /_simulator/faults`:
///
/// ```jsonc
/// { "clear": true,                                  // or an array of rules, probabilities, fates, outage, held; done first
///   "seed": 7,                                      // begins the sequence of chances anew
///   "probabilities": { "replyLost": 0.01 },         // by kind of fault; 0 takes one away
///   "endpoint": "send",                             // of these probabilities; absent: all
///   "next": [ { "fault": "replyLost",               // a rule: the next requests that match meet it
///               "count": 3, "always": false,        // how many (1), or all until it is cleared
///               "skip": 0,                          // matching requests that pass first
///               "endpoint": "send", "phoneSuffix": "0043", "text": "Код",   // what matches
///               "delay": "2s",                      // of slow, hang, hangBeforeAccept, trickle
///               "code": "BLOCKED",                  // of error
///               "status": 502, "body": "…", "contentType": "text/html" } ], // of answer; status of serverError… too
///   "fates": [ { "phoneSuffix": "13", "final": "FAILED", "after": "2s",
///               "part": 2 } ],                      // of parts by SMPP: those with this number
///   "smpp": [ { "fault": "cut",                     // a rule for submit_sm; see `SubmitFault`
///               "count": 3, "always": false, "skip": 0,
///               "phoneSuffix": "0043", "part": 2,   // what matches: the part's number in its message
///               "status": "0x58",                   // of status
///               "delay": "2s" } ],                  // of late
///   "smppIDs": "restart",                           // the counters of ids begin again
///   "smppLinks": "unbind" | "cut",                  // of all links, now
///   "release": true,                                // or { "count": 1, "phoneSuffix": "…", "as": "answer" | "drop" | "reset" }
///   "outage": "off" | "refuse" | "close" | "reset" | "unavailable" | "hang",
///   "outageFor": "2s" }                             // required with refuse, which refuses control requests too
/// ```
enum FaultChangeReader {
    static func read(_ object: ControlObject) throws(SimulatorSwitchError) -> FaultChange {
        try object.allow(
            "clear", "seed", "probabilities", "endpoint", "next", "fates", "smpp", "smppIDs", "smppLinks", "release", "outage", "outageFor")
        var change = FaultChange()
        change.clear = try object.parts("clear")
        change.seed = try object.number("seed", 0...Int.max).map(UInt64.init)
        change.endpoint = try object.endpoint("endpoint")
        if let probabilities = try object.object("probabilities") {
            for name in probabilities.names {
                guard let kind = FaultKind(rawValue: name), FaultKind.chanceKinds.contains(kind) else {
                    let known = FaultKind.chanceKinds.map(\.rawValue).joined(separator: ", ")
                    throw SimulatorSwitchError("probabilities.\(name) is unknown; known: \(known)")
                }
                change.probabilities[kind] = try probabilities.share(name) ?? 0
            }
        }
        for rule in try object.objects("next") { change.rules.append(try self.rule(rule)) }
        for fate in try object.objects("fates") { change.fates.append(try self.fate(fate)) }
        for rule in try object.objects("smpp") { change.messageCentre.rules.append(try submitRule(rule)) }
        try links(object, &change.messageCentre)
        change.release = try release(object)
        change.outage = try object.choice("outage")
        change.outageDuration = try object.duration("outageFor")
        if change.outage == .refuse, change.outageDuration == nil {
            throw SimulatorSwitchError("outageFor is missing: while connects are refused, nobody can end the outage")
        }
        return change
    }

    private static func rule(_ object: ControlObject) throws(SimulatorSwitchError) -> FaultRule {
        try object.allow(
            "fault", "count", "always", "skip", "endpoint", "phoneSuffix", "text", "delay", "code", "status", "body", "contentType")
        guard let fault: FaultKind = try object.choice("fault") else { throw SimulatorSwitchError("fault is missing in a rule") }
        var rule = FaultRule(fault)
        rule.count = try object.bool("always") ?? false ? nil : try object.number("count", 1...Int.max) ?? 1
        rule.skip = try object.number("skip", 0...Int.max) ?? 0
        rule.endpoint = try object.endpoint("endpoint")
        rule.phoneSuffix = try object.string("phoneSuffix") ?? ""
        rule.text = try object.string("text") ?? ""
        rule.delay = try object.duration("delay")
        rule.code = try object.string("code") ?? rule.code
        rule.status = try object.number("status", 200...599)
        rule.body = try object.string("body") ?? ""
        rule.contentType = try object.string("contentType") ?? rule.contentType
        return rule
    }

    private static func fate(_ object: ControlObject) throws(SimulatorSwitchError) -> FateRule {
        try object.allow("phoneSuffix", "part", "final", "after")
        guard let final = try object.string("final"), !final.isEmpty else { throw SimulatorSwitchError("final is missing in a fate") }
        return FateRule(
            phoneSuffix: try object.string("phoneSuffix") ?? "", part: try object.number("part", 1...255), final: final,
            delay: try object.duration("after"))
    }

    private static func submitRule(_ object: ControlObject) throws(SimulatorSwitchError) -> SubmitRule {
        try object.allow("fault", "phoneSuffix", "part", "count", "always", "skip", "status", "delay")
        guard let fault: SubmitFault = try object.choice("fault") else { throw SimulatorSwitchError("fault is missing in a rule") }
        var rule = SubmitRule(fault, phoneSuffix: try object.string("phoneSuffix") ?? "", part: try object.number("part", 1...255))
        rule.count = try object.bool("always") ?? false ? nil : try object.number("count", 1...Int.max) ?? 1
        rule.skip = try object.number("skip", 0...Int.max) ?? 0
        rule.delay = try object.duration("delay") ?? rule.delay
        if let status = try object.string("status") {
            guard let status = StatusText.parse(status) else {
                throw SimulatorSwitchError("status: a status such as \"0x58\" was expected")
            }
            rule.status = status
        }
        return rule
    }

    private static func links(_ object: ControlObject, _ change: inout MessageCentreChange) throws(SimulatorSwitchError) {
        if let word = try object.string("smppIDs") {
            guard word == "restart" else { throw SimulatorSwitchError("smppIDs: restart was expected") }
            change.restartsIDs = true
        }
        switch try object.string("smppLinks") {
        case nil: return
        case "unbind": change.unbinds = true
        case "cut": change.cuts = true
        default: throw SimulatorSwitchError("smppLinks: unbind or cut was expected")
        }
    }

    private static func release(_ object: ControlObject) throws(SimulatorSwitchError) -> FaultRelease? {
        if (try? object.bool("release")) ?? false { return FaultRelease() }
        guard let object = try object.object("release") else { return nil }
        try object.allow("count", "phoneSuffix", "as")
        return FaultRelease(
            count: try object.number("count", 1...Int.max), phoneSuffix: try object.string("phoneSuffix") ?? "",
            as: try object.choice("as") ?? .answer)
    }
}
