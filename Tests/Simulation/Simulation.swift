/// Runs the worker's own code through schedules of faults on a virtual clock: `scripts/simulate --help`.
@main
enum Simulation {
    static func main() {}
}
