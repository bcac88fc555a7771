/* OpenSSL's numbers, with the values that its version 3.5 has for them. The contract speaks in the same
   numbers. */

#ifndef OPENSSL_CODES_H
#define OPENSSL_CODES_H

/* The version whose manual this follows. OpenSSL_version_num() tells the component's. */
#define OPENSSL_VERSION_MAJOR 3
#define OPENSSL_VERSION_NUMBER 0x30500050L
#define OPENSSL_VERSION 0

/* An instance of a component is entered by one thread at a time. */
#define OPENSSL_THREADS

/* What the component is without. */
#define OPENSSL_NO_COMP
#define OPENSSL_NO_SSL3
#define OPENSSL_NO_SSL3_METHOD

/* Versions of the protocol. */
#define SSL3_VERSION 0x0300
#define TLS1_VERSION 0x0301
#define TLS1_1_VERSION 0x0302
#define TLS1_2_VERSION 0x0303
#define TLS1_3_VERSION 0x0304

/* What SSL_get_error() says. */
#define SSL_ERROR_NONE 0
#define SSL_ERROR_SSL 1
#define SSL_ERROR_WANT_READ 2
#define SSL_ERROR_WANT_WRITE 3
#define SSL_ERROR_WANT_X509_LOOKUP 4
#define SSL_ERROR_SYSCALL 5
#define SSL_ERROR_ZERO_RETURN 6
#define SSL_ERROR_WANT_CONNECT 7

/* Options. */
#define SSL_OP_LEGACY_SERVER_CONNECT ((uint64_t)1 << 2)
#define SSL_OP_ENABLE_KTLS ((uint64_t)1 << 3)
#define SSL_OP_IGNORE_UNEXPECTED_EOF ((uint64_t)1 << 7)
#define SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS ((uint64_t)1 << 11)
#define SSL_OP_NO_TICKET ((uint64_t)1 << 14)
#define SSL_OP_NO_COMPRESSION ((uint64_t)1 << 17)
#define SSL_OP_ENABLE_MIDDLEBOX_COMPAT ((uint64_t)1 << 20)
#define SSL_OP_CIPHER_SERVER_PREFERENCE ((uint64_t)1 << 22)
#define SSL_OP_NO_SSLv3 ((uint64_t)1 << 25)
#define SSL_OP_NO_TLSv1 ((uint64_t)1 << 26)
#define SSL_OP_NO_TLSv1_2 ((uint64_t)1 << 27)
#define SSL_OP_NO_TLSv1_1 ((uint64_t)1 << 28)
#define SSL_OP_NO_TLSv1_3 ((uint64_t)1 << 29)
#define SSL_OP_NO_RENEGOTIATION ((uint64_t)1 << 30)
#define SSL_OP_ALL ((uint64_t)0x80000850)
#define SSL_OP_NO_SSLv2 ((uint64_t)0)
#define SSL_OP_SINGLE_DH_USE ((uint64_t)0)
#define SSL_OP_SINGLE_ECDH_USE ((uint64_t)0)

/* Modes. */
#define SSL_MODE_ENABLE_PARTIAL_WRITE 0x01L
#define SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER 0x02L
#define SSL_MODE_AUTO_RETRY 0x04L
#define SSL_MODE_RELEASE_BUFFERS 0x10L

/* Whether the peer is verified. */
#define SSL_VERIFY_NONE 0x00
#define SSL_VERIFY_PEER 0x01
#define SSL_VERIFY_FAIL_IF_NO_PEER_CERT 0x02
#define SSL_VERIFY_CLIENT_ONCE 0x04
#define SSL_VERIFY_POST_HANDSHAKE 0x08

#define SSL_SENT_SHUTDOWN 1
#define SSL_RECEIVED_SHUTDOWN 2

#define SSL_FILETYPE_PEM 1
#define SSL_FILETYPE_ASN1 2
#define X509_FILETYPE_PEM 1
#define X509_FILETYPE_ASN1 2

/* What callbacks answer. */
#define SSL_TLSEXT_ERR_OK 0
#define SSL_TLSEXT_ERR_ALERT_FATAL 2
#define SSL_TLSEXT_ERR_NOACK 3
#define TLSEXT_NAMETYPE_host_name 0
#define OPENSSL_NPN_NEGOTIATED 1
#define OPENSSL_NPN_NO_OVERLAP 2

