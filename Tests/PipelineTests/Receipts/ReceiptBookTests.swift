import Requests
import TestSupport
import Testing

@testable import SMSPipeline

@Suite struct ReceiptBookTests {
    private static func id(_ name: String) -> RequestHash { RequestHash(id: Array(name.utf8)) }

    private static func place(_ request: String, part: Int = 0, from: Int64 = 0, address: UInt16 = 7) -> PartPlace {
        PartPlace(partition: PartitionKey(topic: "sms", partition: 0), request: id(request), part: part, from: from, address: address)
    }

    private static func receipt(
        _ number: Int64, _ names: String..., status: MessageStatus? = .delivered, account: UInt32 = 1, addresses: (UInt16, UInt16) = (7, 99)
    ) -> Receipt {
        Receipt(number: number, account: account, ids: names.map(id), status: status, addresses: addresses)
    }

    private static func book(limit: Int = 10, checksAddress: Bool = true) -> ReceiptBook {
        ReceiptBook(account: 1, checksAddress: checksAddress, limit: limit, tail: ReceiptPosition(next: 0, timestamp: -1))
    }

    /// One record read by itself.
    private static func read(_ receipt: Receipt, _ book: inout ReceiptBook) -> ReceiptBook.Verdict {
        defer { book.reached(ReceiptPosition(next: receipt.number + 1, timestamp: receipt.number)) }
        return book.take(receipt)
    }

    @Test func aReceiptFindsItsPart() {
        var book = Self.book()
        let place = Self.place("r", part: 1)
        #expect(book.add(place, id: Self.id("a")).isEmpty)
        #expect(Self.read(Self.receipt(0, "x", "a"), &book) == .matches(place), "the second of the ids that it may mean")
        #expect(Self.read(Self.receipt(1, "a", addresses: (99, 7)), &book) == .matches(place), "addresses swapped or not")
        #expect(Self.read(Self.receipt(2, "a", addresses: (98, 99)), &book) == .passed)
        #expect(book.mismatches == 1)
        #expect(Self.read(Self.receipt(3, "a", account: 2), &book) == .passed)
        #expect(Self.read(Self.receipt(4, "a", status: nil), &book) == .passed)
        book.remove(place, id: Self.id("a"))
        #expect(Self.read(Self.receipt(5, "a"), &book) == .passed)
        #expect(book.tail == ReceiptPosition(next: 6, timestamp: 5))
        var careless = Self.book(checksAddress: false)
        #expect(careless.add(place, id: Self.id("a")).isEmpty)
        #expect(Self.read(Self.receipt(2, "a", addresses: (98, 99)), &careless) == .matches(place))
    }

    /// A centre that counts from the beginning again gives an id twice.
    @Test func ofTwoPartsWithOneIdTheLaterIsMeantAndNoneThatBeganAfterwards() {
        var book = Self.book()
        _ = book.add(Self.place("old", from: 3), id: Self.id("a"))
        _ = book.add(Self.place("new", from: 8), id: Self.id("a"))
        book.reached(ReceiptPosition(next: 9, timestamp: 0))
        #expect(Self.read(Self.receipt(2, "a"), &book) == .passed)
        #expect(Self.read(Self.receipt(5, "a"), &book) == .matches(Self.place("old", from: 3)))
        #expect(Self.read(Self.receipt(8, "a"), &book) == .matches(Self.place("new", from: 8)))
    }

    /// The old part is at its end, its request is not yet; the new one's answer is on its way.
    @Test func whatSaysNothingNewOfAPartIsKeptForAnotherOneWithItsId() {
        var book = Self.book()
        _ = book.add(Self.place("old", from: 0), id: Self.id("a"))
        #expect(Self.read(Self.receipt(0, "a"), &book) == .matches(Self.place("old", from: 0)))
        let isWanted = book.keep(Self.receipt(0, "a"))
        #expect(!isWanted, "nobody waits")
        let hold = book.hold()
        let early = Self.receipt(1, "a", status: .failed)
        #expect(Self.read(early, &book) == .matches(Self.place("old", from: 0)))
        let isKept = book.keep(early)
        #expect(isKept)
        #expect(book.add(Self.place("new", from: 1), id: Self.id("a")) == [.failed])
        book.release(hold)
        #expect(book.keptCount == 0)
    }

