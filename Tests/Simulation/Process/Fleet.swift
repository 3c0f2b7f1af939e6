import EventLoop
import Requests
import SMSPipeline
import SMSWorker
import Time

/// The workers' places: in each one process is wanted, and whoever looks after them starts another when it is gone.
final class Fleet {
    private final class Place {
        let number: Int
        var name: String
        var renames = 0
        var process: SimulatedProcess?
        var isStarting = false

        init(number: Int) {
            self.number = number
            name = "w\(number)"
        }
    }

    private let world: World
    private let cluster: Cluster
    private let provider: ProviderSide
    private let door: DoorSide?
    private let judge: Judge
    private let options: Options
    private let trace: Trace
    private let places: [Place]
    private(set) var all: [SimulatedProcess] = []
    /// None is started any more.
    var isStopping = false

    init(cluster: Cluster, provider: ProviderSide, door: DoorSide?, judge: Judge, options: Options, trace: Trace) {
        world = cluster.world
        self.cluster = cluster
        self.provider = provider
        self.door = door
        self.judge = judge
        self.options = options
        self.trace = trace
        places = (0..<options.workers).map { Place(number: $0) }
        for place in places { start(place, after: world.duration(0...2_000_000)) }
    }

    var running: [SimulatedProcess] { all.filter { $0.isRunning } }

    /// Every place has its process, and it runs.
    var isWhole: Bool { places.allSatisfy { $0.process?.isRunning == true && $0.process?.isFrozen == false } }

    private func start(_ place: Place, after delay: Duration) {
        guard !place.isStarting else { return }
        place.isStarting = true
        world.schedule(after: delay) { [self] in
            place.isStarting = false
            guard !isStopping, place.process?.isRunning != true else { return }
            place.process = launch(place.name)
            place.process?.onEnd = { [unowned self] in ended($0, place) }
        }
    }

    private func launch(_ name: String) -> SimulatedProcess {
        let process = SimulatedProcess(
            number: all.count, name: name, cluster: cluster, provider: provider, door: door, judge: judge, options: options, trace: trace)
        trace.note(process.number, "started", name)
        all.append(process)
        judge.started(process)
        return process
    }

    private func ended(_ process: SimulatedProcess, _ place: Place) {
        judge.ended(process)
        // As Kubernetes does: again, a little later.
        if place.process === process { start(place, after: world.duration(200_000...3_000_000)) }
    }

    private func place(_ number: Int) -> Place { places[number % places.count] }

    // MARK: What happens

    /// All are told to stop, and none is started; what stands still is ended.
    func pause() {
        isStopping = true
        for process in running {
            if process.isFrozen || world.chance(0.2) { process.kill() } else { process.drain() }
        }
    }

    func resume() {
        isStopping = false
        for place in places { start(place, after: world.duration(0...500_000)) }
    }

    func kill(_ number: Int, downtime: Duration) {
        let place = place(number)
        guard let process = place.process, process.isRunning else { return }
        process.kill()
        start(place, after: downtime)
    }

    func freeze(_ number: Int, for duration: Duration) { place(number).process?.freeze(for: duration) }

    func freeze(_ number: Int, for duration: Duration, behindRequest request: Int) {
        place(number).process?.freeze(for: duration, behindRequest: request)
    }

    func stutter(_ number: Int, _ first: Duration, awake: Duration, _ second: Duration) {
        place(number).process?.stutter(first, awake: awake, second)
    }

    func drain(_ number: Int) { place(number).process?.drain() }

    /// The next one in this place has another name.
    func rename(_ number: Int, downtime: Duration) {
        let place = place(number)
        place.renames += 1
        place.name = "w\(place.number)r\(place.renames)"
        if world.chance(0.5) { kill(number, downtime: downtime) } else { drain(number) }
    }

    /// A second process with the same name, for a while.
    func twin(_ number: Int, for duration: Duration) {
        let twin = launch(place(number).name)
        twin.onEnd = { [unowned self] in judge.ended($0) }
        world.schedule(after: duration) { twin.kill() }
    }

    /// Everything that stands still runs again.
    func healAll() { for process in all { process.heal() } }

    func drainAll() {
        isStopping = true
        for process in running { process.drain() }
    }

    /// The schedule is over.
    func end() {
        isStopping = true
        for process in running { process.kill() }
        for process in all {
            process.onEnd = { _ in }
            process.client.forget()
        }
    }
}
