// SPDX-License-Identifier: GPL-3.0-or-later
#include "kernel/nftables.hpp"

#include "kernel/fields.hpp"
#include "kernel/owned.hpp"
#include "kernel/transaction.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace sekisho::kernel {
namespace {

// linux/netfilter/nf_tables.h of 6.9: NFT_TABLE_F_PERSIST
constexpr std::uint32_t kOwned = 0x2;
constexpr std::uint32_t kPersists = 0x4;
constexpr int kAttempts = 8;
// sets, their elements and rules number the attribute alike
constexpr std::uint16_t kTableAttribute = NFTA_SET_TABLE;
static_assert(int{NFTA_RULE_TABLE} == kTableAttribute && int{NFTA_SET_ELEM_LIST_TABLE} == kTableAttribute);

using Kind = CommitError::Kind;

tl::unexpected<CommitError> refuse(Kind kind, std::string text) {
  return tl::unexpected{CommitError{kind, std::move(text)}};
}

/// A request of one message, on the stack.
class Request {
 public:
  Request(std::uint16_t type, std::uint16_t family, std::uint16_t flags, std::uint32_t sequence)
      : header_{nftnl_nlmsg_build_hdr(bytes_.data(), type, family, flags, sequence)} {}
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  void put(std::uint16_t attribute, const std::string& text) {
    mnl_attr_put_strz_check(header_, bytes_.size(), attribute, text.c_str());
  }
  [[nodiscard]] ByteView bytes() const { return as_bytes({bytes_.data(), header_->nlmsg_len}); }
  [[nodiscard]] std::uint32_t sequence() const { return header_->nlmsg_seq; }

 private:
  alignas(nlmsghdr) std::array<char, 2048> bytes_{};
  nlmsghdr* header_;
};

}  // namespace

/// What came back for a batch.
struct Nftables::Answers {
  struct Fault {
    int number = 0;
    std::uint32_t sequence = 0;
    std::uint32_t offset = 0;
  };
  std::vector<Fault> faults;
  bool acknowledged = false;
  bool overrun = false;  ///< the socket's buffer was full: some answers are lost
  int broken = 0;        ///< errno of a receive that failed

  void add(const Message& message);
};

void Nftables::Answers::add(const Message& message) {
  const auto error = message.type == NLMSG_ERROR ? structure<nlmsgerr>(message.payload) : std::nullopt;
  if (!error) {
    return;
  }
  if (error->error == 0) {
    acknowledged = true;
    return;
  }
  Fault fault{-error->error, message.sequence, 0};
  // NETLINK_CAP_ACK: of the request only its header comes back
  const bool capped = (message.flags & NLM_F_CAPPED) != 0;
  const std::size_t echoed = capped ? sizeof(nlmsghdr) : error->msg.nlmsg_len;
  if ((message.flags & NLM_F_ACK_TLVS) != 0) {
    fault.offset = attributes_after(message.payload, sizeof(int) + echoed)
                       .host_u32(NLMSGERR_ATTR_OFFS)
                       .value_or(0);
  }
  faults.push_back(fault);
}

Result<Nftables> Nftables::open(Options options) {
  auto socket = Socket::open(NETLINK_NETFILTER);
  if (!socket) {
    return fail(std::move(socket).error());
  }
  return adopt((*std::move(socket)).release(), options);
}

Result<Nftables> Nftables::adopt(UniqueFd fd, Options options) {
  auto socket = Socket::adopt(std::move(fd));
  if (!socket) {
    return fail(std::move(socket).error());
  }
  Nftables made{*std::move(socket)};
  if (options.own) {
    const auto can = made.probe_ownership();
    if (!can) {
      return fail(can.error());
    }
    made.own_ = *can;
  }
  return made;
}

Result<bool> Nftables::probe_ownership() {
  const ruleset::Batch batch{"sekisho-ownership-probe", {ruleset::AddTable{}}};
  const Transaction::Part part{&batch, kOwned | kPersists};
  const auto transaction =
      Transaction::make({&part, 1}, {}, {socket_.next_sequence(), std::nullopt});
  socket_.skip_sequences(transaction->messages());
  if (auto sent = socket_.send(transaction->dry()); !sent) {
    return fail(system_error("cannot ask for owned tables", sent.error()));
  }
  const Answers answers = drain(*transaction);
  if (answers.faults.empty()) {
    return true;
  }
  const int number = answers.faults.front().number;
  if (number == EOPNOTSUPP || number == EINVAL) {
    return false;
  }
  return fail(system_error("cannot ask for owned tables", number));
}

