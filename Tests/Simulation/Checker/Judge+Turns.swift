import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// After each turn of a pipeline: what it keeps in memory, and whether it stands in its own way.
extension Judge {
    /// More turns in a second than anything that is simulated can ask for.
    private static let mostTurns = 20_000

    func turned(_ process: SimulatedProcess, _ pipeline: Pipeline, _ look: Pipeline.Look) {
        if !look.isSendingAllowed || look.isGivingBack || !look.hasSession { process.disturbedAt = world.monotonic }
        if let began = look.commitBegan { process.commitBegan = began }
        process.turns += 1
        if process.turns % options.recountStride == 0 || process.disturbedAt == world.monotonic { recount(process, pipeline) }
        countTurn(process)
        judgeReading(process, pipeline, look)
    }

    /// A third of the time that a schedule takes, after each turn.
    func recount(_ process: SimulatedProcess, _ pipeline: Pipeline) {
        for wrong in pipeline.checkInvariants() { find(.invariant, "p\(process.number): \(wrong)") }
    }

    private func countTurn(_ process: SimulatedProcess) {
        let second = world.nanoseconds / 1_000_000_000
        if second != turnSecond { (turnSecond, turnsInSecond) = (second, 0) }
        turnsInSecond += 1
        if turnsInSecond > Self.mostTurns { find(.busy, "p\(process.number) and others: \(turnsInSecond) turns within a second") }
    }

    /// Nothing is read although more could be sent, and what waits stands behind its own key.
    private func judgeReading(_ process: SimulatedProcess, _ pipeline: Pipeline, _ look: Pipeline.Look) {
        guard look.isReadingStopped, look.isSendingAllowed, look.freeSlots > 0, look.intents == 0, options.rateLimit == 0 else {
            if process.heldUpSince != nil { process.heldUpSince = nil }
            return
        }
        let behind = pipeline.behindKeys
        guard look.waiting - behind + behind / 10 < options.maxWaiting, behind * 2 > look.waiting, hasUnread(pipeline) else {
            process.heldUpSince = nil
            return
        }
        guard let since = process.heldUpSince else {
            process.heldUpSince = world.monotonic
            return
        }
        if world.monotonic - since >= .seconds(3) {
            find(
                .readingHeld,
                "p\(process.number): \(behind) of \(look.waiting) that wait stand behind their key, \(look.freeSlots) slots are free")
        }
    }

    /// A request of another key than those that wait, or of none, is there to be read.
    private func hasUnread(_ pipeline: Pipeline) -> Bool {
        for course in partitions {
            guard let position = pipeline.position(in: course.key), position < Int64(course.cases.count) else { continue }
            let waiting = Set(course.cases[..<Int(position)].filter { !isSettled($0) }.map(\.key))
            if course.cases[Int(position)...].contains(where: { $0.kind == .request && !waiting.contains($0.key) }) { return true }
        }
        return false
    }
}
