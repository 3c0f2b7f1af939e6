internal import Requests

/// Names one ownership of one partition in this process; another assignment of the same partition has another one.
package struct AssignmentID: Hashable, Sendable {
    package let value: UInt64

    package init(value: UInt64) {
        self.value = value
    }
}
