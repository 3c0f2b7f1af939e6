#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

/* Macros and variadic functions. */
static inline EVP_PKEY *rs_make_key(void) { return EVP_EC_gen("P-256"); }
static inline void rs_use_no_database(X509V3_CTX *context) { X509V3_set_ctx_nodb(context); }
