import Requests
import SMSPipeline
import Time

/// Bytes that stay where they are as long as the arena lives: what logs hold is lent out by pointer.
final class ByteArena {
    private static let blockSize = 1 << 16
    private var blocks: [UnsafeMutableRawPointer] = []
    private var next: UnsafeMutableRawPointer
    private var left: Int
    /// For a record without headers: a count of 0.
    let noHeaders: UnsafeRawPointer

    init() {
        let block = UnsafeMutableRawPointer.allocate(byteCount: Self.blockSize, alignment: 16)
        block.storeBytes(of: 0, as: Int.self)
        blocks.append(block)
        noHeaders = UnsafeRawPointer(block)
        next = block + 16
        left = Self.blockSize - 16
    }

    deinit { for block in blocks { block.deallocate() } }

    func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let target = reserve(bytes.count)
        if let base = bytes.baseAddress, !bytes.isEmpty { target.copyMemory(from: base, byteCount: bytes.count) }
        return UnsafeRawBufferPointer(start: target, count: bytes.count)
    }

    func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer { bytes.withUnsafeBytes { copy($0) } }

    /// A header list as `HeaderList` lays it out, behind its count.
    func copyHeaders(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer {
        guard !bytes.isEmpty, let base = bytes.baseAddress else { return noHeaders }
        let target = reserve(bytes.count + 8)
        target.storeBytes(of: bytes.count, as: Int.self)
        (target + 8).copyMemory(from: base, byteCount: bytes.count)
        return UnsafeRawPointer(target)
    }

    private func reserve(_ count: Int) -> UnsafeMutableRawPointer {
        let size = (count + 7) & ~7
        if size > left {
            left = max(Self.blockSize, size)
            next = UnsafeMutableRawPointer.allocate(byteCount: left, alignment: 16)
            blocks.append(next)
        }
        defer {
            next += size
            left -= size
        }
        return next
    }
}
