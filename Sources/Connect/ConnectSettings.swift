/// How connections are opened. Proxies come from the environment (`https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`: libcurl's rules);
/// a loopback host is never reached through one.
package struct ConnectSettings: Sendable {
    /// What the connection is for: it names the threads that open it, and says what TLS offers.
    package enum Purpose: String, Sendable { case http, smpp }

    package var purpose: Purpose
    package var target: ConnectTarget
    /// For name, TCP, proxy and TLS together.
    package var timeout: Duration
    /// A PEM file with the authorities to trust instead of the system's.
    package var certificateAuthorities: String?

    package init(for purpose: Purpose, to target: ConnectTarget, timeout: Duration, certificateAuthorities: String? = nil) {
        self.purpose = purpose
        self.target = target
        self.timeout = timeout
        self.certificateAuthorities = certificateAuthorities
    }
}
