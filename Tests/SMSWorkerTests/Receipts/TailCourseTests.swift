import Requests
import Testing

@testable import SMSWorker

@Suite("How far the log of receipts is read") struct TailCourseTests {
    @Test func inOrder() {
        var course = TailCourse(next: 5, timestamp: 1)
        #expect(course.meet(record: 4, timestamp: 1) == .skip)
        #expect(course.meet(end: 5) == .skip)
        #expect(course.meet(record: 5, timestamp: 2) == .take)
        #expect(course.position == ReceiptPosition(next: 6, timestamp: 2))
        #expect(course.meet(record: 5, timestamp: 2) == .skip && course.meet(end: 6) == .skip)
    }

    @Test func aGapIsBelievedTheSecondTime() {
        var course = TailCourse(next: 5, timestamp: 1)
        #expect(course.meet(record: 8, timestamp: 3) == .goBack)
        #expect(course.position == ReceiptPosition(next: 5, timestamp: 1))
        #expect(course.meet(record: 8, timestamp: 3) == .lost(3))
        #expect(course.position == ReceiptPosition(next: 9, timestamp: 3))
        // Another one is doubted like the first.
        #expect(course.meet(record: 11, timestamp: 4) == .goBack)
        #expect(course.meet(record: 9, timestamp: 3) == .take)
        #expect(course.meet(record: 10, timestamp: 3) == .take && course.meet(record: 11, timestamp: 4) == .take)
    }

    @Test func anEndBehindAGapAndOneTooEarly() {
        var course = TailCourse(next: 5, timestamp: 1)
        #expect(course.meet(end: 7) == .goBack && course.meet(end: 7) == .lost(2))
        #expect(course.position == ReceiptPosition(next: 7, timestamp: -1))
        #expect(course.meet(end: 3) == .restart)
    }
}