/* The longest identity and key that are shared in advance. */
#define PSK_MAX_IDENTITY_LEN 256
#define PSK_MAX_PSK_LEN 512

/* Types of messages. */
#define SSL3_RT_CHANGE_CIPHER_SPEC 20
#define SSL3_RT_ALERT 21
#define SSL3_RT_HANDSHAKE 22
#define SSL3_RT_APPLICATION_DATA 23
#define SSL3_RT_HEADER 0x100
#define SSL3_RT_INNER_CONTENT_TYPE 0x101
#define SSL3_MT_CHANGE_CIPHER_SPEC 0x0101

/* Alerts. */
#define SSL_AD_CLOSE_NOTIFY 0
#define SSL_AD_UNEXPECTED_MESSAGE 10
#define SSL_AD_BAD_RECORD_MAC 20
#define SSL_AD_RECORD_OVERFLOW 22
#define SSL_AD_DECOMPRESSION_FAILURE 30
#define SSL_AD_HANDSHAKE_FAILURE 40
#define SSL_AD_BAD_CERTIFICATE 42
#define SSL_AD_UNSUPPORTED_CERTIFICATE 43
#define SSL_AD_CERTIFICATE_REVOKED 44
#define SSL_AD_CERTIFICATE_EXPIRED 45
#define SSL_AD_CERTIFICATE_UNKNOWN 46
#define SSL_AD_ILLEGAL_PARAMETER 47
#define SSL_AD_UNKNOWN_CA 48
#define SSL_AD_ACCESS_DENIED 49
#define SSL_AD_DECODE_ERROR 50
#define SSL_AD_DECRYPT_ERROR 51
#define SSL_AD_PROTOCOL_VERSION 70
#define SSL_AD_INSUFFICIENT_SECURITY 71
#define SSL_AD_INTERNAL_ERROR 80
#define SSL_AD_USER_CANCELLED 90
#define SSL_AD_NO_RENEGOTIATION 100
#define SSL_AD_UNSUPPORTED_EXTENSION 110
#define SSL_AD_CERTIFICATE_UNOBTAINABLE 111
#define SSL_AD_UNRECOGNIZED_NAME 112
#define SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE 113
#define SSL_AD_BAD_CERTIFICATE_HASH_VALUE 114
#define SSL_AD_UNKNOWN_PSK_IDENTITY 115

/* Verification of certificates. */
#define X509_V_FLAG_CRL_CHECK 0x4
#define X509_V_FLAG_CRL_CHECK_ALL 0x8
#define X509_V_FLAG_X509_STRICT 0x20
#define X509_V_FLAG_ALLOW_PROXY_CERTS 0x40
#define X509_V_FLAG_TRUSTED_FIRST 0x8000
#define X509_V_FLAG_PARTIAL_CHAIN 0x80000
#define X509_V_ERR_HOSTNAME_MISMATCH 62
#define X509_V_ERR_IP_ADDRESS_MISMATCH 64
#define X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT 0x1
#define X509_CHECK_FLAG_NO_WILDCARDS 0x2
#define X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS 0x4
#define X509_CHECK_FLAG_MULTI_LABEL_WILDCARDS 0x8
#define X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS 0x10
#define X509_CHECK_FLAG_NEVER_CHECK_SUBJECT 0x20

/* What is in certificates. */
#define NID_undef 0
#define NID_subject_alt_name 85
#define NID_crl_distribution_points 103
#define NID_info_access 177
#define NID_ad_OCSP 178
#define NID_ad_ca_issuers 179
#define GEN_OTHERNAME 0
#define GEN_EMAIL 1
#define GEN_DNS 2
#define GEN_X400 3
#define GEN_DIRNAME 4
#define GEN_EDIPARTY 5
#define GEN_URI 6
#define GEN_IPADD 7
#define GEN_RID 8
#define V_ASN1_BIT_STRING 3
#define V_ASN1_OCTET_STRING 4
#define V_ASN1_UTF8STRING 12
#define V_ASN1_IA5STRING 22
#define XN_FLAG_RFC2253 0x1110317UL

/* BIOs. */
#define BIO_CLOSE 0x01
#define BIO_FP_TEXT 0x10
#define BIO_FLAGS_READ 0x01
#define BIO_FLAGS_WRITE 0x02
#define BIO_FLAGS_SHOULD_RETRY 0x08

#endif
