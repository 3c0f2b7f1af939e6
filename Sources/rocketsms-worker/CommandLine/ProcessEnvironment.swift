internal import Glibc
internal import Requests
internal import SMSPipeline

/// The variables that the process was started with.
enum ProcessEnvironment {
    /// Variables that are no UTF-8 keep their place with replacement characters; of a repeated name the first counts, as in `getenv`.
    static var current: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let pointer = entry.pointee {
            let parts = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, variables[String(parts[0])] == nil { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }
}
