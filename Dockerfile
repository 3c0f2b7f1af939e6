# The tests lint this file and hold its packages against the build's; they have no container engine, so the image itself is not built by them.
# deploy/image-root makes its final stage's root from this very list, and runs the program in it.
#
#   docker build -t rocketsms-worker .
#
# The build's distribution is the oldest that it should run on; the runtime's is newer, since SCRAM with Apache Kafka 4 needs librdkafka 2.6.1
# (older ones send their nonce twice, and the broker refuses it): Debian 13 has 2.8, Debian 12 has 2.0.2. All of librdkafka, libcurl and OpenSSL
# keep their binary interface between the two; libmicrohttpd's soname is 12 in both. Swift's own libraries are linked in.
# For a build that is the same tomorrow, name the images by digest:
#   --build-arg BUILD_IMAGE=swift:6.3-bookworm@sha256:… --build-arg RUNTIME_IMAGE=debian:trixie-slim@sha256:…
ARG BUILD_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:trixie-slim

FROM ${BUILD_IMAGE} AS builder
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libcurl4-openssl-dev libmicrohttpd-dev librdkafka-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product rocketsms-worker --static-swift-stdlib \
    && strip -o /rocketsms-worker .build/release/rocketsms-worker

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="rocketsms-worker" \
      org.opencontainers.image.description="Sends SMS requests from Kafka through RocketSMS.by and publishes what became of them" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
# Refused at build time rather than at the first login: the library must be new enough for SCRAM.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libcurl4t64 libmicrohttpd12t64 librdkafka1 libssl3t64 libstdc++6 \
    && dpkg --compare-versions "$(dpkg-query --show --showformat '${Version}' librdkafka1)" ge 2.6.1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /rocketsms-worker /usr/local/bin/rocketsms-worker
# One that writes nothing runs with a read-only root (docker run --read-only). By number, so that Kubernetes can tell that it is not root.
USER 10001:10001
STOPSIGNAL SIGTERM
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/rocketsms-worker"]
CMD ["run"]
