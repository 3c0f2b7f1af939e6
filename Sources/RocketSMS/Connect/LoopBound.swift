/// Carries an object of the loop through another thread and back.
///
/// `@unchecked Sendable`: the other threads only carry it; `value` is touched on the loop.
struct LoopBound<Value: AnyObject>: @unchecked Sendable {
    let value: Value
}
