/// Where receipts are kept before the message centre is told so. Lives on the loop.
package protocol ReceiptKeeper: AnyObject {
    /// False from when something could not be written for ten seconds until a write passes.
    var canWrite: Bool { get }
    /// `canWrite` is another now.
    var changed: (_ canWrite: Bool) -> Void { get set }
    /// - Parameter kept: called on the loop, later, once the record is safe; never where it is not.
    func write(_ record: ReceiptRecord, kept: @escaping () -> Void)
    /// One came and did not get as far as `write`: its bind takes no more at a time. It has no answer, and comes again to another bind alone.
    func notTaken()
}
