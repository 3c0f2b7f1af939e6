/// The answer of a call that has nothing to say but that it was done.
package struct Done: Equatable, Sendable {
    package init() {}
}
