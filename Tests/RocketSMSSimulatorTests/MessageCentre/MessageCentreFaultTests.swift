import RocketSMSSimulator
import SMPP
import Testing
import Time

@Suite struct MessageCentreFaultTests {
    @Test(arguments: SubmitFault.allCases) func aFaultDoesWhatItPromises(fault: SubmitFault) throws {
        var fixture = try CentreFixture()
        var rule = SubmitRule(fault)
        rule.status = .throttled
        rule.delay = .seconds(7)
        try fixture.change(MessageCentreChange(rule))
        let link = fixture.bound()
        fixture.submit(on: link, registered: 0)
        let atOnce = fixture.read(link).map(\.status)
        fixture.wait(.seconds(6))
        #expect(fixture.read(link).isEmpty)
        if fault == .late { fixture.wait(.seconds(1)) } else { fixture.release() }
        let later = fixture.read(link).map(\.status)
        let isClosed = fixture.closed.contains(link)
        switch fault {
        case .status: #expect(atOnce == [.throttled] && later.isEmpty && !isClosed)
        case .cutBeforeAccept, .cut: #expect(atOnce.isEmpty && later.isEmpty && isClosed && fixture.cut.isEmpty)
        case .cutWithinAnswer: #expect(atOnce.isEmpty && isClosed && fixture.cut.map(\.command) == [CommandID.submit.response])
        case .silentBeforeAccept, .silent: #expect(atOnce.isEmpty && later.isEmpty && !isClosed)
        case .hold, .late: #expect(atOnce.isEmpty && later == [.ok] && !isClosed)
        case .unbind: #expect(atOnce == [.ok, .ok] && later.isEmpty && isClosed)
        }
        let isAccepted = ![.status, .cutBeforeAccept, .silentBeforeAccept].contains(fault)
        #expect(fixture.core.parts.map(\.fault) == (isAccepted ? [fault] : []))
        // The next part is none of the rule's.
        let next = isClosed ? fixture.bound() : link
        fixture.submit(on: next, registered: 0)
        #expect(fixture.statuses(next) == [.ok])
    }

    @Test func aRuleMatchesPhoneAndPart() throws {
        var fixture = try CentreFixture()
        try fixture.change(MessageCentreChange(SubmitRule(.status, phoneSuffix: "67", part: 2, skip: 1)))
        let link = fixture.bound()
        for (phone, number) in [
            ("375291234567", UInt8(1)), ("375291234567", 2), ("375291234568", 2), ("375291234567", 2), ("375291234567", 2),
        ] {
            fixture.submitPart(number, on: link, to: phone)
        }
        #expect(fixture.statuses(link) == [.ok, .ok, .ok, .systemError, .ok])
    }

    /// Accepted, and never answered.
    @Test func anAnswerToALinkThatHasGoneIsLost() throws {
        var fixture = try CentreFixture()
        try fixture.change(MessageCentreChange(SubmitRule(.late), SubmitRule(.hold)))
        let link = fixture.bound()
        for _ in 0..<2 { fixture.submit(on: link, registered: 0) }
        fixture.close(link)
        let next = fixture.bound()
        fixture.wait(.seconds(60))
        fixture.release()
        #expect(fixture.read(link).isEmpty && fixture.read(next).isEmpty)
        #expect(fixture.core.parts.count == 2)
    }

    @Test func heldAnswersCanBeDropped() throws {
        var fixture = try CentreFixture()
        try fixture.change(MessageCentreChange(SubmitRule(.hold, count: nil)))
        let link = fixture.bound()
        fixture.submit(on: link, to: "375291234561", registered: 0)
        fixture.submit(on: link, to: "375291234562", registered: 0)
        fixture.release(FaultRelease(phoneSuffix: "2"))
        #expect(fixture.statuses(link) == [.ok] && fixture.closed.isEmpty)
        fixture.release(FaultRelease(as: .drop))
        #expect(fixture.statuses(link) == [] && fixture.closed == [link])
    }

    @Test func countersBeginAgain() throws {
        var fixture = try CentreFixture()
        let link = fixture.bound()
        fixture.submit(on: link, registered: 0)
        var change = MessageCentreChange()
        change.restartsIDs = true
        try fixture.change(change)
        fixture.submit(on: link, registered: 0)
        let ids = fixture.ids(link)
        #expect(ids.count == 2 && ids[0] == ids[1])
        #expect(fixture.core.parts.map(\.sequence) == [1, 2])
    }

    @Test func allLinksAreUnboundOrCut() throws {
        var fixture = try CentreFixture()
        let links = [fixture.bound(), fixture.bound(.transmitter)]
        var change = MessageCentreChange()
        change.unbinds = true
        try fixture.change(change)
        #expect(links.map { fixture.read($0).map(\.command) } == [[.unbind], [.unbind]])
        fixture.submit(on: links[0])
        #expect(fixture.statuses(links[0]) == [.wrongBindStatus])
        fixture.hear(PDU(sequence: 1, .unbindResponse), on: links[0])
        #expect(fixture.closed == [links[0]])
        // The other one does not answer.
        fixture.wait(.seconds(5))
        #expect(fixture.closed == Set(links))

        let link = fixture.bound()
        change.unbinds = false
        change.cuts = true
        try fixture.change(change)
        #expect(fixture.closed.contains(link) && fixture.cut.map(\.command) == [.enquireLink])
    }
}
