#pragma once
/* Kernel interfaces that the Glibc module does not export. Flags as plain constants: their enums import awkwardly. */
#include <malloc.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

static const uint32_t rs_EPOLLIN = EPOLLIN;
static const uint32_t rs_EPOLLOUT = EPOLLOUT;
static const uint32_t rs_EPOLLERR = EPOLLERR;
static const uint32_t rs_EPOLLHUP = EPOLLHUP;
static const uint32_t rs_EPOLLRDHUP = EPOLLRDHUP;
static const uint32_t rs_EPOLLET = EPOLLET;
static const int rs_EPOLL_CLOEXEC = EPOLL_CLOEXEC;
static const int rs_EFD_CLOEXEC = EFD_CLOEXEC;
static const int rs_EFD_NONBLOCK = EFD_NONBLOCK;

static inline int rs_epoll_ctl(int epfd, int operation, int fd, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data = {.u64 = data}};
    return epoll_ctl(epfd, operation, fd, &event);
}
static inline uint64_t rs_epoll_event_data(const struct epoll_event *events, int index) { return events[index].data.u64; }
static inline uint32_t rs_epoll_event_flags(const struct epoll_event *events, int index) { return events[index].events; }

/* Names the calling thread (at most 15 bytes are shown by ps and gdb). */
static inline void rs_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/* Nanoseconds of a monotonic clock that goes on during suspend. */
static inline int64_t rs_boottime_nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
/* Nanoseconds since 1970 of the wall clock. */
static inline int64_t rs_realtime_nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Declared for _GNU_SOURCE alone. */
extern int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags);
/* An accepted connection that no child process inherits; -1: errno says why. */
static inline int rs_accept(int listener) { return accept4(listener, 0, 0, SOCK_CLOEXEC); }
