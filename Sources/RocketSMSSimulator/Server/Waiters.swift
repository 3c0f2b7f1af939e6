/// Those who wait until so many messages are accepted, or so many requests held.
struct Waiters {
    enum Condition: Sendable {
        case sends(Int)
        case held(Int)
    }

    private struct Waiter {
        let number: Int
        let condition: Condition
        let wake: (Bool) -> Void
    }

    private var waiters: [Waiter] = []
    private var number = 0

    var isEmpty: Bool { waiters.isEmpty }

    /// - Parameter wake: called once, with whether the condition came true.
    /// - Returns: the number for `expire`.
    mutating func add(_ condition: Condition, wake: @escaping (Bool) -> Void) -> Int {
        number += 1
        waiters.append(Waiter(number: number, condition: condition, wake: wake))
        return number
    }

    mutating func notify(sends: Int, held: Int) {
        waiters.removeAll { waiter in
            let isTrue =
                switch waiter.condition {
                case .sends(let count): sends >= count
                case .held(let count): held >= count
                }
            if isTrue { waiter.wake(true) }
            return isTrue
        }
    }

    /// Ends a wait that has taken too long; without effect when it has ended.
    mutating func expire(_ number: Int) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        waiters.remove(at: index).wake(false)
    }

    mutating func expireAll() {
        let all = waiters
        waiters = []
        for waiter in all { waiter.wake(false) }
    }
}
