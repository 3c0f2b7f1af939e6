/// Confluent's frame around a value: a zero byte, which no JSON begins with, and the schema's id in four, the highest first.
package enum SchemaFrame {
    package static let size = 5

    package static func bytes(id: UInt32) -> [UInt8] { [0] + withUnsafeBytes(of: id.bigEndian) { [UInt8]($0) } }

    /// What stands within; a value without a frame is given back as it is.
    package static func removed(from value: [UInt8]) -> ArraySlice<UInt8> { value.first == 0 ? value.dropFirst(size) : value[...] }
}
