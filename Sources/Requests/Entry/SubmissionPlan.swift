/// How a message would go out in parts: what the provider's side settles before the first one goes. `Submission` keeps it.
package struct SubmissionPlan: Equatable, Sendable {
    package let account: UInt32
    package let address: UInt16
    package let format: Submission.Format
    /// 1…255.
    package let count: Int

    package init(account: UInt32, address: UInt16, format: Submission.Format, count: Int) {
        self.account = account
        self.address = address
        self.format = format
        self.count = count
    }
}

extension Submission {
    /// - Parameter from: the number of the next receipt.
    package init(_ plan: SubmissionPlan, from: Int64) {
        self.init(account: plan.account, from: from, address: plan.address, format: plan.format, count: plan.count)
    }
}
