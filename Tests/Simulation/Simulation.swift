import Glibc

/// Runs the worker's own code through schedules of faults on a virtual clock: `scripts/simulate --help`.
@main
enum Simulation {
    static func main() {
        let failures = ClusterScripts.run()
        for failure in failures { print(failure) }
        exit(failures.isEmpty ? 0 : 1)
    }
}
