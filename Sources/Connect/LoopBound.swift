/// Carries an object of the loop through another thread and back.
///
/// `@unchecked Sendable`: the other threads only carry it; `value` is touched on the loop.
package struct LoopBound<Value: AnyObject>: @unchecked Sendable {
    package let value: Value

    package init(value: Value) { self.value = value }
}
