/// Roubles as JSON numbers, without the error of binary fractions.
enum Money {
    /// - Parameter digits: behind the point at least, 1...3.
    static func format(thousandths: Int, digits: Int) -> String {
        let magnitude = thousandths.magnitude
        var fraction = String(magnitude % 1_000)
        fraction = String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
        while fraction.utf8.count > digits, fraction.last == "0" { fraction.removeLast() }
        return "\(thousandths < 0 ? "-" : "")\(magnitude / 1_000).\(fraction)"
    }
}
