#pragma once
// A client and its tokens for commands that act as a client: files read, network and trace wired.

#include <memory>
#include <optional>
#include <string>

#include "apps/signet/options.h"
#include "client/client.h"
#include "client/token_file.h"

namespace signet::apps {

inline constexpr Option kClientFileOption{"client-file", 0, true};
inline constexpr Option kTokenFileOption{"token-file", 0, true};
inline constexpr Option kCaFileOption{"ca-file", 0, true};
inline constexpr Option kTraceOption{"trace", 0, false};
inline constexpr Option kVerboseOption{"verbose", 'v', false};

class ClientSession {
 public:
  /// The client of `client_file`; --issuer and --ca-file go before what the file says, `known_issuer` stands in where
  /// neither names one, --trace shows each step on standard error. Fails: NotFound, Malformed, InvalidClientMetadata
  [[nodiscard]] static Result<std::unique_ptr<ClientSession>> open(const std::string& client_file,
                                                                   const Arguments& arguments,
                                                                   const std::string& known_issuer = {});
  ~ClientSession();
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  [[nodiscard]] client::Client& client() const;
  /// What requests go through, the trace included.
  [[nodiscard]] remote::Transport& transport() const;
  [[nodiscard]] const Clock& clock() const;

 private:
  struct Impl;
  explicit ClientSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// --token-file, or tokens.json in the user's configuration folder.
[[nodiscard]] std::string token_file_of(const Arguments& arguments);
/// Writes for the owner alone (0600), as a whole or not at all. Fails: Unavailable
[[nodiscard]] Result<void> save_tokens(const std::string& path, const client::TokenFile& file);
/// Fails: NotFound, Malformed, Denied (others may read the file)
[[nodiscard]] Result<client::TokenFile> load_tokens(const std::string& path);

/// Are colours wanted on this stream? Not when it is no terminal, nor with NO_COLOR set.
[[nodiscard]] bool wants_colors(int descriptor);

}  // namespace signet::apps
