/// What chance decides of one part, each by bits of its own: so one seed has one course, in whatever order parts come.
enum CentreChance: Int, CaseIterable {
    case emptyID, never, twice, conflict, mo, bind, secondBind

    static let salt: UInt64 = 0x534D_5343
}

extension SimulatedProvider {
    func bits(_ chance: CentreChance, _ sequence: Int) -> UInt64 {
        SplitMix64.bits(seed: seed ^ CentreChance.salt, index: sequence * 16 + chance.rawValue)
    }

    func happens(_ chance: CentreChance, _ sequence: Int, _ share: Double) -> Bool {
        share > 0 && Double(bits(chance, sequence) >> 11) / Double(UInt64(1) << 53) < share
    }
}
