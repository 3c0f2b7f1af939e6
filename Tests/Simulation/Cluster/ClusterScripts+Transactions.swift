import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Transactions, seen through sessions.
extension ClusterScripts {
    static var transactions: [Script] {
        [
            Script(name: "a transaction becomes visible whole") { bench, expect in
                let a = bench.joined("a", expect)
                expect.equal(bench.commit(a, 0, offset: 7, "first"), "committed", "the commit")
                expect.equal(bench.commit(a, 1, offset: 3, "second"), "committed", "the next one")
                _ = bench.wait(upTo: .seconds(10)) { !bench.isTransactionOpen }
                expect.equal(bench.statuses(), ["first", "second"], "statuses")
                expect.equal(bench.committedOffset(partition: 0), 7, "the offset")
                expect.equal(bench.committedOffset(partition: 1), 3, "the other offset")
            },
            Script(name: "a producer is fenced by another of its name") { bench, expect in
                let a = bench.joined("same", expect)
                let b = bench.open(stem: "same", instanceID: nil)
                expect.check(b != nil, "the second session is made")
                expect.equal(bench.commit(a, 0, offset: 1, "late"), "fenced", "the first one's commit")
                expect.equal(bench.statuses(), [], "statuses")
            },
            Script(name: "a stale generation is refused, and works again with the new one") { bench, expect in
                let a = bench.joined("a", expect)
                _ = a.session?.membership()
                let b = bench.begin(stem: "b", instanceID: nil)
                expect.check(bench.wait(upTo: .seconds(60)) { a.owned.count == 1 && b.owned.count == 1 }, "each gets one")
                let number = a.commitAsRead(a.owned.first ?? 0, offset: 1, status: "stale")
                expect.equal(bench.result(a, number), "membership ILLEGAL_GENERATION", "the old membership")
                expect.equal(bench.commit(a, a.owned.first ?? 0, offset: 1, "good"), "committed", "the new one")
                _ = bench.wait(upTo: .seconds(10)) { !bench.isTransactionOpen }
                expect.equal(bench.statuses(), ["good"], "statuses")
            },
            Script(name: "of two that overlap the second ends behind the first") { bench, expect in
                let a = bench.joined("a", expect)
                let first = a.commit(0, offset: 1, status: "one")
                let second = a.commit(0, offset: 2, status: "two", behind: first)
                expect.equal(bench.result(a, second), "committed", "the second")
                expect.equal(bench.result(a, first, within: .zero), "committed", "the first, before it")
                _ = bench.wait(upTo: .seconds(10)) { !bench.isTransactionOpen }
                expect.equal(bench.statuses(), ["one", "two"], "statuses")
                expect.equal(bench.committedOffset(partition: 0), 2, "the offset")
            },
            Script(name: "what is behind a refused transaction is withdrawn") { bench, expect in
                let a = bench.joined("a", expect)
                _ = a.session?.membership()
                let b = bench.begin(stem: "b", instanceID: nil)
                expect.check(bench.wait(upTo: .seconds(60)) { a.owned.count == 1 && b.owned.count == 1 }, "each gets one")
                let own = a.owned.first ?? 0
                let first = a.commitAsRead(own, offset: 1, status: "stale")
                let second = a.commit(own, offset: 2, status: "behind", behind: first)
                expect.equal(bench.result(a, first), "membership ILLEGAL_GENERATION", "the first")
                expect.equal(bench.result(a, second), "withdrawn", "the second")
                expect.equal(bench.committedOffset(partition: own), nil, "the offset")
                expect.equal(bench.commit(a, own, offset: 1, "again"), "committed", "the first again")
                _ = bench.wait(upTo: .seconds(10)) { !bench.isTransactionOpen }
                expect.equal(bench.statuses(), ["again"], "statuses")
            },
            Script(name: "a member of the generation may commit offsets of what another owns") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.joined("b", owning: 1, expect)
                _ = bench.wait(upTo: .seconds(60)) { a.owned.count == 1 }
                bench.pass(.seconds(10))
                expect.equal(bench.commit(a, b.owned.first ?? 0, offset: 5, "foreign"), "committed", "the commit")
            },
            Script(
                name: "a restore waits for pending offsets and never sees the old ones",
                options: {
                    $0.slowMarkerShare = 0.7
                    $0.slowMarkerLatency = 500_000...6_000_000
                },
                body: { bench, expect in
                    let a = bench.joined("a", expect)
                    expect.equal(bench.commit(a, 0, offset: 1, "one"), "committed", "the commit")
                    expect.equal(bench.restore(a, 0), "committed 1, recorded 1, 0..<0", "the restore")
                    expect.equal(bench.commit(a, 0, offset: 2, "two"), "committed", "the next commit")
                    expect.equal(bench.restore(a, 0), "committed 2, recorded 2, 0..<0", "the next restore")
                }),
            Script(name: "an open transaction times out, and a restore waits for it") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.joined("b", owning: 1, expect)
                bench.pass(.seconds(10))
                expect.equal(bench.commit(a, 0, offset: 1, "whole"), "committed", "the commit")
                _ = bench.wait(upTo: .seconds(10)) { !bench.isTransactionOpen }
                bench.killInTransaction(a, expect)
                bench.pass(.seconds(2))
                expect.check(bench.isTransactionOpen, "it stays open")
                expect.equal(bench.restore(b, 0), "committed 1, recorded 1, 0..<0", "the restore")
                expect.check(!bench.isTransactionOpen, "the broker has ended it")
                expect.equal(bench.statuses(), ["whole"], "statuses")
            },
            Script(name: "a producer of the same name ends its predecessor's transaction at once") { bench, expect in
                let a = bench.joined("a", expect)
                bench.killInTransaction(a, expect)
                let b = bench.begin(stem: "a", instanceID: nil)
                expect.check(bench.wait(upTo: .seconds(2)) { b.session != nil && !bench.isTransactionOpen }, "it is ended")
                expect.equal(bench.statuses(), [], "statuses")
            },
            Script(name: "a topic that refuses writes aborts, and says which") { bench, expect in
                let a = bench.joined("a", expect)
                bench.refuseStatuses(for: .seconds(5))
                let word = bench.commit(a, 0, offset: 1, "refused")
                expect.equal(word, "aborted TOPIC_AUTHORIZATION_FAILED", "the commit")
                bench.pass(.seconds(6))
                expect.equal(bench.committedOffset(partition: 0), nil, "the offset")
                expect.equal(bench.commit(a, 0, offset: 1, "taken"), "committed", "the next one")
                _ = bench.wait(upTo: .seconds(10)) { !bench.isTransactionOpen }
                expect.equal(bench.statuses(), ["taken"], "statuses")
            },
            Script(name: "brokers that are away are told, and waited for") { bench, expect in
                let a = bench.joined("a", expect)
                bench.brokerAway(for: .seconds(11))
                let number = a.commit(0, offset: 1, status: "late")
                bench.pass(.seconds(1))
                expect.check(a.errors.contains { $0.areAllBrokersDown }, "the consumer says so")
                expect.equal(bench.result(a, number), "aborted _TIMED_OUT", "the commit")
                expect.check(a.session?.takeTrouble() == true, "the committer has met trouble")
                expect.equal(bench.commit(a, 0, offset: 1, "again"), "committed", "the next one")
                expect.equal(a.owned.count, 2, "partitions")
            },
            Script(
                name: "lost answers change nothing",
                options: {
                    $0.lostAnswerShare = 0.3
                    $0.muteNoticeShare = 0
                },
                body: { bench, expect in
                    let a = bench.joined("a", expect)
                    for offset in 1...6 {
                        expect.equal(bench.commit(a, 0, offset: Int64(offset), "s\(offset)"), "committed", "commit \(offset)")
                    }
                    _ = bench.wait(upTo: .seconds(20)) { !bench.isTransactionOpen }
                    expect.equal(bench.statuses(), ["s1", "s2", "s3", "s4", "s5", "s6"], "statuses")
                    expect.equal(bench.committedOffset(partition: 0), 6, "the offset")
                }),
            Script(
                name: "late copies meet a producer that was made anew",
                options: {
                    $0.lateCopyShare = 0.3
                    $0.muteNoticeShare = 0
                },
                body: { bench, expect in
                    let a = bench.joined("a", expect)
                    for offset in 1...6 {
                        expect.equal(bench.commit(a, 0, offset: Int64(offset), "s\(offset)"), "committed", "commit \(offset)")
                        bench.pass(.seconds(2))
                    }
                    bench.pass(.seconds(40))
                    expect.equal(bench.statuses(), ["s1", "s2", "s3", "s4", "s5", "s6"], "statuses")
                    expect.equal(bench.committedOffset(partition: 0), 6, "the offset")
                }),
        ]
    }
}
