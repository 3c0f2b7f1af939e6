import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// Records and restores, seen through sessions.
extension ClusterScripts {
    static var reading: [Script] {
        [
            Script(name: "records come in order, and then the end") { bench, expect in
                for value in ["one", "two", "three"] { _ = bench.produce(partition: 0, value: value) }
                let a = bench.joined("a", expect)
                bench.pass(.seconds(1))
                a.take(0)
                expect.equal(a.read, [], "before it is resumed")
                a.start(0, at: 1)
                expect.check(
                    bench.wait(upTo: .seconds(5)) {
                        a.take(0)
                        return a.read == ["two", "three", "end 3"]
                    }, "two records and the end: \(a.read)")
                _ = bench.produce(partition: 0, value: "four")
                expect.check(
                    bench.wait(upTo: .seconds(5)) {
                        a.take(0)
                        return a.read == ["two", "three", "end 3", "four", "end 4"]
                    }, "the next one: \(a.read)")
            },
            Script(name: "who asked for an offset that there is not reads no more") { bench, expect in
                for value in ["one", "two"] { _ = bench.produce(partition: 0, value: value) }
                let a = bench.joined("a", expect)
                a.start(0, at: 1_000)
                expect.check(
                    bench.wait(upTo: .seconds(10)) {
                        a.take(0)
                        return a.read == ["offset lost"]
                    }, "the error: \(a.read)")
                a.start(0, at: 0)
                bench.pass(.seconds(3))
                a.take(0)
                expect.check(a.read == ["offset lost"], "nothing more: \(a.read)")
            },
            Script(name: "nothing of an ended assignment is delivered") { bench, expect in
                let a = bench.joined("a", expect)
                a.start(0, at: 0)
                a.start(1, at: 0)
                let b = bench.begin(stem: "b", instanceID: nil)
                _ = bench.wait(upTo: .seconds(30)) { b.owned.count == 1 }
                let gone = b.owned.first ?? 0
                _ = bench.produce(partition: gone, value: "foreign")
                bench.pass(.seconds(2))
                a.take(gone)
                expect.check(!a.read.contains("foreign"), "it reads on: \(a.read)")
            },
            Script(name: "a reader that retention has passed by hears of it") { bench, expect in
                for value in ["one", "two", "three"] { _ = bench.produce(partition: 0, value: value) }
                let a = bench.joined("a", expect)
                bench.expireRequests()
                a.start(0, at: 1)
                expect.check(
                    bench.wait(upTo: .seconds(5)) {
                        a.take(0)
                        return a.read == ["offset lost"]
                    }, "the error: \(a.read)")
            },
            Script(name: "a restore is given up when nobody wants it") { bench, expect in
                let a = bench.joined("a", expect)
                let b = bench.joined("b", owning: 1, expect)
                bench.pass(.seconds(10))
                bench.killInTransaction(a, expect)
                expect.check(bench.isTransactionOpen, "the transaction is open")
                let liveness = Liveness()
                b.restore(0, wantedWhile: liveness)
                bench.pass(.seconds(1))
                expect.check(b.restored[0] == nil, "it waits")
                liveness.end()
                expect.check(bench.wait(upTo: .milliseconds(500)) { b.restored[0] != nil }, "it ends")
            },
            Script(name: "what is produced by nobody in particular is restored as nothing") { bench, expect in
                _ = bench.produce(partition: 1, value: "one")
                let a = bench.joined("a", expect)
                expect.equal(bench.restore(a, 1), "committed -1, recorded -1, 0..<1", "the restore")
            },
        ]
    }
}
