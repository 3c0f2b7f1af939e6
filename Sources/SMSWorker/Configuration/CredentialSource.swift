internal import JSON
internal import Requests
internal import SMSPipeline

/// Where user name, password and token come from: a value or a file.
struct CredentialSource {
    private static let maximumBytes = 4_096

    let settings: ConfigurationSettings

    init(_ settings: ConfigurationSettings) { self.settings = settings }

    /// Nil where something is missing or wrong, with a sentence in `problems` for what is wrong. That something is missing,
    /// and that there is too much, are `ConfigurationChecks`' to say.
    func read(_ problems: inout [String]) -> Credentials? {
        let username = value(.providerUsername, file: .providerUsernameFile, &problems)
        let plain = value(.providerPassword, file: .providerPasswordFile, &problems)
        let md5 = value(.providerPasswordMD5, file: .providerPasswordMD5File, &problems)
        guard let username, let password = plain.map(Credentials.Password.plain) ?? md5.map({ .md5($0.lowercased()) }) else { return nil }
        return Credentials(username: username, password: password)
    }

    /// Nil where it is missing, or its file is wrong.
    func readSMPPPassword(_ problems: inout [String]) -> SecretText? {
        value(.smppPassword, file: .smppPasswordFile, &problems).map(SecretText.init)
    }

    /// Nil where none is asked for, or its file is wrong.
    func readToken(_ problems: inout [String]) -> AdminToken? {
        text(in: .adminTokenFile, .text(.token), &problems).map(AdminToken.init)
    }

    /// Nil where none is asked for, or its file is wrong.
    func readRegistryPassword(_ problems: inout [String]) -> SecretText? {
        text(in: .registryPasswordFile, .text(.line), &problems).map(SecretText.init)
    }

    private func value(_ key: ConfigurationKey, file fileKey: ConfigurationKey, _ problems: inout [String]) -> String? {
        if let value = settings.text(key) { return value }
        return text(in: fileKey, key.kind, &problems)
    }

    private func text(in fileKey: ConfigurationKey, _ kind: ConfigurationKind, _ problems: inout [String]) -> String? {
        guard let path = settings.text(fileKey) else { return nil }
        let reference = settings.reference(to: fileKey)
        let shown = ConfigurationKey.isPlainPath(path) ? path : "its file"
        var bytes: [UInt8]
        do throws(BoundedFile.Problem) {
            bytes = try BoundedFile.read(path, atMost: Self.maximumBytes)
        } catch {
            problems.append("\(reference): \(shown) cannot be read: \(error.reason).")
            return nil
        }
        ByteOrderMark.remove(from: &bytes)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), kind.parse(text) != nil else {
            let encoding = ByteOrderMark.isUTF16(bytes) ? "UTF-8, but UTF-16" : kind.requirement
            problems.append("\(reference): what \(shown) holds is not \(encoding).")
            return nil
        }
        return text
    }
}
