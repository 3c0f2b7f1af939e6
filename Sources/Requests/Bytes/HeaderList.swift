/// Record headers inside a transaction's arena: name length, value length (-1: null), name, value, one after another.
package enum HeaderList {
    package static func append(_ headers: RecordHeaders, to bytes: inout [UInt8]) {
        headers.withEach { name, value in
            withUnsafeBytes(of: Int32(name.count)) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: Int32(value?.count ?? -1)) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: name)
            if let value { bytes.append(contentsOf: value) }
        }
    }

    /// Lends name and value of each; nil: a null value.
    package static func withEach(
        _ bytes: UnsafeRawBufferPointer, _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void
    ) {
        var index = 0
        while index < bytes.count {
            let nameCount = Int(bytes.loadUnaligned(fromByteOffset: index, as: Int32.self))
            let valueCount = Int(bytes.loadUnaligned(fromByteOffset: index + 4, as: Int32.self))
            let nameStart = index + 8
            let valueStart = nameStart + nameCount
            index = valueStart + max(0, valueCount)
            body(
                UnsafeRawBufferPointer(rebasing: bytes[nameStart..<valueStart]),
                valueCount < 0 ? nil : UnsafeRawBufferPointer(rebasing: bytes[valueStart..<index]))
        }
    }
}
