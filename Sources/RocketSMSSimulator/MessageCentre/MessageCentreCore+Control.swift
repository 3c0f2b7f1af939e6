internal import SMPP
internal import Time

extension MessageCentreCore {
    /// Rules are the caller's business.
    mutating func apply(_ change: MessageCentreChange, _ provider: SimulatedProvider, at now: WallTime) {
        switches = provider.switches.messageCentre
        if change.restartsIDs { ids.restart() }
        for link in links.keys.sorted() {
            if change.cuts {
                cut(PDU(sequence: links[link]?.nextSequence() ?? 1, .enquireLink), on: link, at: now)
            } else if change.unbinds {
                unbind(link, at: now)
            }
        }
    }

    mutating func release(_ release: FaultRelease, _ provider: SimulatedProvider, at now: WallTime) {
        switches = provider.switches.messageCentre
        var released: [CentreResponse] = []
        held.removeAll { response in
            guard released.count < release.count ?? .max, FaultPlan.ends(response.phone, with: release.phoneSuffix) else { return false }
            released.append(response)
            return true
        }
        for response in released {
            if release.way == .answer {
                respond(response, at: now)
            } else if links[response.link] != nil {
                close(response.link, at: now)
            }
        }
    }
}
