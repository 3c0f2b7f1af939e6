/// Takes away what a finding does not need: classes, then requests, then workers.
struct Shrinker {
    let seed: UInt64
    let label: String
    let from: Overrides

    func smallest() -> Overrides {
        var best = from
        var isSmaller = true
        while isSmaller {
            isSmaller = false
            let options = Options(seed: seed, best)
            for fault in FaultClass.allCases where options.has(fault) {
                var less = best
                less.without |= fault.bit
                if fails(less) { (best, isSmaller) = (less, true) }
            }
            var requests = Options(seed: seed, best).requests
            while requests > 1 {
                var less = best
                less.requests = requests / 2
                if !fails(less) { break }
                (best, isSmaller) = (less, true)
                requests /= 2
            }
            var less = best
            less.requests = max(1, requests - 1)
            if requests > 1, fails(less) { (best, isSmaller) = (less, true) }
            let workers = Options(seed: seed, best).workers
            less = best
            less.workers = workers - 1
            if workers > 1, fails(less) { (best, isSmaller) = (less, true) }
        }
        return best
    }

    private func fails(_ overrides: Overrides) -> Bool {
        Schedule(Options(seed: seed, overrides)).run().findings.contains { $0.label == label }
    }
}
