import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// A source of chance of its own for each thing that is drawn, so that switching one off leaves the others as they were.
struct Stream {
    private var chance: Chance

    init(_ seed: UInt64, _ name: StaticString) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<name.utf8CodeUnitCount { hash = (hash ^ UInt64(name.utf8Start[index])) &* 0x100_0000_01b3 }
        chance = Chance(seed: seed &* 0x9e37_79b9_7f4a_7c15 ^ hash)
        _ = chance.next()
    }

    mutating func next() -> UInt64 { chance.next() }

    mutating func has(_ share: Double) -> Bool { Double(chance.next() >> 11) / Double(1 << 53) < share }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &chance) }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int(chance.next() % UInt64(elements.count))] }

    /// Small values as often as great ones: each power of two of the range is as likely.
    mutating func wild(_ range: ClosedRange<Int>) -> Int {
        let low = Double(max(1, range.lowerBound))
        let span = Double.random(in: 0...1, using: &chance)
        let value = low * pow(Double(range.upperBound) / low, span)
        return min(range.upperBound, max(range.lowerBound, Int(value.rounded())))
    }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(wild(range)) }

    private func pow(_ base: Double, _ exponent: Double) -> Double { _exp(exponent * _log(base)) }
}

// Enough for drawing options: the standard library has no logarithm of its own.
private func _log(_ value: Double) -> Double {
    let exponent = Double(value.exponent)
    let m = value.significand
    let t = (m - 1) / (m + 1)
    var term = t
    var sum = 0.0
    for n in stride(from: 1, through: 31, by: 2) {
        sum += term / Double(n)
        term *= t * t
    }
    return exponent * 0.693_147_180_559_945_3 + 2 * sum
}

private func _exp(_ value: Double) -> Double {
    let n = (value / 0.693_147_180_559_945_3).rounded()
    let rest = value - n * 0.693_147_180_559_945_3
    var term = 1.0
    var sum = 1.0
    for index in 1...14 {
        term *= rest / Double(index)
        sum += term
    }
    return sum * Double(sign: .plus, exponent: Int(n), significand: 1)
}