    @Test func whatComesBeforeItsAnswerIsKeptAsLongAsAnybodyMayWantIt() {
        var book = Self.book(limit: 2)
        #expect(Self.read(Self.receipt(0, "a"), &book) == .passed, "nobody waits")
        let first = book.hold()
        #expect(first.position.next == 1)
        #expect(Self.read(Self.receipt(1, "a", status: .sent), &book) == .kept)
        let second = book.hold()
        #expect(Self.read(Self.receipt(2, "a"), &book) == .kept)
        #expect(book.isFull)
        #expect(book.add(Self.place("r", from: 1), id: Self.id("a")) == [.sent, .delivered], "in the order of the log")
        #expect(book.keptCount == 0 && !book.isFull)
        #expect(Self.read(Self.receipt(3, "b"), &book) == .kept)
        book.release(first)
        #expect(book.keptCount == 1, "the second began before it came")
        book.release(second)
        #expect(book.keptCount == 0)
        #expect(book.add(Self.place("r", from: 1), id: Self.id("b")).isEmpty)
    }

    @Test func whoBeganAfterAReceiptDoesNotGetIt() {
        var book = Self.book()
        let floor = book.hold()
        #expect(Self.read(Self.receipt(0, "a"), &book) == .kept)
        #expect(book.add(Self.place("late", from: 1), id: Self.id("a")).isEmpty)
        #expect(book.add(Self.place("early", from: 0), id: Self.id("a")) == [.delivered])
        book.release(floor)
    }

    /// Random courses beside a judge that keeps everything and looks through it.
    @Test func nothingIsMissedThatSomebodyWaitsFor() {
        for seed in 0..<2_000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var book = Self.book(limit: 1_000)
            // Attempts under way: from where, and the id that the centre will give.
            var attempts: [(floor: ReceiptHold, id: Int)] = []
            var said: [Int: [(number: Int64, status: MessageStatus)]] = [:]
            var number: Int64 = 0
            var ids = 0
            for _ in 0..<120 {
                switch random.below(4) {
                case 0:
                    attempts.append((book.hold(), ids))
                    ids += 1
                case 1 where ids > 0:
                    let id = random.below(ids)
                    let status: MessageStatus = random.oneIn(2) ? .sent : .delivered
                    number += Int64(random.below(3))
                    said[id, default: []].append((number, status))
                    _ = Self.read(Self.receipt(number, "\(id)", status: status), &book)
                    number += 1
                case 2 where !attempts.isEmpty:
                    let attempt = attempts.remove(at: random.below(attempts.count))
                    let known = book.add(Self.place("\(attempt.id)", from: attempt.floor.position.next), id: Self.id("\(attempt.id)"))
                    let expected = said[attempt.id, default: []].filter { $0.number >= attempt.floor.position.next }.map(\.status)
                    if known != expected { Issue.record("seed \(seed): \(known) of \(expected)") }
                    book.remove(Self.place("\(attempt.id)", from: attempt.floor.position.next), id: Self.id("\(attempt.id)"))
                    said[attempt.id] = nil
                    book.release(attempt.floor)
                case 3 where !attempts.isEmpty && random.oneIn(3):
                    // It was refused.
                    book.release(attempts.remove(at: random.below(attempts.count)).floor)
                default: break
                }
            }
            for attempt in attempts { book.release(attempt.floor) }
            if book.keptCount != 0 { Issue.record("seed \(seed): \(book.keptCount) are kept for nobody") }
        }
    }
}