tl::expected<std::uint32_t, int> Nftables::ask_generation() {
  const Request request{NFT_MSG_GETGEN, NFPROTO_UNSPEC, NLM_F_ACK, socket_.next_sequence()};
  std::optional<std::uint32_t> found;
  const auto asked = socket_.ask(request.bytes(), request.sequence(), [&found](const Message& message) {
    found = attributes_after(message.payload, sizeof(nfgenmsg)).u32(NFTA_GEN_ID);
  });
  if (!asked) {
    return tl::unexpected{asked.error()};
  }
  if (!found) {
    return tl::unexpected{EBADMSG};
  }
  return *found;
}

Result<std::uint32_t> Nftables::generation() {
  const auto found = ask_generation();
  if (!found) {
    return fail(system_error("cannot ask for the ruleset's generation", found.error()));
  }
  return *found;
}

tl::expected<TableInfo, int> Nftables::ask_info(const ruleset::TableId& table) {
  Request request{NFT_MSG_GETTABLE, static_cast<std::uint16_t>(number_of(table.family)), NLM_F_ACK,
                  socket_.next_sequence()};
  request.put(NFTA_TABLE_NAME, table.name);
  TableInfo info;
  const auto asked = socket_.ask(request.bytes(), request.sequence(), [&info](const Message& message) {
    info = decode_table(message.payload);
  });
  if (!asked && asked.error() != ENOENT) {
    return tl::unexpected{asked.error()};
  }
  return info;
}

Result<TableInfo> Nftables::info(const ruleset::TableId& table) {
  const auto found = ask_info(table);
  if (!found) {
    return fail(system_error("cannot ask for table '" + table.name + "'", found.error()));
  }
  return *found;
}

std::uint32_t Nftables::flags_for(const ruleset::Batch& batch) {
  const auto info = ask_info(batch.table);
  const std::uint32_t present = info && info->present ? info->flags & (kOwned | kPersists) : 0;
  // an orphan keeps the second flag and takes the first again; a plain table cannot become an owned one and is used as
  // it is
  const bool plain = info && info->present && present == 0;
  return own_ && !plain ? kOwned | kPersists : present & kPersists;
}

tl::expected<void, CommitError> Nftables::commit(std::span<const ruleset::Batch> batches,
                                                 ruleset::Instant now,
                                                 std::optional<std::uint32_t> generation) {
  return run(batches, now, generation, false);
}

tl::expected<void, CommitError> Nftables::dry_run(const ruleset::Batch& batch, ruleset::Instant now,
                                                  std::optional<std::uint32_t> generation) {
  return run({&batch, 1}, now, generation, true);
}

tl::expected<void, CommitError> Nftables::run(std::span<const ruleset::Batch> batches, ruleset::Instant now,
                                              std::optional<std::uint32_t> generation, bool dry) {
  const auto before = ask_generation();
  if (!before) {
    return refuse(Kind::System, system_error("cannot ask for the ruleset's generation", before.error()).text());
  }
  std::vector<Transaction::Part> parts;
  for (const ruleset::Batch& batch : batches) {
    parts.push_back({&batch, flags_for(batch)});
  }
  const auto transaction = Transaction::make(parts, now, {socket_.next_sequence(), generation});
  if (!transaction) {
    return refuse(Kind::Refused, transaction.error().text());
  }
  socket_.skip_sequences(transaction->messages());
  if (auto sent = socket_.send(dry ? transaction->dry() : transaction->committing()); !sent) {
    return refuse(Kind::System, system_error("cannot send a batch of " +
                                                 std::to_string(transaction->committing().size()) + " bytes",
                                             sent.error()).text());
  }
  const Answers answers = drain(*transaction);
  if (auto judged = judge(answers, *transaction, batches); !judged) {
    return judged;
  }
  const bool told = answers.acknowledged || dry;
  if (!told && (answers.overrun || answers.broken != 0) && ask_generation() == before) {
    return refuse(Kind::System, "the kernel's answer was lost and the ruleset has not changed");
  }
  return {};
}

Nftables::Answers Nftables::drain(const Transaction& transaction) {
  // the kernel has answered everything before sendmsg returns
  Answers answers;
  while (true) {
    const auto datagram = socket_.receive(false);
    if (!datagram && datagram.error() == ENOBUFS) {
      answers.overrun = true;
      continue;
    }
    if (!datagram) {
      answers.broken = datagram.error() == EAGAIN ? 0 : datagram.error();
      return answers;
    }
    for (const Message& message : Messages{*datagram}) {
      if (transaction.wrote(message.sequence)) {
        answers.add(message);
      }
    }
  }
}

