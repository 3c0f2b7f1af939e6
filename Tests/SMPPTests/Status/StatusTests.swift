import Testing

@testable import SMPP

/// What a status says of a part, and of a bind.
@Suite struct StatusTests {
    @Test func eachStatusHasItsVerdict() {
        let rules = StatusRules()
        #expect(rules.verdict(.ok) == .accepted)
        #expect([0x14, 0x58].allSatisfy { rules.verdict(CommandStatus($0)) == .notSent(.slowDown) })
        #expect([0x04, 0x05].allSatisfy { rules.verdict(CommandStatus($0)) == .notSent(.rebind) })
        #expect([0x61, 0x64].allSatisfy { rules.verdict(CommandStatus($0)) == .notSent(.retry) })
        #expect([0x08, 0xFF].allSatisfy { rules.verdict(CommandStatus($0)) == .unknown })
        let others = (UInt32(1)...0x500).filter { ![0x14, 0x58, 0x04, 0x05, 0x61, 0x64, 0x08, 0xFF].contains($0) }
        #expect(others.allSatisfy { rules.verdict(CommandStatus($0)) == .refused })
        #expect(rules.verdict(CommandStatus(0xFFFF_FFFF)) == .refused)
    }

    @Test func whatIsUnknownIsASetting() {
        let rules = StatusRules(unknown: [CommandStatus(0x45), .throttled, .ok])
        #expect(rules.verdict(CommandStatus(0x45)) == .unknown && rules.verdict(.throttled) == .unknown)
        #expect(rules.verdict(.systemError) == .refused && rules.verdict(.ok) == .accepted)
    }

    @Test func aBindIsRefusedForItsCredentialsOrForTheNumberOfBinds() {
        for status in [CommandStatus.invalidPassword, .invalidSystemID, .invalidSystemType] {
            #expect(BindRefusal(status, wasBoundLately: false) == .credentials && BindRefusal(status, wasBoundLately: true) == .credentials)
        }
        #expect(BindRefusal(.alreadyBound, wasBoundLately: false) == .tooManyBinds)
        #expect(BindRefusal(.bindFailed, wasBoundLately: false) == .credentials)
        #expect(BindRefusal(.bindFailed, wasBoundLately: true) == .tooManyBinds)
        #expect([0x08, 0x14, 0x58, 0x64, 0x401].allSatisfy { BindRefusal(CommandStatus($0), wasBoundLately: true) == .other })
    }
}
