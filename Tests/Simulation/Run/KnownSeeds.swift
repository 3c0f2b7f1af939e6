import Glibc
import Requests
import SMSPipeline
import Time

/// Seeds that failed once: `seeds.txt`, a seed a line and what it showed.
enum KnownSeeds {
    static let all: [UInt64] = {
        let path = getenv("SIMULATION_SEEDS").map { String(cString: $0) } ?? "Tests/Simulation/seeds.txt"
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var seeds: [UInt64] = []
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, 512, file) != nil {
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            if let seed = UInt64(String(decoding: text.prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)) { seeds.append(seed) }
        }
        return seeds
    }()
}
