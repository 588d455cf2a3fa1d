// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Owners of libnftnl's objects, and its headers in the one order that compiles.

#include <netinet/in.h>  // before anything of linux/

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <memory>
#include <new>

namespace sekisho::kernel {

struct Free {
  void operator()(nftnl_table* object) const { nftnl_table_free(object); }
  void operator()(nftnl_chain* object) const { nftnl_chain_free(object); }
  void operator()(nftnl_rule* object) const { nftnl_rule_free(object); }
  void operator()(nftnl_set* object) const { nftnl_set_free(object); }
  void operator()(nftnl_set_elem* object) const { nftnl_set_elem_free(object); }
  void operator()(nftnl_expr* object) const { nftnl_expr_free(object); }
  void operator()(nftnl_udata_buf* object) const { nftnl_udata_buf_free(object); }
};

template <typename Object>
using Owned = std::unique_ptr<Object, Free>;

/// Owns what libnftnl has just allocated; throws when it could not.
template <typename Object>
[[nodiscard]] Owned<Object> owned(Object* object) {
  if (object == nullptr) {
    throw std::bad_alloc{};
  }
  return Owned<Object>{object};
}

}  // namespace sekisho::kernel
