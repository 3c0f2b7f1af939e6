/// A generation in which a transaction was refused: trying again in it gains nothing.
struct RefusedGeneration: Equatable {
    let generation: Int32
    let memberID: String
}
