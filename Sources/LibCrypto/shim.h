#ifndef HANDSEL_LIBCRYPTO_H
#define HANDSEL_LIBCRYPTO_H

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

// Macros that Swift does not see, and setters that OpenSSL 3.4 renamed; both setters take over what they are given.

static const unsigned long HANDSEL_NAME_FLAGS = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;

static inline STACK_OF(X509) *handsel_x509_stack_new(void) { return sk_X509_new_null(); }

static inline X509 *handsel_x509_stack_first(const STACK_OF(X509) *stack) {
    return sk_X509_num(stack) > 0 ? sk_X509_value(stack, 0) : NULL;
}

static inline void handsel_x509_stack_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }

static inline void handsel_ts_set_store(TS_VERIFY_CTX *context, X509_STORE *store) {
#if OPENSSL_VERSION_NUMBER >= 0x30400000L
    TS_VERIFY_CTX_set0_store(context, store);
#else
    TS_VERIFY_CTX_set_store(context, store);
#endif
}

static inline void handsel_ts_set_certificates(TS_VERIFY_CTX *context, STACK_OF(X509) *certificates) {
#if OPENSSL_VERSION_NUMBER >= 0x30400000L
    TS_VERIFY_CTX_set0_certs(context, certificates);
#else
    TS_VERIFY_CTX_set_certs(context, certificates);
#endif
}

#endif
