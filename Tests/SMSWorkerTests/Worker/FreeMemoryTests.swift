import Glibc
import Testing

@testable import SMSWorker

@Suite struct FreeMemoryTests {
    /// What stays in use stands between what is free, as it is after a backlog.
    @Test func whatStandsFreeBetweenPiecesInUseIsGivenBack() throws {
        var pieces = (0..<200_000).map { _ -> UnsafeMutableRawPointer in
            let piece = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 16)
            // So that it is resident.
            piece.initializeMemory(as: UInt8.self, repeating: 1, count: 512)
            return piece
        }
        defer { for piece in pieces { piece.deallocate() } }
        var kept: [UnsafeMutableRawPointer] = []
        for (index, piece) in pieces.enumerated() {
            if index % 64 == 0 { kept.append(piece) } else { piece.deallocate() }
        }
        pieces = kept
        let before = try residentBytes()
        #expect(FreeMemory.giveBack())
        // Of 98 MiB; others run beside this.
        #expect(try residentBytes() <= before - 64 * 1_048_576)
    }

    private func residentBytes() throws -> Int {
        let statistics = try #require(ProcessStatistics(BoundedFile.read("/proc/self/stat", atMost: 4_096)))
        return Int(statistics.residentPages) * Int(getpagesize())
    }
}
