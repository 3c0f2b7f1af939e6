import Requests
import SMSPipeline
import Time

/// Shares partitions out, as the group's leader does.
enum Assignor {
    /// - Parameter members: what each says that it owns, and since which generation.
    static func assign(_ partitions: [Int], to members: [(owned: [Int], since: Int32)], isCooperative: Bool) -> [[Int]] {
        isCooperative ? sticky(partitions, members) : range(partitions, members.count)
    }

    private static func range(_ partitions: [Int], _ count: Int) -> [[Int]] {
        (0..<count).map { member in
            let first = partitions.count * member / count
            return Array(partitions[first..<(partitions.count * (member + 1) / count)])
        }
    }

    /// Balanced, with the least moves. What moves is given to nobody in this generation: its owner gives it up first.
    private static func sticky(_ partitions: [Int], _ members: [(owned: [Int], since: Int32)]) -> [[Int]] {
        // Of two that claim one partition, the later generation is right.
        var owner: [Int?] = partitions.map { partition in
            var best: Int?
            for (index, member) in members.enumerated() where member.owned.contains(partition) {
                if best.map({ members[$0].since < member.since }) ?? true { best = index }
            }
            return best
        }
        let before = owner
        var counts = [Int](repeating: 0, count: members.count)
        for case let member? in owner { counts[member] += 1 }
        for index in partitions.indices where owner[index] == nil {
            let least = counts.indices.min { counts[$0] < counts[$1] } ?? 0
            owner[index] = least
            counts[least] += 1
        }
        while let most = counts.indices.max(by: { counts[$0] < counts[$1] }),
            let least = counts.indices.min(by: { counts[$0] < counts[$1] }),
            counts[most] - counts[least] > 1, let index = owner.lastIndex(of: most)
        {
            owner[index] = least
            counts[most] -= 1
            counts[least] += 1
        }
        var shares = [[Int]](repeating: [], count: members.count)
        for (index, partition) in partitions.enumerated() {
            guard let member = owner[index], before[index] == nil || before[index] == member else { continue }
            shares[member].append(partition)
        }
        return shares
    }
}
