// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// \file
/// Protocol transcripts, played against an engine whose owner is a stand-in. A line is
///
///   "C: …"    the client's line, CRLF added          "S: 250 2.1.0"  begins the next reply's last
///   line "c: …"    the client's bytes as they are         "S+ SIZE 1000"  a whole line of the last
///   reply, "O: mail 550 5.7.1"  what the owner answers to              after the code
///             that question from now on              "S- DSN"        no such line of the last
///             reply
///   "Q: mail <a@b.jp>"   the owner's next question   "closed"        the session has ended
///
/// with \r, \n, \0, \t and \xNN in bytes. Replies and the end must be those of the transcript, all
/// of them; questions are compared where the transcript names any.

#include <string>

namespace sekisho::testing {

struct Dialogue {
  std::string name;
  std::string script;
};

/// What differs from the transcript, empty when nothing does. `piece`: bytes are fed so many at a
/// time (0: a line at a time).
std::string play_client(const Dialogue& dialogue, std::size_t piece);
/// The same with the roles changed: "S:" and "s:" are the server's bytes, "C:" the line that the
/// engine must send, "O: mail <a@b.jp>" what its owner wants next, "Q:" what it is told.
std::string play_server(const Dialogue& dialogue, std::size_t piece);

}  // namespace sekisho::testing
