import Glibc
import Requests
import SMSPipeline
import Time

/// Seeds with a history, a seed a line and what it showed.
enum KnownSeeds {
    /// Failed once, and run first for ever.
    static let all = read("Tests/Simulation/seeds.txt")

    private static func read(_ path: String) -> [UInt64] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var seeds: [UInt64] = []
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, 512, file) != nil {
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            if let seed = UInt64(String(decoding: text.prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)) { seeds.append(seed) }
        }
        return seeds
    }
}