tl::expected<void, CommitError> Nftables::judge(const Answers& answers, const Transaction& transaction,
                                                std::span<const ruleset::Batch> batches) {
  if (answers.faults.empty()) {
    return {};
  }
  const Answers::Fault& first = answers.faults.front();
  if (first.number == ERESTART) {
    return refuse(Kind::StaleGeneration, "the ruleset has been changed by somebody else");
  }
  const std::string what = "cannot " + transaction.describe(first.sequence, first.offset);
  for (const ruleset::Batch& batch : first.number == EPERM ? batches : batches.first(0)) {
    const auto info = ask_info(batch.table);
    if (info && info->owner_portid != 0 && info->owner_portid != socket_.port()) {
      return refuse(Kind::Refused, what + ": table '" + batch.table.name +
                                       "' is owned by another process (netlink port " +
                                       std::to_string(info->owner_portid) + ")");
    }
  }
  std::string text = system_error(what, first.number).text();
  if (answers.faults.size() > 1) {
    text += " (and " + std::to_string(answers.faults.size() - 1) + " more)";
  }
  return refuse(Kind::Refused, std::move(text));
}

tl::expected<void, int> Nftables::dump(std::uint16_t type, const ruleset::TableId& table, const std::string& set,
                                       const std::function<void(ByteView)>& each) {
  Request request{type, static_cast<std::uint16_t>(number_of(table.family)), NLM_F_DUMP,
                  socket_.next_sequence()};
  if (type != NFT_MSG_GETCHAIN) {  // which older kernels list of all tables, and refuse to filter
    request.put(kTableAttribute, table.name);
  }
  if (!set.empty()) {
    request.put(NFTA_SET_ELEM_LIST_SET, set);
  }
  return socket_.ask(request.bytes(), request.sequence(),
                     [&each](const Message& message) { each(message.payload); });
}

tl::expected<ruleset::Table, int> Nftables::read_once(const ruleset::TableId& table, const TableInfo& info,
                                                      ruleset::Instant now,
                                                      const std::set<std::string>* wanted,
                                                      Result<void>& parsed) {
  using Step = Result<void> (TableReader::*)(ByteView);
  TableReader reader{table, info, now};
  const auto into = [&](Step step) {
    return [&parsed, &reader, step](ByteView payload) {
      if (auto added = (reader.*step)(payload); !added && parsed) {
        parsed = std::move(added);
      }
    };
  };
  auto done = dump(NFT_MSG_GETSET, table, {}, into(&TableReader::add_set));
  for (const std::string& set : reader.sets()) {
    if (done && (wanted == nullptr || wanted->contains(set))) {
      done = dump(NFT_MSG_GETSETELEM, table, set, into(&TableReader::add_elements));
    }
  }
  if (done) {
    done = dump(NFT_MSG_GETCHAIN, table, {}, into(&TableReader::add_chain));
  }
  if (done) {
    done = dump(NFT_MSG_GETRULE, table, {}, into(&TableReader::add_rule));
  }
  if (!done) {
    return tl::unexpected{done.error()};
  }
  return std::move(reader).take();
}

Result<std::optional<ruleset::Table>> Nftables::read_back(const ruleset::TableId& table,
                                                          ruleset::Instant now,
                                                          const std::set<std::string>* wanted) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto before = ask_generation();
    const auto info = before ? ask_info(table) : tl::unexpected{before.error()};
    if (!info) {
      return fail(system_error("cannot read table '" + table.name + "'", info.error()));
    }
    if (!info->present) {
      return std::nullopt;
    }
    Result<void> parsed;
    auto found = read_once(table, *info, now, wanted, parsed);
    // a set or the table may have gone while it was read: that is a change like others
    if (!found && found.error() != EINTR && found.error() != ENOENT) {
      return fail(system_error("cannot read table '" + table.name + "'", found.error()));
    }
    const bool steady = found && ask_generation() == before;
    if (steady && !parsed) {
      return fail(std::move(parsed).error().in("cannot read table '" + table.name + "'"));
    }
    if (steady) {
      return *std::move(found);
    }
  }
  return fail("cannot read table '" + table.name + "': it changes all the time");
}

Result<ruleset::Elements> Nftables::read_elements(const ruleset::TableId& table, const ruleset::SetShape& shape,
                                                  ruleset::Instant now) {
  const std::string what = "cannot read set '" + shape.name + "' of table '" + table.name + "'";
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ElementReader reader{shape, now};
    const auto done = dump(NFT_MSG_GETSETELEM, table, shape.name, [&reader](ByteView payload) {
      reader.add(attributes_after(payload, sizeof(nfgenmsg)));
    });
    if (done) {
      return std::move(reader).take();
    }
    if (done.error() != EINTR) {
      return fail(system_error(what, done.error()));
    }
  }
  return fail(what + ": it changes all the time");
}

}  // namespace sekisho::kernel
