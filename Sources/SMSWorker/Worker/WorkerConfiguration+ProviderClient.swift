internal import Requests
package import RocketSMS
internal import SMSPipeline

extension WorkerConfiguration {
    /// What the provider's client is told, from `ROCKETSMS_…`.
    package func providerClient() throws(ProviderSetupError) -> RocketSMSClient.Configuration {
        guard let credentials = provider.credentials else {
            throw ProviderSetupError("ROCKETSMS_USERNAME and ROCKETSMS_PASSWORD are required")
        }
        let account: RocketSMSCredentials
        do throws(RocketSMSCredentialsError) {
            account = try credentials.forProvider()
        } catch {
            throw ProviderSetupError("ROCKETSMS_USERNAME, ROCKETSMS_PASSWORD, ROCKETSMS_PASSWORD_MD5: \(error.description)")
        }
        let url: ProviderURL
        do throws(ProviderURLError) { url = try ProviderURL(provider.baseURL, allowPlaintext: provider.allowPlaintext) } catch {
            throw ProviderSetupError("ROCKETSMS_BASE_URL: \(error.description)")
        }
        var client = RocketSMSClient.Configuration(url: url, credentials: account)
        client.connectTimeout = provider.connectTimeout
        client.requestTimeout = provider.requestTimeout
        client.maximumIdleTime = provider.idleTimeout
        client.unavailable = provider.unavailable == .notSent ? .notSent : .unknown
        client.maximumConnections = send.maxInFlight + track.maxInFlight + 1
        // All of them may wait at once, for the first connections: a refusal by our own pool would count as the provider's failure.
        client.maximumWaiting = max(client.maximumWaiting, client.maximumConnections)
        client.classifier = RefusalClassifier(
            accountCodes: provider.accountCodes, creditCodes: provider.creditCodes, transientCodes: provider.transientCodes)
        return client
    }
}

extension WorkerConfiguration {
    /// By which door messages go out, `PROVIDER_TRANSPORT`.
    func door() throws(ProviderSetupError) -> ProviderDoor { if let smpp { .smpp(smpp) } else { .http(try providerClient()) } }
}

extension ProviderDoor {
    /// To the provider, at a time.
    var connections: Int {
        switch self {
        case .http(let client): client.maximumConnections
        case .smpp(let settings): settings.binds.count
        }
    }
}

extension Credentials {
    /// As the provider's client wants them.
    func forProvider() throws(RocketSMSCredentialsError) -> RocketSMSCredentials {
        switch password {
        case .md5(let hex): try RocketSMSCredentials(username: username, passwordMD5: hex)
        case .plain(let text): try RocketSMSCredentials(username: username, password: text)
        }
    }
}
