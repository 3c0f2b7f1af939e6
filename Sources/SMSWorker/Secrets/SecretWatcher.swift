internal import EventLoop
internal import Logging
internal import Requests
internal import Synchronization

/// Looks at the files with secrets every five seconds, on a thread of its own, and gives on what is to be taken.
final class SecretWatcher: Sendable {
    private static let interval = Duration.seconds(5)

    private let thread: WorkThread
    private let ticks: Task<Void, Never>

    /// - Parameter take: gets each change in turn, on the thread.
    init(
        _ files: SecretFiles, _ watch: SecretWatch, base: KafkaProperties, log: Logger = Logger(label: "secrets"),
        take: @escaping @Sendable (SecretWatch.Action) -> Void
    ) throws(EventLoopError) {
        let thread = try WorkThread(name: "secrets")
        self.thread = thread
        let looker = Looker(files, watch, base: base, log: log, take: take)
        ticks = Task {
            while (try? await Task.sleep(for: Self.interval)) != nil {
                // A file system may hang; looks do not pile up behind it.
                guard looker.mayBegin() else { continue }
                thread.submit { looker.look() }
            }
        }
    }

    /// A look that is under way may still be taken.
    func stop() {
        ticks.cancel()
        thread.abandon()
    }

    private final class Looker: Sendable {
        private let files: SecretFiles
        private let watch: Mutex<SecretWatch>
        private let base: KafkaProperties
        private let log: Logger
        private let take: @Sendable (SecretWatch.Action) -> Void
        private let isLooking = Atomic<Bool>(false)

        init(
            _ files: SecretFiles, _ watch: SecretWatch, base: KafkaProperties, log: Logger,
            take: @escaping @Sendable (SecretWatch.Action) -> Void
        ) {
            self.files = files
            self.watch = Mutex(watch)
            self.base = base
            self.log = log
            self.take = take
        }

        func mayBegin() -> Bool { !isLooking.exchange(true, ordering: .acquiring) }

        func look() {
            defer { isLooking.store(false, ordering: .releasing) }
            let looks = SecretWatch.Looks(
                credentials: files.credentials(), smppPassword: files.smppPassword(), token: files.token(), access: files.access(base: base)
            )
            for action in watch.withLock({ $0.saw(looks) }) {
                guard case .complain(let sentence) = action else {
                    take(action)
                    continue
                }
                log.warning("\(sentence) The secret of before stays in use.")
            }
        }
    }
}
