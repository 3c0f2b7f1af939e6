internal import Requests
internal import Time

/// A revoke that is not answered yet: what runs may finish, until the limit.
struct PendingRevoke {
    let partitions: [PartitionKey]
    let assignments: [Assignment]
    let deadline: MonotonicInstant
}
