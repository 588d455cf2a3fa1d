// SPDX-License-Identifier: GPL-3.0-or-later
#include "relay/leg.hpp"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace sekisho::relay {
namespace {

constexpr std::size_t kPiece = 16384;

bool would_block(int number) {
  return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

}  // namespace

void Leg::End::operator()(ssl_st* tls) const {
  SSL_free(tls);
}

Leg::Leg(UniqueFd socket) : socket_{std::move(socket)} {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  (void)::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
}

/// What OpenSSL says of a peer is for records: its words, not the peer's.
Error Leg::tls_error(int result, const char* doing) {
  const int kind = SSL_get_error(tls_.get(), result);
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  const long verdict = SSL_get_verify_result(tls_.get());
  ERR_clear_error();
  std::string text = std::string{"TLS "} + doing + ": " +
                     (reason != nullptr               ? reason
                      : kind == SSL_ERROR_ZERO_RETURN ? "the peer ended it"
                                                      : "the connection broke");
  if (verdict != X509_V_OK) {
    text += std::string{" ("} + X509_verify_cert_error_string(verdict) + ")";
  }
  return Error{std::move(text)};
}

Result<> Leg::begin(const TlsContext& context) {
  if (!pending_.empty() || tls_) {
    return fail("TLS begun at the wrong moment");
  }
  tls_.reset(SSL_new(context.get()));
  return tls_ && SSL_set_fd(tls_.get(), socket_.get()) == 1 ? Result<>{} : fail("cannot begin TLS");
}

Result<> Leg::accept_tls(const TlsContext& context) {
  if (auto begun = begin(context); !begun) {
    return begun;
  }
  SSL_set_accept_state(tls_.get());
  return {};
}

Result<> Leg::connect_tls(const TlsContext& context, const std::string& name) {
  if (auto begun = begin(context); !begun) {
    return begun;
  }
  SSL_set_connect_state(tls_.get());
  if (context.verifies() && SSL_set1_host(tls_.get(), name.c_str()) != 1) {
    return fail("'" + name + "' is no name for a certificate");
  }
  return {};
}

Result<bool> Leg::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  if (result == 1) {
    wants_write_ = false;
    return true;
  }
  const int kind = SSL_get_error(tls_.get(), result);
  wants_write_ = kind == SSL_ERROR_WANT_WRITE;
  if (wants_write_ || kind == SSL_ERROR_WANT_READ) {
    return false;
  }
  return fail(tls_error(result, "handshake"));
}

bool Leg::has_read_ahead() const {
  return tls_ && SSL_pending(tls_.get()) > 0;
}

Result<Leg::Got> Leg::read(std::string& into) {
  std::array<char, kPiece> piece{};
  if (!tls_) {
    const ssize_t got = ::recv(socket_.get(), piece.data(), piece.size(), 0);
    if (got < 0 && would_block(errno)) {
      return Got::Nothing;
    }
    if (got < 0) {
      return fail(system_error("the connection broke", errno));
    }
    into.append(piece.data(), static_cast<std::size_t>(got));
    return got == 0 ? Got::End : Got::Bytes;
  }
  ERR_clear_error();
  const int got = SSL_read(tls_.get(), piece.data(), static_cast<int>(piece.size()));
  if (got > 0) {
    into.append(piece.data(), static_cast<std::size_t>(got));
    return Got::Bytes;
  }
  switch (SSL_get_error(tls_.get(), got)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return Got::Nothing;
    case SSL_ERROR_ZERO_RETURN: return Got::End;
    default: return fail(tls_error(got, "read"));
  }
}

Result<> Leg::flush() {
  while (!pending_.empty()) {
    ssize_t sent = 0;
    if (!tls_) {
      sent = ::send(socket_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
      if (sent < 0 && would_block(errno)) {
        return {};
      }
      if (sent < 0) {
        return fail(system_error("the connection broke", errno));
      }
    } else {
      ERR_clear_error();
      const int written = SSL_write(tls_.get(), pending_.data(),
                                    static_cast<int>(std::min(pending_.size(), kPiece)));
      const int kind = SSL_get_error(tls_.get(), written);
      if (written <= 0 && (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)) {
        return {};
      }
      if (written <= 0) {
        return fail(tls_error(written, "write"));
      }
      sent = written;
    }
    pending_.erase(0, static_cast<std::size_t>(sent));
  }
  return {};
}

}  // namespace sekisho::relay
