internal import Glibc
internal import Synchronization

/// A server that a test started. It ends with the test process, however that ends: a shell between the two waits for the end of its input,
/// whose other side only this process holds, then ends the server and removes its folder.
package final class ChildProcess: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Of the server itself.
    package let pid: Int32
    private let keeper: pid_t
    private let input: Mutex<CInt>

    /// The keeper prints the server's pid first. `$0` is the folder, `$@` the command.
    private static let script = """
        folder=$0; log=$folder/server.log
        "$@" >"$log" 2>&1 </dev/null & server=$!
        echo $server
        cat >/dev/null
        kill -CONT $server 2>/dev/null; kill -TERM $server 2>/dev/null
        for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $server 2>/dev/null || break; sleep 0.2; done
        kill -KILL $server 2>/dev/null
        rm -rf "$folder"
        """

    /// - Parameters:
    ///   - command: an absolute path and its arguments.
    ///   - folder: an existing one; it takes the server's output, and is removed at the end.
    package init(_ command: [String], folder: String) throws {
        var toKeeper: [CInt] = [0, 0]
        var fromKeeper: [CInt] = [0, 0]
        guard pipe(&toKeeper) == 0, pipe(&fromKeeper) == 0 else { throw Failure(description: "no pipe") }
        for descriptor in toKeeper + fromKeeper { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toKeeper[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromKeeper[1], 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: an interrupt of the terminal ends the test process, and then the keeper does its work.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let arguments = ["/bin/sh", "-c", Self.script, folder] + command
        let pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var keeper = pid_t()
        let status = posix_spawn(&keeper, "/bin/sh", &actions, &attributes, pointers, environ)
        close(toKeeper[0])
        close(fromKeeper[1])
        defer { close(fromKeeper[0]) }
        guard status == 0 else {
            close(toKeeper[1])
            throw Failure(description: "/bin/sh could not be started: \(String(cString: strerror(status)))")
        }
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = read(fromKeeper[0], &buffer, buffer.count)
        guard let pid = pid_t(String(decoding: buffer.prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)), count > 0 else {
            close(toKeeper[1])
            throw Failure(description: "\(command[0]) could not be started")
        }
        self.pid = pid
        self.keeper = keeper
        input = Mutex(toKeeper[1])
    }

    deinit { stop() }

    package var isRunning: Bool { kill(pid, 0) == 0 }

    /// Sends a signal to the server, as `SIGSTOP`, `SIGKILL`.
    package func send(signal: Int32) { kill(pid, signal) }

    /// Ends the server and waits for its end, some seconds at most. A second call is without effect.
    package func stop() {
        let descriptor = input.withLock { input in
            defer { input = -1 }
            return input
        }
        guard descriptor >= 0 else { return }
        close(descriptor)
        waitpid(keeper, nil, 0)
    }
}
