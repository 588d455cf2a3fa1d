// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// TLS as both legs use it (OpenSSL): 1.2 and later, no renegotiation, no compression. Keys and
/// certificates are given as PEM text, so that whoever speaks TLS opens no file.

#include "base/result.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace sekisho::relay {

class TlsContext {
 public:
  /// For the accepted leg: our certificate chain and its key.
  [[nodiscard]] static Result<TlsContext> server(const std::string& chain, const std::string& key);
  /// For the far leg. With `authorities` the server's certificate must be theirs and of the name
  /// that is given with the handshake; without, TLS only hides (opportunistic, RFC 7435).
  [[nodiscard]] static Result<TlsContext> client(const std::string& authorities);

  [[nodiscard]] ssl_ctx_st* get() const { return context_.get(); }
  [[nodiscard]] bool verifies() const { return verifies_; }

 private:
  explicit TlsContext(ssl_ctx_st* context);
  std::shared_ptr<ssl_ctx_st> context_;
  bool verifies_ = false;
};

}  // namespace sekisho::relay
