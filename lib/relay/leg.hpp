// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// One TCP connection of a relay, plain and then, where its engine wants it, under TLS. Never
/// blocks and knows no loop: its owner watches the descriptor and calls. What is to be written is
/// bounded by whoever writes.

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "relay/tls.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;

namespace sekisho::relay {

class Leg {
 public:
  /// Makes the socket non-blocking.
  explicit Leg(UniqueFd socket);

  [[nodiscard]] int fd() const { return socket_.get(); }

  enum class Got : std::uint8_t { Bytes, Nothing, End };
  /// At most some 16 KiB, appended. Fails when the connection breaks, or lies about TLS.
  [[nodiscard]] Result<Got> read(std::string& into);
  void write(std::string_view bytes) { pending_.append(bytes); }
  /// As much as the peer takes now.
  [[nodiscard]] Result<> flush();
  [[nodiscard]] bool has_pending() const { return !pending_.empty() || wants_write_; }
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }

  /// From here on under TLS; what was written before must have been flushed.
  [[nodiscard]] Result<> accept_tls(const TlsContext& context);
  /// `name`: of the server, for its certificate.
  [[nodiscard]] Result<> connect_tls(const TlsContext& context, const std::string& name);
  /// Goes on shaking hands; true when that is done.
  [[nodiscard]] Result<bool> shake_hands();
  [[nodiscard]] bool under_tls() const { return tls_ != nullptr; }
  /// TLS has read from the socket what it has not given out yet: a descriptor does not say so.
  [[nodiscard]] bool has_read_ahead() const;

 private:
  struct End {
    void operator()(ssl_st* tls) const;
  };
  [[nodiscard]] Result<> begin(const TlsContext& context);
  [[nodiscard]] Error tls_error(int result, const char* doing);

  UniqueFd socket_;
  std::unique_ptr<ssl_st, End> tls_;
  std::string pending_;
  bool wants_write_ = false;
};

}  // namespace sekisho::relay
