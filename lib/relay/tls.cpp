// SPDX-License-Identifier: GPL-3.0-or-later
#include "relay/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace sekisho::relay {
namespace {

struct EndBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, EndBio>;
struct EndCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, EndCertificate>;
struct EndKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

Bio bio_of(const std::string& text) {
  return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

Certificate next_certificate(const Bio& pem) {
  return Certificate{PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr)};
}

SSL_CTX* new_context(const SSL_METHOD* method) {
  SSL_CTX* context = SSL_CTX_new(method);
  if (context != nullptr) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context,
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
  }
  return context;
}

}  // namespace

TlsContext::TlsContext(ssl_ctx_st* context) : context_{context, SSL_CTX_free} {}

Result<TlsContext> TlsContext::server(const std::string& chain, const std::string& key) {
  ERR_clear_error();
  TlsContext made{new_context(TLS_server_method())};
  const Bio pem = bio_of(chain);
  const Certificate own = next_certificate(pem);
  if (!own || SSL_CTX_use_certificate(made.get(), own.get()) != 1) {
    return fail("there is no certificate in the certificate file");
  }
  for (Certificate more = next_certificate(pem); more; more = next_certificate(pem)) {
    if (SSL_CTX_add1_chain_cert(made.get(), more.get()) != 1) {
      return fail("the certificate file holds something that is no certificate");
    }
  }
  const std::unique_ptr<EVP_PKEY, EndKey> secret{
      PEM_read_bio_PrivateKey(bio_of(key).get(), nullptr, nullptr, nullptr)};
  if (!secret || SSL_CTX_use_PrivateKey(made.get(), secret.get()) != 1 ||
      SSL_CTX_check_private_key(made.get()) != 1) {
    return fail("the key is not that of the certificate");
  }
  ERR_clear_error();
  return made;
}

Result<TlsContext> TlsContext::client(const std::string& authorities) {
  ERR_clear_error();
  TlsContext made{new_context(TLS_client_method())};
  if (authorities.empty()) {
    return made;
  }
  const Bio pem = bio_of(authorities);
  std::size_t count = 0;
  for (Certificate one = next_certificate(pem); one; one = next_certificate(pem)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(made.get()), one.get());
    ++count;
  }
  if (count == 0) {
    return fail("there is no certificate in the file of authorities");
  }
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
  made.verifies_ = true;
  ERR_clear_error();
  return made;
}

}  // namespace sekisho::relay
