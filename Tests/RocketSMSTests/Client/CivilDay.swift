/// A day of the calendar, counted up from 1970 year by year: slow, plain, and not the product's formula.
struct CivilDay {
    let text: String
    let weekday: String

    init(daysSince1970 days: Int64) {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days % 7)]
        var rest = Int(days)
        var year = 1970
        var isLeap: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        while rest >= (isLeap ? 366 : 365) {
            rest -= isLeap ? 366 : 365
            year += 1
        }
        var lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][...]
        while rest >= lengths[lengths.startIndex] { rest -= lengths.removeFirst() }
        text = "\(rest + 1 < 10 ? "0" : "")\(rest + 1) \(names[lengths.startIndex]) \(year)"
    }
}
