// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/comments.hpp"

#include "kernel/owned.hpp"

#include <algorithm>

namespace sekisho::kernel {
namespace {

static_assert(NFTNL_UDATA_RULE_COMMENT == 0 && NFTNL_UDATA_SET_ELEM_COMMENT == 0,
              "rules and elements number their comments alike");

std::vector<std::uint8_t> bytes_in(const nftnl_udata_buf* buffer) {
  const auto* first = static_cast<const std::uint8_t*>(nftnl_udata_buf_data(buffer));
  return {first, first + nftnl_udata_buf_len(buffer)};
}

}  // namespace

Result<std::vector<std::uint8_t>> comment_data(std::string_view comment) {
  if (comment.empty()) {
    return std::vector<std::uint8_t>{};
  }
  if (comment.size() >= NFTNL_UDATA_COMMENT_MAXLEN) {
    return fail("comment '" + std::string{comment} + "' is longer than 127 bytes");
  }
  const auto buffer = owned(nftnl_udata_buf_alloc(NFTNL_UDATA_COMMENT_MAXLEN + 2));
  nftnl_udata_put_strz(buffer.get(), NFTNL_UDATA_RULE_COMMENT, std::string{comment}.c_str());
  return bytes_in(buffer.get());
}

std::string comment_in(ByteView user_data) {
  Reader reader{user_data};
  while (reader.left() > 0) {
    const std::uint8_t type = reader.u8();
    const std::uint8_t length = reader.u8();
    const std::string_view value = as_text(reader.take(length));
    if (reader.failed()) {
      break;
    }
    if (type == NFTNL_UDATA_RULE_COMMENT) {
      return std::string{value.substr(0, value.find('\0'))};
    }
  }
  return {};
}

std::vector<std::uint8_t> number_data(
    const std::vector<std::pair<std::uint8_t, std::uint32_t>>& numbers) {
  const auto buffer = owned(nftnl_udata_buf_alloc(static_cast<std::uint32_t>(6 * numbers.size())));
  for (const auto& [type, number] : numbers) {
    nftnl_udata_put_u32(buffer.get(), type, number);
  }
  return bytes_in(buffer.get());
}

}  // namespace sekisho::kernel
