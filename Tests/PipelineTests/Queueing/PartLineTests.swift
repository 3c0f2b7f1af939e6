import Testing

@testable import SMSPipeline

@Suite struct PartLineTests {
    @Test func codesGoFirstAndBulkHasItsFloor() {
        var line = PartLine()
        #expect(
            line.isEmpty && line.next(isPriority: true, codesWait: false) == nil && line.next(isPriority: false, codesWait: false) == nil)
        line.append(1, isPriority: false)
        line.append(2, isPriority: true)
        line.append(3, isPriority: false)
        #expect(line.count == 3 && line.all == [2, 1, 3])
        #expect(line.next(isPriority: true, codesWait: true) == 2 && line.next(isPriority: false, codesWait: false) == 1)
        for _ in 0..<19 {
            #expect(line.next(isPriority: false, codesWait: true) == nil)
            line.went(isPriority: true)
        }
        #expect(line.next(isPriority: false, codesWait: true) == 1, "its turn has come")
        line.remove(1)
        line.went(isPriority: false)
        #expect(line.next(isPriority: false, codesWait: true) == nil && line.next(isPriority: false, codesWait: false) == 3)
        line.remove(3)
        #expect(!line.hasAny(isPriority: false) && line.hasAny(isPriority: true))
        line.went(isPriority: true)
        line.append(4, isPriority: false)
        #expect(line.next(isPriority: false, codesWait: true) == nil, "nobody saves up turns who does not wait")
    }
}
