internal import Glibc
internal import Requests

/// The files with secrets that this worker was started with. What came through a pipe, or as a value, cannot be read again.
package struct SecretFiles: Sendable {
    private let settings: ConfigurationSettings
    private static let maximumBytes = 1_048_576

    package init(_ settings: ConfigurationSettings) { self.settings = settings }

    /// Nil: none of it stands in a file that can be read again.
    package func credentials() -> WatchedSecret<Credentials>.Look? {
        guard areReadableAgain([.providerUsernameFile, .providerPasswordFile, .providerPasswordMD5File]) else { return nil }
        var problems: [String] = []
        guard let credentials = CredentialSource(settings).read(&problems) else { return .wrong(problems.joined(separator: " ")) }
        return .found(credentials)
    }

    /// Nil: as above, or messages do not go over SMPP.
    package func smppPassword() -> WatchedSecret<SecretText>.Look? {
        guard settings.isSMPP, areReadableAgain([.smppPasswordFile]) else { return nil }
        var problems: [String] = []
        guard let password = CredentialSource(settings).readSMPPPassword(&problems) else { return .wrong(problems.joined(separator: " ")) }
        return .found(password)
    }

    /// Nil: as above.
    package func token() -> WatchedSecret<AdminToken>.Look? {
        guard areReadableAgain([.adminTokenFile]) else { return nil }
        var problems: [String] = []
        guard let token = CredentialSource(settings).readToken(&problems) else { return .wrong(problems.joined(separator: " ")) }
        return .found(token)
    }

    /// Nil: as above.
    ///
    /// - Parameter base: of the start, for all that is neither a secret nor a certificate.
    package func access(base: KafkaProperties) -> WatchedSecret<KafkaAccess>.Look? {
        guard areReadableAgain([.kafkaPropertiesFile]), let path = settings.text(.kafkaPropertiesFile) else { return nil }
        var newer = KafkaProperties()
        let problems = newer.read(path)
        guard problems.isEmpty else { return .wrong(problems.joined(separator: " ")) }
        return Self.fingerprint(base.withAccess(of: newer))
    }

    /// The start's own.
    package func access(of properties: KafkaProperties) -> KafkaAccess {
        guard case .found(let access) = Self.fingerprint(properties.withAccess(of: properties)) else {
            return KafkaAccess(properties: properties.withAccess(of: properties))
        }
        return access
    }

    private static func fingerprint(_ properties: KafkaProperties) -> WatchedSecret<KafkaAccess>.Look {
        var hasher = Hasher()
        for path in properties.accessFiles {
            guard isRegularFile(path) else { continue }
            do throws(BoundedFile.Problem) {
                hasher.combine(try BoundedFile.read(path, atMost: maximumBytes))
            } catch {
                let shown = ConfigurationKey.isPlainPath(path) ? path : "a file that it names"
                return .wrong("\(ConfigurationKey.kafkaPropertiesFile.environment): \(shown) cannot be read: \(error.reason).")
            }
        }
        return .found(KafkaAccess(properties: properties, fingerprint: hasher.finalize()))
    }

    /// Where a file is missing just now it is, and reading it says what is wrong.
    private func areReadableAgain(_ keys: [ConfigurationKey]) -> Bool {
        let paths = keys.compactMap { settings.text($0) }
        return !paths.isEmpty && paths.allSatisfy { Self.isRegularFile($0) ?? true }
    }

    /// Nil: there is none. Links are followed: Kubernetes changes a secret by another link.
    private static func isRegularFile(_ path: String) -> Bool? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFREG
    }

    private static func isRegularFile(_ path: String) -> Bool { isRegularFile(path) ?? false }
}
