import Testing
import Time

@testable import Requests
@testable import SMSPipeline

/// Two rivals fence each other for ever where a steady error that has nothing to do with it passes for an explanation.
@Suite struct FencingExplanationTests {
    @Test(arguments: [true, false]) func troubleOfTheBrokersExplainsAFencingAndNothingElseDoes(_ isTrouble: Bool) {
        var error = BrokerError(.other, name: "SOMETHING")
        error.isBrokerTrouble = isTrouble
        let consuming = PipelineFixture()
        consuming.pipeline.consumerFailed(error)
        #expect(consuming.isFencingExplained == isTrouble)
        let opening = PipelineFixture()
        opening.opened(error)
        #expect(opening.isFencingExplained == isTrouble)
    }
}
