/// Names one request of a server, to answer it later.
package struct HTTPExchange: Sendable {
    let loop: ServerLoop
    let slot: Int
    let generation: UInt64

    /// Answers a request whose handler returned `.suspend`. Without effect when it is answered already, when its client has gone,
    /// and when the server has stopped. From any thread.
    package func answer(_ action: HTTPAction) {
        loop.execute { [self] in loop.answer(slot: slot, generation: generation, action) }
    }
}
