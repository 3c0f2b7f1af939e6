import Kafka
import Testing

@testable import Requests
@testable import SMSWorker
@testable import rocketsms_worker

@Suite struct LedgerForgetCommandTests {
    private func usage(_ words: String...) -> String? {
        do {
            _ = try LedgerForgetCommand(ParsedArguments(words, for: LedgerForgetCommand.configuration))
            return nil
        } catch { return (error as? UsageError)?.sentence }
    }

    @Test func aRecordIsNamedByItsKeyOrItsOffset() {
        #expect(usage("ord-1") == nil)
        #expect(usage("--offset", "17", "--partition", "3") == nil)
        #expect(usage("--offset", "17") == "--offset wants --partition.")
        #expect(usage() == "Give either KEY or --offset.")
        #expect(usage("ord-1", "--offset", "17", "--partition", "3") == "Give either KEY or --offset.")
        #expect(usage("a", "b") != nil)
    }

    @Test func anotherGroupsRecordWantsAWordOfItsOwn() {
        func objection(_ error: LedgerError, takesOtherGroups: Bool) -> String? {
            let damage = DamagedRecords.Damage(key: [], offset: 17, error: error)
            let finding = LedgerForget.Finding(partition: TopicPartition(topic: "t", partition: 3), damage: damage)
            return LedgerForgetCommand.objection(finding, takesOtherGroups: takesOtherGroups)
        }
        for takes in [false, true] {
            #expect(objection(.malformed, takesOtherGroups: takes) == nil)
            #expect(objection(.unknownVersion(9), takesOtherGroups: takes)?.hasSuffix("use that worker.") == true)
        }
        let refusal = objection(.otherGroup, takesOtherGroups: false)
        #expect(refusal?.contains("offset 17") == true && refusal?.contains("--other-group") == true)
        #expect(objection(.otherGroup, takesOtherGroups: true) == nil)
    }

    @Test func withoutATerminalItWantsAYes() async {
        let console = CapturedConsole()
        #expect(await console.run("ledger", "forget", "a", "--kafka-bootstrap-servers", "127.0.0.1:1") == .usage)
        #expect(console.errors.hasPrefix("Not on a terminal: --yes is needed."))
    }
}
