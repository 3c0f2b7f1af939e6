internal import Requests

/// The share of the fleet's limit: owned of all partitions. Request topics may grow under a running worker; one that went on with the old
/// total would take too much, and so would every other.
extension Pipeline {
    /// At each assignment and each minute, as often as the group itself looks. As a rule the answer comes before a larger
    /// share counts (`RateBudget`, 1.5 s), so that none is taken by a total of before.
    func countPartitions() {
        guard !isCounting, let session else { return }
        isCounting = true
        session.countPartitions(of: settings.topics.map(\.name))
    }

    func counted(partitions count: Int?, _ didAnswer: Bool) {
        isCounting = false
        if didAnswer, brokersGoneSince != nil {
            brokersGoneSince = nil
            updateHealth()
        }
        guard let count, count != partitionCount else { return }
        tell(.partitionCount(count))
        partitionCount = count
        takeShare()
    }

    func takeShare() {
        guard session != nil else { return }
        budget.setShare(owned: assignments.count, all: partitionCount, at: now)
    }
}
