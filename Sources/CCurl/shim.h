#pragma once
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <string.h>

/* The variadic functions and expression macros of libcurl, one inline wrapper per argument type: Swift imports neither. */
static inline CURLcode rs_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
static inline CURLcode rs_curl_setopt_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode rs_curl_setopt_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
/* Of a whole exchange: where the answer's body goes, and more fields of the request's head. */
static inline CURLcode rs_curl_setopt_write(
    CURL *handle, size_t (*write)(char *bytes, size_t size, size_t count, void *context), void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}
static inline CURLcode rs_curl_setopt_body(CURL *handle, const void *body) {
    return curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body ? body : "");
}
static inline CURLcode rs_curl_setopt_fields(CURL *handle, struct curl_slist *fields) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, fields);
}
static inline CURLcode rs_curl_getinfo_socket(CURL *handle, curl_socket_t *value) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, value);
}
static inline CURLcode rs_curl_getinfo_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}
/* Do not wait for a name lookup that has outlived its deadline: its thread cleans up after itself. */
static inline void rs_curl_abandon_slow_lookups(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#else
    (void)handle;
#endif
}
/* The peer's certificate, or what is needed to judge it, is what failed. */
static inline int rs_curl_is_certificate_error(CURLcode code) {
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR;
}

/* What connects have in common. */
static inline CURLSHcode rs_curl_share_lock(
    CURLSH *share, curl_lock_function lock, curl_unlock_function unlock, void *context) {
    CURLSHcode code = curl_share_setopt(share, CURLSHOPT_LOCKFUNC, lock);
    if (code == CURLSHE_OK) code = curl_share_setopt(share, CURLSHOPT_UNLOCKFUNC, unlock);
    if (code == CURLSHE_OK) code = curl_share_setopt(share, CURLSHOPT_USERDATA, context);
    return code;
}
static inline CURLSHcode rs_curl_share_data(CURLSH *share, curl_lock_data data) {
    return curl_share_setopt(share, CURLSHOPT_SHARE, data);
}
static inline CURLcode rs_curl_setopt_share(CURL *handle, CURLSH *share) { return curl_easy_setopt(handle, CURLOPT_SHARE, share); }

/* Whether libcurl's TLS is the OpenSSL that this program has too: only then may objects of the one be given to the other. */
static inline int rs_curl_has_our_openssl(void) {
    const char *theirs = curl_version_info(CURLVERSION_NOW)->ssl_version;
    return theirs && !strncmp(theirs, "OpenSSL/", 8) && !strcmp(theirs + 8, OpenSSL_version(OPENSSL_VERSION_STRING));
}
/* Where libcurl looks for trusted authorities if nobody says otherwise; NULL: nowhere known. */
static inline const char *rs_curl_authorities_file(void) {
#if LIBCURL_VERSION_NUM >= 0x075400
    return curl_version_info(CURLVERSION_NOW)->cainfo;
#else
    return NULL;
#endif
}
static inline void rs_trust_as_curl_does(X509_STORE *store) {
    X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
}
static CURLcode rs_curl_take_store(CURL *handle, void *context, void *store) {
    (void)handle;
    SSL_CTX_set1_cert_store((SSL_CTX *)context, (X509_STORE *)store);
    return CURLE_OK;
}
/* Verifies with this store, and loads none. */
static inline CURLcode rs_curl_setopt_store(CURL *handle, X509_STORE *store) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_CAINFO, NULL);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_CAPATH, NULL);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, rs_curl_take_store);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, store);
    return code;
}
