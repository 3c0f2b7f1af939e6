/// Octets that a field may have, its NUL among them (SMPP 3.4, 4.1 to 4.7).
enum FieldLimits {
    static let systemID = 16
    /// The standard says 9; some peers have passwords of 16, and to send one is the operator's affair.
    static let password = 17
    static let systemType = 13
    static let addressRange = 41
    static let serviceType = 6
    static let address = 21
    /// In data_sm.
    static let dataAddress = 65
    static let time = 17
    static let messageID = 65
}
