/// The digits of an international number, packed.
struct PhoneNumber: Hashable, Sendable {
    let digits: UInt64
    /// 1...19; leading zeros count.
    let count: UInt8

    /// - Returns: nil for what is not a number by these switches.
    init?(_ value: FormValue, _ switches: SimulatorSwitches) {
        if value.isEscaped {
            guard let number = value.bytes.withUnsafeBytes({ PhoneNumber($0, switches) }) else { return nil }
            self = number
        } else {
            guard let number = PhoneNumber(value.raw, switches) else { return nil }
            self = number
        }
    }

    init?(_ text: UnsafeRawBufferPointer, _ switches: SimulatorSwitches) {
        var digits: UInt64 = 0
        var count = 0
        for (index, byte) in text.enumerated() {
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                guard count < 19 else { return nil }
                digits = digits * 10 + UInt64(digit)
                count += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "+") where index == 0 && switches.phoneFormat != .strict: continue
            case UInt8(ascii: " ") where index == 0 && switches.phoneFormat != .strict: continue
            case _ where switches.phoneFormat != .lenient: return nil
            case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"): continue
            default: return nil
            }
        }
        guard count >= switches.phoneMinimumDigits, count <= switches.phoneMaximumDigits else { return nil }
        self.digits = digits
        self.count = UInt8(count)
        guard isAllowed(switches) else { return nil }
    }

    private func isAllowed(_ switches: SimulatorSwitches) -> Bool {
        let isBelarusian = count == 12 && digits / 1_000_000_000 == 375
        if !isBelarusian { return switches.foreignNumbers == .accept }
        guard switches.belarusNumbers == .mobile else { return true }
        switch digits / 10_000_000 % 100 {
        case 25, 29, 33, 44: return true
        default: return false
        }
    }

    var string: String {
        let text = String(digits)
        return String(repeating: "0", count: max(0, Int(count) - text.utf8.count)) + text
    }
}
