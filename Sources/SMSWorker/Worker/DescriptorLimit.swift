internal import Glibc

/// Whether the process may open as many descriptors as its configuration can ask for. Without them connects fail one by one, in the middle
/// of the work, and Kafka's with the provider's.
package struct DescriptorLimit: Equatable, Sendable {
    /// libcurl has two of its own beside each connection's socket.
    private static let perConnection = 3
    /// Kafka's connections, topics' restores, the admin port, the program itself.
    private static let others = 256

    package enum Decision: Equatable, Sendable {
        case enough
        case raise(to: Int)
        case tooLow(limit: Int)
    }

    package let needed: Int

    /// - Parameter connections: to the provider, at most.
    package init(connections: Int) { needed = connections * Self.perConnection + Self.others }

    /// - Parameters:
    ///   - soft: what holds now.
    ///   - hard: what the process may raise it to.
    package func decision(soft: Int, hard: Int) -> Decision {
        if soft >= needed { return .enough }
        return hard >= needed ? .raise(to: needed) : .tooLow(limit: hard)
    }

    /// Raises this process's limit where that is needed and allowed.
    ///
    /// - Returns: a sentence where it is not allowed.
    func makeRoom() -> String? {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return nil }
        switch decision(soft: Int(clamping: limits.rlim_cur), hard: Int(clamping: limits.rlim_max)) {
        case .enough: return nil
        case .raise(let count):
            limits.rlim_cur = rlim_t(count)
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 { return nil }
            return sentence(limit: Int(clamping: limits.rlim_max))
        case .tooLow(let limit): return sentence(limit: limit)
        }
    }

    private func sentence(limit: Int) -> String {
        "SEND_MAX_IN_FLIGHT, TRACK_MAX_IN_FLIGHT: as many connections need \(needed) descriptors, and this process may open \(limit) "
            + "(ulimit -n, LimitNOFILE)"
    }
}
