internal import CLinux
internal import Glibc

/// Starts POSIX threads with a name, so that `ps -T` and a debugger tell who is who.
enum NamedThread {
    private final class Start: @unchecked Sendable {  // handed from the starting thread to the started one, once
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// - Returns: the thread's id, or nil when the system gives no thread.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        let status = pthread_create(&thread, nil, { argument in NamedThread.main(argument) }, start.toOpaque())
        guard status == 0 else {
            start.release()
            return nil
        }
        return thread
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        rs_name_thread(start.name)
        start.body()
        return nil
    }

    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// The loop whose thread this is, if any. Not retained: it is set by the loop's own `run`, which outlives every use.
    static var current: EventLoop? {
        get {
            guard let pointer = pthread_getspecific(key) else { return nil }
            return Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
        }
        set { pthread_setspecific(key, newValue.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }) }
    }
}
