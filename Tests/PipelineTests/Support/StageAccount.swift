import SMSText

@testable import Requests
@testable import SMSPipeline

/// The provider's account of one stage: messages are paid for when they are taken.
final class StageAccount {
    var credits: Int64
    private var taken = 0

    init(credits: Int64) { self.credits = credits }

    var balance: BalanceAnswer { .credits(credits) }

    func charge(_ message: Message) -> AttemptOutcome {
        let parts = Int64(message.text.withUnsafeBytes { MessageParts(utf8: $0).count })
        guard credits >= parts else { return .refused(code: "NO_MONEY") }
        credits -= parts
        taken += 1
        return .accepted(Acceptance(messageIDs: ["\(taken)"], status: .known(.sent), cost: nil))
    }
}
