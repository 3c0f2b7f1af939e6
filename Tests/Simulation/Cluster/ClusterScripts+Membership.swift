import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The group, seen through sessions.
extension ClusterScripts {
    static var membership: [Script] {
        [
            Script(name: "a revoke is held back: the generation stays, and transactions commit") { bench, expect in
                let a = bench.joined("a", expect)
                a.keepsRevokes = true
                let b = bench.begin(stem: "b", instanceID: nil)
                expect.check(bench.wait(upTo: .seconds(30)) { a.kept != nil }, "a revoke comes")
                let before = a.session?.membership()
                bench.pass(.seconds(30))
                expect.equal(a.session?.membership(), before, "the membership")
                expect.equal(b.owned, [], "partitions of the newcomer")
                let moving = a.kept?.first?.partition ?? 0
                expect.equal(bench.commit(a, moving, offset: 1, "drained"), "committed", "a commit meanwhile")
                a.answerKept()
                expect.check(bench.wait(upTo: .seconds(30)) { b.owned == [moving] }, "the newcomer gets it")
            },
            Script(
                name: "eager members give up everything", options: { $0.isCooperative = false },
                body: { bench, expect in
                    let a = bench.joined("a", expect)
                    let b = bench.begin(stem: "b", instanceID: nil)
                    expect.check(bench.wait(upTo: .seconds(30)) { a.owned.count == 1 && b.owned.count == 1 }, "each gets one")
                    expect.equal(a.revokes.map(\.partitions), [[0, 1]], "revokes")
                }),
            Script(name: "cooperative members give up what moves") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.begin(stem: "b", instanceID: nil)
                expect.check(bench.wait(upTo: .seconds(30)) { a.owned.count == 1 && b.owned.count == 1 }, "each gets one")
                expect.equal(a.revokes.map(\.partitions.count), [1], "revokes")
            },
            Script(name: "who leaves is not waited for") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.begin(stem: "b", instanceID: nil)
                _ = bench.wait(upTo: .seconds(30)) { a.owned.count == 1 && b.owned.count == 1 }
                a.session?.leaveGroup()
                expect.check(bench.wait(upTo: .seconds(10)) { a.session?.isClosed == true }, "it is closed")
                expect.check(bench.wait(upTo: .seconds(10)) { b.owned == [0, 1] }, "the other gets its partitions")
            },
            Script(name: "no heartbeat goes out behind the leaving") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.begin(stem: "b", instanceID: nil)
                _ = bench.wait(upTo: .seconds(30)) { a.owned.count == 1 && b.owned.count == 1 }
                bench.pass(.seconds(10))
                a.keepsRevokes = true
                a.session?.leaveGroup()
                expect.check(bench.wait(upTo: .seconds(25)) { b.owned == [0, 1] }, "it is evicted while it drains")
                expect.equal(bench.commit(a, 0, offset: 1, "late"), "membership UNKNOWN_MEMBER_ID", "its commit")
            },
            Script(name: "a frozen member is evicted, and hears of it") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.begin(stem: "b", instanceID: nil)
                _ = bench.wait(upTo: .seconds(30)) { a.owned.count == 1 && b.owned.count == 1 }
                bench.pass(.seconds(5))
                bench.freeze(a)
                expect.check(bench.wait(upTo: .seconds(25)) { b.owned == [0, 1] }, "its partition goes to the other")
                _ = a.session?.membership()
                bench.thaw(a)
                let number = a.commitAsRead(a.owned.first ?? 0, offset: 1, status: "late")
                expect.equal(bench.result(a, number), "membership UNKNOWN_MEMBER_ID", "its commit")
                expect.check(bench.wait(upTo: .seconds(10)) { a.revokes.last?.isLost == true }, "it hears of the loss")
                expect.check(bench.wait(upTo: .seconds(30)) { a.owned.count == 1 }, "it comes back")
                expect.equal(bench.statuses(), [], "statuses")
            },
            Script(name: "a dynamic member whose loss was swallowed hears of it when it joins") { bench, expect in
                let a = bench.joined("a", expect)
                a.keepsRevokes = true
                let b = bench.begin(stem: "b", instanceID: nil)
                _ = bench.wait(upTo: .seconds(30)) { a.kept != nil }
                bench.freeze(a)
                expect.check(bench.wait(upTo: .seconds(40)) { b.owned == [0, 1] }, "the other gets everything")
                bench.thaw(a)
                bench.pass(.seconds(8))
                expect.check(!a.revokes.contains { $0.isLost }, "nothing is said while an event is unanswered")
                a.keepsRevokes = false
                a.answerKept()
                expect.check(bench.wait(upTo: .seconds(30)) { a.revokes.contains { $0.isLost } }, "then it is")
            },
            Script(name: "a static member whose loss was swallowed comes back with its old partitions alive") { bench, expect in
                let a = bench.joined("a", instanceID: "A", expect)
                a.keepsRevokes = true
                let b = bench.begin(stem: "b", instanceID: "B")
                _ = bench.wait(upTo: .seconds(30)) { a.kept != nil }
                bench.freeze(a)
                expect.check(bench.wait(upTo: .seconds(40)) { b.owned == [0, 1] }, "the other gets everything")
                bench.thaw(a)
                bench.pass(.seconds(8))
                expect.equal(a.session?.membership()?.memberID, "", "the member id")
                a.answerKept()
                expect.check(bench.wait(upTo: .seconds(10)) { a.session?.membership()?.memberID.isEmpty == false }, "it joins again")
                expect.check(!a.revokes.contains { $0.isLost }, "nobody hears of the loss")
                expect.equal(a.owned.count, 1, "partitions that it believes to own")
                // The generation may go on once more before the transaction gets there.
                let words = (0..<3).map { _ in bench.commit(a, a.owned.first ?? 0, offset: 1, "stale") }
                expect.check(words.contains("committed"), "its commit: \(words)")
            },
            Script(name: "a static member that comes again at once is given what it had") { bench, expect in
                let a = bench.joined("a", instanceID: "A", expect)
                let b = bench.begin(stem: "b", instanceID: "B")
                _ = bench.wait(upTo: .seconds(30)) { a.owned.count == 1 && b.owned.count == 1 }
                bench.pass(.seconds(10))
                let before = b.session?.membership()
                bench.kill(a)
                let again = bench.begin(stem: "a", instanceID: "A")
                expect.check(bench.wait(upTo: .seconds(5)) { again.owned == a.owned }, "the same partition")
                expect.equal(b.session?.membership(), before, "the other's membership")
                bench.pass(.seconds(30))
                expect.check(b.revokes.isEmpty, "nobody else has to give anything up")
            },
            Script(name: "of two living members of one name the first is fenced") { bench, expect in
                let a = bench.joined("a", instanceID: "A", expect)
                let second = bench.joined("b", instanceID: "A", expect)
                expect.check(
                    bench.wait(upTo: .seconds(10)) { a.errors.contains { $0.kind == .fencedInstance } }, "the first one hears of it")
                expect.equal(bench.commit(a, 0, offset: 1, "rival"), "rival", "the first one's commit")
                expect.equal(bench.commit(second, 0, offset: 1, "good"), "committed", "the second one's commit")
            },
        ]
    }
}
