import EventLoop
import Glibc
import TestSupport
import Testing
import Time

@testable import SMSWorker

@Suite struct BoundedFileTests {
    private func withPipe(_ body: (String) async throws -> Void) async throws {
        let folder = try makeTemporaryFolder("pipe")
        let path = "\(folder)/pipe"
        defer {
            unlink(path)
            rmdir(folder)
        }
        try #require(mkfifo(path, 0o600) == 0)
        try await body(path)
    }

    @Test(.timeLimit(.minutes(1))) func aPipeThatNobodyWritesToIsGivenUp() async throws {
        try await withPipe { path in
            let problem = #expect(throws: BoundedFile.Problem.self) {
                try BoundedFile.read(path, atMost: 100, patience: .milliseconds(50))
            }
            #expect(problem?.reason.contains("a pipe that nobody wrote to its end within 50ms") == true)
        }
    }

    @Test(.timeLimit(.minutes(1))) func aPipeIsReadUntilItsWriterClosesIt() async throws {
        try await withPipe { path in
            async let written: Bool = onThread {
                // Blocking, it would wait for ever for a reader that has given up.
                let deadline = MonotonicInstant.now + .seconds(40)
                var descriptor = open(path, O_WRONLY | O_NONBLOCK)
                while descriptor < 0, errno == ENXIO, MonotonicInstant.now < deadline {
                    sched_yield()
                    descriptor = open(path, O_WRONLY | O_NONBLOCK)
                }
                for piece in ["hun", "ter2"] { _ = write(descriptor, piece, piece.utf8.count) }
                return close(descriptor) == 0
            }
            let read = try await onThread { try BoundedFile.read(path, atMost: 100, patience: .seconds(50)) }
            #expect(read == Array("hunter2".utf8))
            #expect(try await written)
        }
    }
}
