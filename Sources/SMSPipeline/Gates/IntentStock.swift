package import Requests

/// How many intents the next transaction may hold. Beyond the free slots, some are committed ahead, so that slots never starve while a
/// transaction commits: twice as many as POSTs ended since the last beginning, at most 2,000. What waits there is
/// *unknown* after a crash, hence no more.
///
/// A request with policy `fail` or `hold` gets its intent only for a slot that is free: a crash must not close it unsent.
///
/// | a POST takes | slots | POSTs ended in 30 ms | ahead |
/// | ---: | ---: | ---: | ---: |
/// | 1 ms | 64 | 500 (the machine's limit) | 1,000 |
/// | 50 ms | 64 | 38 | 76 |
/// | 1 s | 64 | 2 | 4 |
package struct IntentStock: Equatable, Sendable {
    private let limit: Int
    private var ended = 0

    package init(limit: Int = 2_000) { self.limit = max(0, limit) }

    /// How many intents may stand beyond the free slots now.
    package var ahead: Int { min(2 * ended, limit) }

    /// A POST has ended, whatever its outcome; an attempt that did not begin is none.
    package mutating func postEnded() { ended = min(ended + 1, limit) }

    /// Take `room` first: it counts from the beginning before.
    package mutating func transactionBegan() { ended = 0 }

    /// How many more intents may go into the transaction that is being filled.
    ///
    /// - Parameters:
    ///   - freeSlots: slots (`SEND_MAX_IN_FLIGHT`) without a running POST.
    ///   - stocked: intents without a running POST: committed ones that wait for a slot, those under way to Kafka, and those already put
    ///     into this transaction.
    package func room(freeSlots: Int, stocked: Int, policy: UnknownPolicy) -> Int {
        switch policy {
        case .resend: max(0, freeSlots + ahead - stocked)
        case .fail, .hold: max(0, freeSlots - stocked)
        }
    }

    /// Slots are free, none of the intents can fill them, and requests wait: the next transaction should begin at once.
    package func starves(freeSlots: Int, stocked: Int, startable: Int) -> Bool { freeSlots > stocked && startable > 0 }
}
