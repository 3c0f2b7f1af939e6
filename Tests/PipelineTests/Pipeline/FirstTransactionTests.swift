import Testing

@testable import Requests
@testable import SMSPipeline

/// A partition with a committed offset and an empty ledger stays closed: so whatever commits an offset leaves a trace in the ledger.
@Suite struct FirstTransactionTests {
    /// The first record is no request: nothing but its offset and its dead letter is written.
    private func reopens(aborts: Int) throws -> Bool {
        let stage = PipelineStage()
        try stage.start()
        stage.aborts = aborts
        try stage.publish("no request", at: stage.wall)
        try stage.pass(.zero)
        #expect(stage.committed == 1)
        try stage.start()
        return stage.isOpen
    }

    @Test func aPartitionWhoseFirstRecordIsADeadLetterOpensAgain() throws { #expect(try reopens(aborts: 0)) }

    @Test func alsoWhereItsTransactionWasTriedAgain() throws {
        #expect(try reopens(aborts: 1))
    }
}
