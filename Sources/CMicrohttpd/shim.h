#pragma once
#include <stdarg.h>
#include <stdio.h>
#include <microhttpd.h>

/* What Swift cannot call as it is: variadic functions, macros, and an enum that some versions close. */

static const enum MHD_Result rs_MHD_YES = MHD_YES;
static const enum MHD_Result rs_MHD_NO = MHD_NO;
static const uint64_t rs_MHD_SIZE_UNKNOWN = MHD_SIZE_UNKNOWN;
static const ssize_t rs_MHD_END_OF_STREAM = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t rs_MHD_END_WITH_ERROR = MHD_CONTENT_READER_END_WITH_ERROR;

typedef void *(*rs_mhd_uri_callback)(void *context, const char *uri, struct MHD_Connection *connection);

struct rs_mhd_configuration {
    int listening_socket;
    unsigned int connection_limit;
    size_t connection_memory;
    void *context;
    MHD_AccessHandlerCallback access;
    rs_mhd_uri_callback uri;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
};

static inline size_t rs_mhd_keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
    (void)context;
    (void)connection;
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

/* A daemon without a thread of its own: the caller polls its epoll descriptor and runs it. Paths stay escaped, as they came. */
static inline struct MHD_Daemon *rs_mhd_start(const struct rs_mhd_configuration *c) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_SUSPEND_RESUME, 0, NULL, NULL, c->access, c->context,
        MHD_OPTION_LISTEN_SOCKET, c->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, c->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, c->connection_memory,
        MHD_OPTION_URI_LOG_CALLBACK, c->uri, c->context,
        MHD_OPTION_NOTIFY_COMPLETED, c->completed, c->context,
        MHD_OPTION_NOTIFY_CONNECTION, c->connection, c->context,
        MHD_OPTION_UNESCAPE_CALLBACK, &rs_mhd_keep_escapes, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
}

/* The same with TLS; certificate and key are PEM texts. NULL also where the library was built without TLS. */
static inline struct MHD_Daemon *rs_mhd_start_tls(const struct rs_mhd_configuration *c, const char *certificate, const char *key) {
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) return NULL;
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_SUSPEND_RESUME | MHD_USE_TLS, 0, NULL, NULL, c->access, c->context,
        MHD_OPTION_HTTPS_MEM_CERT, certificate,
        MHD_OPTION_HTTPS_MEM_KEY, key,
        MHD_OPTION_LISTEN_SOCKET, c->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, c->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, c->connection_memory,
        MHD_OPTION_URI_LOG_CALLBACK, c->uri, c->context,
        MHD_OPTION_NOTIFY_COMPLETED, c->completed, c->context,
        MHD_OPTION_NOTIFY_CONNECTION, c->connection, c->context,
        MHD_OPTION_UNESCAPE_CALLBACK, &rs_mhd_keep_escapes, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
}

/* -1 where the daemon has none. */
static inline int rs_mhd_epoll_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}

/* Milliseconds until the daemon wants to run without an event; -1: never. */
static inline int rs_mhd_timeout(struct MHD_Daemon *daemon) {
    MHD_UNSIGNED_LONG_LONG timeout;
    if (MHD_get_timeout(daemon, &timeout) != MHD_YES) return -1;
    return timeout > 60000 ? 60000 : (int)timeout;
}

static inline int rs_mhd_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static inline void *rs_mhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* A request's first header of that name; NULL where there is none. */
static inline const char *rs_mhd_header(struct MHD_Connection *connection, const char *name, size_t length, size_t *value_length) {
    const char *value = NULL;
    if (MHD_lookup_connection_value_n(connection, MHD_HEADER_KIND, name, length, &value, value_length) != MHD_YES) return NULL;
    return value;
}

/* The bytes are copied. */
static inline struct MHD_Response *rs_mhd_response(const void *bytes, size_t count) {
    return MHD_create_response_from_buffer(count, (void *)(uintptr_t)bytes, MHD_RESPMEM_MUST_COPY);
}

static const enum MHD_ConnectionNotificationCode rs_MHD_CONNECTION_STARTED = MHD_CONNECTION_NOTIFY_STARTED;
