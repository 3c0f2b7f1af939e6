/// How connections are opened. Proxies come from the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`: libcurl's rules);
/// a loopback host is never reached through one.
struct ConnectSettings: Sendable {
    var url: ProviderURL
    /// For name, TCP, proxy and TLS together.
    var timeout: Duration
    /// A PEM file with the authorities to trust instead of the system's.
    var certificateAuthorities: String?
}
