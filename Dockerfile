# Not built by CI, which has no container engine: the worker inside is tested, this file is only linted (hadolint).
# The builder's distribution is the final image's, so that both have the same C libraries.
ARG SWIFT_VERSION=6.3

FROM swift:${SWIFT_VERSION}-bookworm AS builder
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

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libmicrohttpd12 librdkafka1 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=builder /rocketsms-worker /usr/local/bin/rocketsms-worker
# By number, so that Kubernetes can tell that it is not root.
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/rocketsms-worker"]
CMD ["run"]
