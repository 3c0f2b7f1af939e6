/// Random event orders against a model: the failing seed is part of the answer, so that a failure can be run again.
package enum RandomSchedules {
    /// Runs `schedule` with the seeds `first ..< first + count` and stops at the first that breaks a rule.
    ///
    /// - Parameter schedule: plays one schedule; returns what went wrong, or nil.
    /// - Returns: the seed and what went wrong, or nil when all held.
    package static func firstFailure(
        of count: UInt64, from first: UInt64 = 1, _ schedule: (inout SeededGenerator) -> String?
    ) -> String? {
        for seed in first..<first + count {
            var generator = SeededGenerator(seed: seed)
            if let failure = schedule(&generator) { return "seed \(seed): \(failure)" }
        }
        return nil
    }
}
