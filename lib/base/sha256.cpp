// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace sekisho {
namespace {

void require(bool done) {
  if (!done) {
    throw std::runtime_error{"libcrypto refuses SHA-256"};
  }
}

}  // namespace

/// The algorithm is fetched once: for a short message that would cost more than its digest.
struct Sha256::Context {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  EVP_MD_CTX* state = EVP_MD_CTX_new();
};

void Sha256::Free::operator()(Context* context) const {
  EVP_MD_CTX_free(context->state);
  EVP_MD_free(context->algorithm);
  delete context;  // NOLINT(cppcoreguidelines-owning-memory): the deleter of its owner
}

Sha256::Sha256() : context_{new Context} {
  require(context_->algorithm != nullptr && context_->state != nullptr);
}

Digest Sha256::of(std::string_view bytes) {
  Digest digest{};
  unsigned length = 0;
  require(EVP_DigestInit_ex2(context_->state, context_->algorithm, nullptr) == 1 &&
          EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1 &&
          EVP_DigestFinal_ex(context_->state, digest.data(), &length) == 1);
  return digest;
}

std::string hex(const Digest& digest) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0xfU]);
  }
  return text;
}

std::string sha256(std::string_view bytes) {
  return hex(Sha256{}.of(bytes));
}

}  // namespace sekisho
