import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The course of one schedule: a line a step, in columns, where somebody wants to read it; else only its hash.
final class Trace {
    let isOn: Bool
    private let world: World
    private(set) var lines: [String] = []
    /// Of what has happened so far: two runs of one seed have the same.
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    init(world: World, isOn: Bool) {
        self.world = world
        self.isOn = isOn
    }

    func mix(_ value: UInt64) { hash = (hash ^ value) &* 0x100_0000_01b3 }

    /// - Parameter process: its number; -1: the world's own.
    func note(_ process: Int, _ what: StaticString, _ detail: @autoclosure () -> String) {
        mix(UInt64(bitPattern: world.nanoseconds) ^ UInt64(UInt(bitPattern: process)) << 48 ^ UInt64(what.utf8CodeUnitCount))
        guard isOn else { return }
        line(process, "\(what)", detail())
    }

    func answer(_ process: Int, _ answer: SessionAnswer) {
        mix(UInt64(bitPattern: world.nanoseconds) ^ UInt64(UInt(bitPattern: process)) << 32)
        guard isOn else { return }
        switch answer {
        case .flushed(let number): line(process, "flushed", "\(number)")
        case .committed(let number, let result): line(process, "committed", "\(number) \(result)")
        case .producersRebuilt(let error): line(process, "producers", error.map { $0.name } ?? "new")
        case .restored(let partition, _, .success(let restore)):
            line(
                process, "restored",
                "\(partition.topic)-\(partition.partition) committed \(restore.committed.map { "\($0)" } ?? "none") log \(restore.low)…\(restore.high) active \(restore.ledger.active.count) tracked \(restore.ledger.tracked.count) closed \(restore.ledger.closed.count)"
            )
        case .restored(let partition, _, .failure(let error)): line(process, "not restored", "\(partition) \(error)")
        case .looked: line(process, "looked", "")
        case .swept(let partition, _, .success(let sweep)):
            line(process, "swept", "\(partition.topic)-\(partition.partition) \(sweep.closed.count)")
        case .swept(let partition, _, .failure(let error)): line(process, "not swept", "\(partition) \(error)")
        case .counted(let count, _): line(process, "counted", count.map { "\($0)" } ?? "not")
        }
    }

    private func line(_ process: Int, _ what: String, _ detail: String) {
        let microseconds = world.elapsed.nanoseconds / 1_000
        let time = "\(microseconds / 1_000_000)." + String(String(1_000_000 + microseconds % 1_000_000).dropFirst())
        let who = process < 0 ? "–" : "p\(process)"
        lines.append(Self.pad(time, 11, left: true) + "  " + Self.pad(who, 4) + Self.pad(what, 14) + detail)
    }

    private static func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return left ? blanks + text : text + blanks
    }
}
